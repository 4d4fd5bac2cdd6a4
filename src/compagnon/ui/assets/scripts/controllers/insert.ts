import { Controller } from "@hotwired/stimulus";

function write(area: HTMLTextAreaElement, text: string): void {
  area.focus();
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * A text kept ready, put where the cursor is: `data-action="insert#put"` on a button whose
 * `data-text` holds it; the text goes to the text area of the panel that is open in `#composer`.
 * `data-action="insert#quote"` on a button of a message puts the message there, as a quotation: what
 * is selected of it, or all that is written in its `data-quoted`.
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
    write(area, source.dataset.text ?? "");
  }

  quote(event: Event): void {
    const message = (event.currentTarget as HTMLElement).closest("article")?.querySelector<HTMLElement>("[data-quoted]");
    const area = this.area();
    if (!message || !area) return;
    const chosen = getSelection();
    const within = chosen && chosen.rangeCount && message.contains(chosen.getRangeAt(0).commonAncestorContainer);
    const text = ((within && chosen.toString().trim()) || message.innerText.trim()).slice(0, 20_000);
    const before = area.value.slice(0, area.selectionStart);
    const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    write(area, `${gap}${text.split("\n").map((line) => `> ${line}`.trimEnd()).join("\n")}\n\n`);
    document.getElementById("composer")?.scrollIntoView({ block: "nearest" });
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
