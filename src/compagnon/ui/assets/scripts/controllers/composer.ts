import { Controller } from "@hotwired/stimulus";

/**
 * The place to write on a page: a link to one of its panels (`href="#write-reply"`), or a press on
 * a tab, opens that panel and puts the cursor in its text.
 */
export default class ComposerController extends Controller<HTMLElement> {
  override connect(): void {
    document.addEventListener("click", this.pressed);
  }

  override disconnect(): void {
    document.removeEventListener("click", this.pressed);
  }

  private pressed = (event: MouseEvent): void => {
    const source = (event.target as Element).closest?.('a[href^="#"], [role="tab"]');
    if (!source) return;
    const id = source.getAttribute("aria-controls") ?? source.getAttribute("href")?.slice(1) ?? "";
    const panel = document.getElementById(id);
    if (!panel || !this.element.contains(panel)) return;
    event.preventDefault();
    if (!this.element.contains(source)) {
      this.element.querySelector<HTMLElement>(`[role="tab"][aria-controls="${CSS.escape(id)}"]`)?.click();
      return;
    }
    const text = panel.querySelector<HTMLTextAreaElement>("textarea");
    // After the tabs have shown the panel.
    requestAnimationFrame(() => {
      text?.focus({ preventScroll: true });
      text?.dispatchEvent(new Event("input", { bubbles: true }));
      this.element.scrollIntoView({ block: "nearest" });
    });
  };
}
