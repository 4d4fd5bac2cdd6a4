import { Controller } from "@hotwired/stimulus";

/**
 * A text kept ready, put where the cursor is: `data-action="insert#put"` on a button whose
 * `data-text` holds it; the text goes to the text area of the panel that is open in `#composer`.
 */
export default class InsertController extends Controller<HTMLElement> {
  private last: HTMLTextAreaElement | null = null;

  override connect(): void {
    document.addEventListener("focusin", this.entered);
  }

  override disconnect(): void {
    document.removeEventListener("focusin", this.entered);
  }

  put(event: Event): void {
    const source = event.currentTarget as HTMLElement;
    const area = this.area();
    if (!area) return;
    event.preventDefault();
    source.closest("dialog")?.close();
    area.focus();
    area.setRangeText(source.dataset.text ?? "", area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  private area(): HTMLTextAreaElement | null {
    const composer = document.getElementById("composer");
    if (this.last && composer?.contains(this.last) && this.last.offsetParent) return this.last;
    const open = [...(composer?.querySelectorAll<HTMLTextAreaElement>("textarea") ?? [])];
    return open.find((one) => one.offsetParent) ?? null;
  }

  private entered = (event: Event): void => {
    const area = event.target;
    if (area instanceof HTMLTextAreaElement && area.closest("#composer")) this.last = area;
  };
}
