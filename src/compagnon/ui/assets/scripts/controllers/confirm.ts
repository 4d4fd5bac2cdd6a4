import { Controller } from "@hotwired/stimulus";

/**
 * Ask before a form leaves: `<form data-controller="confirm" data-confirm-dialog-value="ID">`.
 * The dialog's buttons answer with the values "yes" and "no"; without script the form just leaves.
 */
export default class ConfirmController extends Controller<HTMLFormElement> {
  static override values = { dialog: String };
  declare readonly dialogValue: string;
  private agreed = false;

  override connect(): void {
    this.element.addEventListener("submit", this.ask, { capture: true });
  }

  override disconnect(): void {
    this.element.removeEventListener("submit", this.ask, { capture: true });
  }

  private ask = (event: SubmitEvent): void => {
    const dialog = document.getElementById(this.dialogValue);
    if (this.agreed || !(dialog instanceof HTMLDialogElement)) {
      this.agreed = false;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    dialog.returnValue = "";
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "yes") return;
        this.agreed = true;
        this.element.requestSubmit(submitter);
      },
      { once: true },
    );
    dialog.showModal();
  };
}
