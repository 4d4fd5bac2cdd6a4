import { Controller } from "@hotwired/stimulus";

/** Copy a text: `<button data-controller="copy" data-copy-text-value="…" data-action="copy#copy">`. */
export default class CopyController extends Controller<HTMLElement> {
  static override values = { text: String, done: String };
  static override targets = ["source", "label"];
  declare readonly textValue: string;
  declare readonly doneValue: string;
  declare readonly hasSourceTarget: boolean;
  declare readonly sourceTarget: HTMLElement;
  declare readonly hasLabelTarget: boolean;
  declare readonly labelTarget: HTMLElement;

  async copy(): Promise<void> {
    const source = this.hasSourceTarget ? this.sourceTarget : null;
    const text =
      this.textValue ||
      (source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement
        ? source.value
        : (source?.textContent ?? ""));
    try {
      await navigator.clipboard.writeText(text.trim());
    } catch {
      // No clipboard without a secure connection: leave the text selected for Ctrl-C.
      if (source) getSelection()?.selectAllChildren(source);
      return;
    }
    if (!this.hasLabelTarget || !this.doneValue) return;
    const before = this.labelTarget.textContent;
    this.labelTarget.textContent = this.doneValue;
    setTimeout(() => (this.labelTarget.textContent = before), 2000);
  }
}
