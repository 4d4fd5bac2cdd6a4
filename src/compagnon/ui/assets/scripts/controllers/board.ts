import { Controller } from "@hotwired/stimulus";

/**
 * Cards in columns: drawn by the mouse from one to another, or by keys: left and right go to the
 * column beside, with Shift they move the card there, `v` asks where to. Whatever the way, a form
 * is sent: the server knows which moves there are, and says why not.
 */
export default class BoardController extends Controller<HTMLElement> {
  static override targets = ["form"];
  static override values = { dialog: String };
  declare readonly formTarget: HTMLFormElement;
  declare readonly dialogValue: string;
  private dragged: HTMLElement | null = null;

  override connect(): void {
    this.element.addEventListener("keydown", this.key);
    this.element.addEventListener("dragstart", this.lifted);
    this.element.addEventListener("dragover", this.over);
    this.element.addEventListener("drop", this.dropped);
    this.element.addEventListener("dragend", this.ended);
  }

  override disconnect(): void {
    this.element.removeEventListener("keydown", this.key);
    this.element.removeEventListener("dragstart", this.lifted);
    this.element.removeEventListener("dragover", this.over);
    this.element.removeEventListener("drop", this.dropped);
    this.element.removeEventListener("dragend", this.ended);
  }

  ask(event: Event): void {
    const card = (event.target as Element).closest<HTMLElement>("[data-row]");
    if (card) this.open(card);
  }

  private columns(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>("[data-column]")];
  }

  private key = (event: KeyboardEvent): void => {
    const card = (event.target as Element).closest<HTMLElement>("[data-row]");
    if (!card || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "v") {
      event.preventDefault();
      this.open(card);
    } else if (step) {
      const columns = this.columns();
      const at = columns.indexOf(card.closest<HTMLElement>("[data-column]")!);
      const beside = columns[at + step];
      if (!beside) return;
      event.preventDefault();
      if (event.shiftKey) this.send(card, beside.dataset.column!);
      else beside.querySelector<HTMLElement>("[data-row] a[href]")?.focus();
    }
  };

  private open(card: HTMLElement): void {
    const dialog = document.getElementById(this.dialogValue);
    const form = dialog?.querySelector("form");
    if (!(dialog instanceof HTMLDialogElement) || !form) return;
    fill(form, "ticket", card.dataset.row!);
    fill(form, "version", card.dataset.version!);
    dialog.showModal();
    form.querySelector<HTMLElement>("select")?.focus();
  }

  private send(card: HTMLElement, to: string): void {
    fill(this.formTarget, "ticket", card.dataset.row!);
    fill(this.formTarget, "version", card.dataset.version!);
    fill(this.formTarget, "to", to);
    this.formTarget.requestSubmit();
  }

  private lifted = (event: DragEvent): void => {
    this.dragged = (event.target as Element).closest<HTMLElement>("[data-row]");
    if (!this.dragged) return;
    event.dataTransfer?.setData("text/plain", this.dragged.dataset.row!);
    this.dragged.classList.add("is-lifted");
  };

  private over = (event: DragEvent): void => {
    const column = (event.target as Element).closest<HTMLElement>("[data-column]");
    for (const one of this.columns()) one.classList.toggle("is-under", one === column);
    if (this.dragged && column) event.preventDefault();
  };

  private dropped = (event: DragEvent): void => {
    const column = (event.target as Element).closest<HTMLElement>("[data-column]");
    const card = this.dragged;
    if (!card || !column) return;
    event.preventDefault();
    if (card.closest("[data-column]") !== column) this.send(card, column.dataset.column!);
  };

  private ended = (): void => {
    this.dragged?.classList.remove("is-lifted");
    this.dragged = null;
    for (const one of this.columns()) one.classList.remove("is-under");
  };
}

export function fill(form: HTMLFormElement, name: string, value: string): void {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.value = value;
}
