import { Controller } from "@hotwired/stimulus";
import { arriving } from "../arriving";

/** Open a native dialog: `data-controller="dialog" data-dialog-id-value="…" data-action="dialog#open"`. */
export default class DialogController extends Controller<HTMLElement> {
  static override values = { id: String, open: Boolean };
  declare readonly idValue: string;
  declare readonly openValue: boolean;

  override connect(): void {
    // A dialog whose form came back with errors opens by itself.
    if (this.element instanceof HTMLDialogElement) {
      this.element.addEventListener("click", this.outside);
      const dialog = this.element;
      if (this.openValue && !dialog.open) dialog.showModal();
      arriving(dialog.id, () => dialog.open || this.show(dialog));
    }
  }

  override disconnect(): void {
    this.element.removeEventListener("click", this.outside);
  }

  open(event: Event): void {
    const dialog = document.getElementById(this.idValue);
    if (!(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    this.show(dialog);
  }

  private show(dialog: HTMLDialogElement): void {
    dialog.showModal();
    // What is to be filled in, rather than the button that closes.
    const fields = ".dialog-body :is(input:not([type=hidden]), select, textarea)";
    const shown = [...dialog.querySelectorAll<HTMLInputElement>(fields)];
    // A picker keeps the plain field beside it, hidden.
    shown.find((field) => !field.disabled && field.offsetParent)?.focus();
  }

  close(): void {
    this.element.closest("dialog")?.close();
  }

  private outside = (event: MouseEvent): void => {
    if (event.target !== this.element || !event.isTrusted) return;
    const box = this.element.getBoundingClientRect();
    const inside =
      event.clientX >= box.left &&
      event.clientX <= box.right &&
      event.clientY >= box.top &&
      event.clientY <= box.bottom;
    if (!inside && event.detail > 0) (this.element as unknown as HTMLDialogElement).close();
  };
}
