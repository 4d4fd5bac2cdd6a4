import { Controller } from "@hotwired/stimulus";
import { arriving } from "../arriving";

/**
 * The place to write on a page: a link to one of its panels (`href="#write-reply"`), or a press on
 * a tab, opens that panel and puts the cursor in its text.
 */
export default class ComposerController extends Controller<HTMLElement> {
  override connect(): void {
    document.addEventListener("click", this.pressed);
    // Come from a list with what to write in the address («#write-note»).
    const named = location.hash.slice(1);
    if (this.tabOf(named)) arriving(named, () => this.tabOf(named)?.click());
  }

  private tabOf(id: string): HTMLElement | null {
    return id ? this.element.querySelector<HTMLElement>(`[role="tab"][aria-controls="${CSS.escape(id)}"]`) : null;
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
      this.tabOf(id)?.click();
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
