import { Controller } from "@hotwired/stimulus";
import { arriving } from "../arriving";

/**
 * Walk a list by the keyboard: j and k move, Enter opens the row's first link, x ticks its box.
 *
 * A form `id="row-verbs"` on the page gives the list more keys: `data-row-keys` maps a key to what
 * is added to the row's address («#write-reply»), `data-row-posts` to where the form is sent, «/0/»
 * standing for the row's number.
 */
export default class RowsController extends Controller<HTMLElement> {
  private current = "";

  override connect(): void {
    document.addEventListener("rows:move", this.moved);
    document.addEventListener("rows:key", this.pressed);
    this.element.addEventListener("focusin", this.focused);
    // Back from what was done on a row: it is where one goes on.
    const row = this.rows().find((one) => one.id && `#${one.id}` === location.hash);
    if (row) arriving(row.id, () => document.activeElement === document.body && this.enter(row));
  }

  override disconnect(): void {
    document.removeEventListener("rows:move", this.moved);
    document.removeEventListener("rows:key", this.pressed);
    this.element.removeEventListener("focusin", this.focused);
  }

  private rows(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>("[data-row]")];
  }

  private enter(row: HTMLElement | undefined): void {
    row?.querySelector<HTMLElement>("a[href]")?.focus();
    row?.scrollIntoView({ block: "nearest" });
  }

  private moved = (event: Event): void => {
    const rows = this.rows();
    const step = (event as CustomEvent<number>).detail;
    const at = rows.findIndex((row) => row.dataset.row === this.current);
    this.enter(rows[Math.min(Math.max(at + step, 0), rows.length - 1)]);
  };

  // A key about the row where one is; whoever answers says so by preventing what would follow.
  private pressed = (event: Event): void => {
    const key = (event as CustomEvent<string>).detail;
    const row = this.rows().find((one) => one.dataset.row === this.current);
    const link = row?.querySelector<HTMLAnchorElement>("a[href]");
    if (!row || !link) return;
    const box = row.querySelector<HTMLInputElement>('input[type="checkbox"]');
    const form = document.getElementById("row-verbs");
    const keys = JSON.parse(form?.dataset.rowKeys ?? "{}") as Record<string, string>;
    const posts = JSON.parse(form?.dataset.rowPosts ?? "{}") as Record<string, string>;
    if (key === "x" && box) {
      event.preventDefault();
      box.click();
    } else if (key in keys) {
      event.preventDefault();
      location.assign(link.href.split("#")[0] + keys[key]!);
    } else if (key in posts && form instanceof HTMLFormElement) {
      event.preventDefault();
      form.action = posts[key]!.replace("/0/", `/${row.dataset.row}/`);
      const next = form.elements.namedItem("next");
      if (next instanceof HTMLInputElement) {
        next.value = `${location.pathname}${location.search}#${row.id}`;
      }
      form.requestSubmit();
    }
  };

  // The mark follows the focus, whichever key moved it: Enter is then the link's own.
  private focused = (event: Event): void => {
    const row = (event.target as Element).closest<HTMLElement>("[data-row]");
    this.current = row?.dataset.row ?? this.current;
    for (const other of this.rows()) other.classList.toggle("is-current", other === row);
  };
}
