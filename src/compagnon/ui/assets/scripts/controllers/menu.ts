import { Controller } from "@hotwired/stimulus";

/** A menu made of `<details>`: closes on Escape, outside clicks and when the focus leaves. */
export default class MenuController extends Controller<HTMLDetailsElement> {
  override connect(): void {
    document.addEventListener("click", this.outside);
    this.element.addEventListener("keydown", this.key);
    this.element.addEventListener("focusout", this.left);
  }

  override disconnect(): void {
    document.removeEventListener("click", this.outside);
    this.element.removeEventListener("keydown", this.key);
    this.element.removeEventListener("focusout", this.left);
  }

  private outside = (event: Event): void => {
    if (!this.element.contains(event.target as Node)) this.element.open = false;
  };

  private left = (event: FocusEvent): void => {
    const next = event.relatedTarget;
    if (next instanceof Node && !this.element.contains(next)) this.element.open = false;
  };

  private key = (event: KeyboardEvent): void => {
    if (!this.element.open) return;
    if (event.key === "Escape") {
      this.element.open = false;
      this.element.querySelector("summary")?.focus();
      event.stopPropagation();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const items = [
        ...this.element.querySelectorAll<HTMLElement>(".menu-list :is(a, button):not([disabled])"),
      ];
      if (!items.length) return;
      event.preventDefault();
      const at = items.indexOf(document.activeElement as HTMLElement);
      const step = event.key === "ArrowDown" ? 1 : -1;
      items[(at + step + items.length) % items.length]?.focus();
    }
  };
}
