import { Controller } from "@hotwired/stimulus";
import { keep, read } from "../kept";

// Among the drafts, so that signing out and a week forget it as well (controllers/draft.ts).
const PREFIX = "draft.";

/**
 * Keep what is being written in a whole form on this device: texts and choices, no files.
 * `data-keep-done-value` names the toast by which the server says that it has it.
 */
export default class KeepController extends Controller<HTMLFormElement> {
  static override targets = ["note"];
  static override values = { name: String, done: String };
  declare readonly noteTarget: HTMLElement;
  declare readonly nameValue: string;
  declare readonly doneValue: string;

  override connect(): void {
    this.element.addEventListener("input", this.write);
    this.element.addEventListener("change", this.write);
    this.element.addEventListener("submit", this.sent);
    const kept = this.kept();
    if (!kept || [...this.texts()].some((one) => one.value)) return;
    for (const [name, value] of kept) {
      for (const field of this.element.querySelectorAll<HTMLInputElement>(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === "radio") field.checked = field.value === value;
        else if (!["file", "hidden"].includes(field.type)) {
          field.value = value;
          field.dispatchEvent(new Event("input", { bubbles: true }));
        }
      }
    }
    this.noteTarget.hidden = false;
  }

  override disconnect(): void {
    this.element.removeEventListener("input", this.write);
    this.element.removeEventListener("change", this.write);
    this.element.removeEventListener("submit", this.sent);
  }

  discard(): void {
    keep(PREFIX + this.nameValue, null);
    this.element.reset();
    for (const text of this.texts()) text.value = "";
    this.noteTarget.hidden = true;
    [...this.texts()][0]?.focus();
  }

  private write = (): void => this.store();

  // The page that follows says that the server has it (forgetArrived, in draft.ts).
  private sent = (): void => this.store(this.doneValue);

  private store(leaves?: string): void {
    const fields = [...new FormData(this.element)].filter(
      ([name, value]) => typeof value === "string" && !["key", "csrfmiddlewaretoken"].includes(name),
    );
    const said = [...this.texts()].some((one) => one.value.trim());
    keep(PREFIX + this.nameValue, said ? JSON.stringify({ text: JSON.stringify(fields), at: Date.now(), leaves }) : null);
  }

  private kept(): [string, string][] | null {
    try {
      const draft = JSON.parse(read(PREFIX + this.nameValue) ?? "null") as { text: string } | null;
      return draft ? (JSON.parse(draft.text) as [string, string][]) : null;
    } catch {
      return null;
    }
  }

  private texts(): NodeListOf<HTMLInputElement> {
    return this.element.querySelectorAll<HTMLInputElement>("textarea, input[type=text]");
  }
}
