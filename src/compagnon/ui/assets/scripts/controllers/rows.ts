import { Controller } from "@hotwired/stimulus";

/** Walk a list by the keyboard: j and k move, Enter opens the row's first link. */
export default class RowsController extends Controller<HTMLElement> {
  private current = "";

  override connect(): void {
    document.addEventListener("rows:move", this.moved);
    this.element.addEventListener("focusin", this.focused);
  }

  override disconnect(): void {
    document.removeEventListener("rows:move", this.moved);
    this.element.removeEventListener("focusin", this.focused);
  }

  private rows(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>("[data-row]")];
  }

  private moved = (event: Event): void => {
    const rows = this.rows();
    const step = (event as CustomEvent<number>).detail;
    const at = rows.findIndex((row) => row.dataset.row === this.current);
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    next?.querySelector<HTMLElement>("a[href]")?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };

  // The mark follows the focus, whichever key moved it: Enter is then the link's own.
  private focused = (event: Event): void => {
    const row = (event.target as Element).closest<HTMLElement>("[data-row]");
    this.current = row?.dataset.row ?? this.current;
    for (const other of this.rows()) other.classList.toggle("is-current", other === row);
  };
}
