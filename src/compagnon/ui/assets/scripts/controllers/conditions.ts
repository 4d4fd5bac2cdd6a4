import { Controller } from "@hotwired/stimulus";
import { type Answer, type Answers, type Condition, holds } from "../conditions";

interface Field {
  key: string;
  kind: string;
  show: Condition;
  section: Condition;
  require: Condition;
  required: boolean;
}

/**
 * Shows the fields of a request form that its answers call for. Each field stands in an element
 * with `data-field`; what the server says counts in the end.
 */
export default class ConditionsController extends Controller<HTMLFormElement> {
  static override values = { fields: Array };
  declare readonly fieldsValue: Field[];

  override connect(): void {
    this.element.addEventListener("input", this.settle);
    this.element.addEventListener("change", this.settle);
    this.settle();
  }

  override disconnect(): void {
    this.element.removeEventListener("input", this.settle);
    this.element.removeEventListener("change", this.settle);
  }

  private settle = (): void => {
    const answers: Answers = {};
    const seen = new Set<string>();
    for (const field of this.fieldsValue) {
      const place = this.element.querySelector<HTMLElement>(`[data-field="${field.key}"]`);
      if (!place) continue;
      const shown = holds(field.section, answers) && holds(field.show, answers);
      place.hidden = !shown;
      const section = place.closest<HTMLElement>("[data-section]");
      if (!shown) continue;
      if (section) seen.add(section.dataset["section"] ?? "");
      const answer = this.answer(place, field.kind);
      if (answer.length) answers[field.key] = answer;
      const needed = field.required || (field.require !== null && holds(field.require, answers));
      for (const note of place.querySelectorAll<HTMLElement>(".form-optional")) note.hidden = needed;
    }
    for (const section of this.element.querySelectorAll<HTMLElement>("[data-section]")) {
      section.hidden = !seen.has(section.dataset["section"] ?? "");
    }
  };

  private answer(place: HTMLElement, kind: string): Answer {
    const given: string[] = [];
    for (const input of place.querySelectorAll<
      HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement
    >("input, select, textarea")) {
      if (input instanceof HTMLInputElement && ["radio", "checkbox"].includes(input.type)) {
        if (input.checked) given.push(input.value);
      } else if (input instanceof HTMLInputElement && input.type === "file") {
        for (const file of input.files ?? []) given.push(file.name);
      } else {
        given.push(input.value.trim());
      }
    }
    const filled = given.filter((one) => one !== "");
    if (kind === "choices" || kind === "file") return filled;
    const text = filled[0] ?? "";
    if (kind !== "number" && kind !== "money") return text;
    return text.replaceAll(/[ \u00a0\u202f]/g, "").replace(",", ".");
  }
}
