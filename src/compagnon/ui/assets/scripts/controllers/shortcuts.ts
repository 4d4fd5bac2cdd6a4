import { Controller } from "@hotwired/stimulus";
import { opensPalette } from "../early";
import { keep, read } from "../kept";

/**
 * Keyboard shortcuts of the frame. An element answers to the keys in its `data-shortcut`, one key
 * or two in a row ("g q"): a link is followed, a field focused, anything else clicked. The person
 * can turn them off in the help (WCAG 2.1.4).
 */
export default class ShortcutsController extends Controller<HTMLElement> {
  static override targets = ["help", "enabled"];
  declare readonly hasHelpTarget: boolean;
  declare readonly helpTarget: HTMLDialogElement;
  declare readonly enabledTargets: HTMLInputElement[];
  private first = "";
  private timer = 0;

  override connect(): void {
    document.addEventListener("keydown", this.key);
    document.addEventListener("keys:again", this.again);
  }

  override disconnect(): void {
    document.removeEventListener("keydown", this.key);
    document.removeEventListener("keys:again", this.again);
  }

  enabledTargetConnected(box: HTMLInputElement): void {
    box.checked = read("shortcuts") !== "off";
  }

  toggle(event: Event): void {
    keep("shortcuts", (event.target as HTMLInputElement).checked ? null : "off");
  }

  help(): void {
    if (this.hasHelpTarget && !this.helpTarget.open) this.helpTarget.showModal();
  }

  palette(): void {
    document.dispatchEvent(new CustomEvent("palette:open"));
  }

  /** A key that was pressed before anybody listened; see early.ts. */
  private again = (event: Event): void => this.key((event as CustomEvent<KeyboardEvent>).detail);

  private key = (event: KeyboardEvent): void => {
    const target = event.target;
    if (!(target instanceof HTMLElement)) return;
    if (event.isComposing) return;
    if (event.ctrlKey && event.key === "Enter") {
      target.closest("form")?.requestSubmit();
      return;
    }
    // With a key that is held down, so it stays when single keys are turned off (WCAG 2.1.4).
    if (opensPalette(event)) {
      event.preventDefault();
      this.palette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (target.isContentEditable || target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog")) return;
    if (read("shortcuts") === "off") return;
    if (event.key === "?") {
      event.preventDefault();
      this.help();
    } else if (event.key === "j" || event.key === "k") {
      document.dispatchEvent(new CustomEvent("rows:move", { detail: event.key === "j" ? 1 : -1 }));
    } else if (!this.first && this.aboutRow(event.key)) {
      event.preventDefault();
    } else {
      this.follow(event);
    }
  };

  /** Ask the lists of the page whether the key is about the row where one is. */
  private aboutRow(key: string): boolean {
    return !document.dispatchEvent(new CustomEvent("rows:key", { detail: key, cancelable: true }));
  }

  private follow(event: KeyboardEvent): void {
    const keys = this.first ? `${this.first} ${event.key}` : event.key;
    clearTimeout(this.timer);
    this.first = "";
    const found = document.querySelector<HTMLElement>(`[data-shortcut="${CSS.escape(keys)}"]`);
    if (found) {
      event.preventDefault();
      if (found.matches("input, textarea, select")) found.focus();
      else found.click();
    } else if (document.querySelector(`[data-shortcut^="${CSS.escape(keys)} "]`)) {
      this.first = event.key;
      this.timer = setTimeout(() => (this.first = ""), 1200);
    }
  }
}
