import { Controller } from "@hotwired/stimulus";

/**
 * Tickets ticked in a list that keeps itself up to date: the boxes (`form="bulk-choice"`) stay
 * ticked when a new part is laid over them, and the bar shows how many are.
 */
export default class ChoosingController extends Controller<HTMLFormElement> {
  static override targets = ["count", "all"];
  static override values = { one: String, many: String };
  declare readonly countTarget: HTMLElement;
  declare readonly allTarget: HTMLInputElement;
  declare readonly oneValue: string;
  declare readonly manyValue: string;
  private chosen = new Set<string>();
  private last: HTMLInputElement | null = null;

  override connect(): void {
    document.addEventListener("change", this.ticked);
    document.addEventListener("click", this.pressed);
    // At once when the part is there, and again when its attributes have settled.
    document.addEventListener("htmx:afterSwap", this.restore);
    document.addEventListener("htmx:afterSettle", this.restore);
    this.element.addEventListener("submit", this.leaving);
    for (const box of this.boxes()) if (box.checked) this.chosen.add(box.value);
    this.show();
  }

  override disconnect(): void {
    document.removeEventListener("change", this.ticked);
    document.removeEventListener("click", this.pressed);
    document.removeEventListener("htmx:afterSwap", this.restore);
    document.removeEventListener("htmx:afterSettle", this.restore);
    this.element.removeEventListener("submit", this.leaving);
  }

  changed(): void {
    this.show();
  }

  none(): void {
    this.chosen.clear();
    this.allTarget.checked = false;
    this.restore();
  }

  private boxes(): HTMLInputElement[] {
    return [...document.querySelectorAll<HTMLInputElement>(`input[name="ticket"][form="${this.element.id}"]`)];
  }

  private ticked = (event: Event): void => {
    const box = event.target as HTMLInputElement;
    if (box.dataset.chooseAll === this.element.id) {
      for (const one of this.boxes()) this.keep(one.value, box.checked);
      this.restore();
      return;
    }
    if (box.name !== "ticket" || box.getAttribute("form") !== this.element.id) return;
    this.keep(box.value, box.checked);
    this.show();
  };

  // With the shift key, all the rows between the last box and this one.
  private pressed = (event: MouseEvent): void => {
    const box = event.target as HTMLInputElement;
    if (box.name !== "ticket" || box.getAttribute?.("form") !== this.element.id) return;
    const boxes = this.boxes();
    const from = this.last ? boxes.findIndex((one) => one.value === this.last!.value) : -1;
    const to = boxes.indexOf(box);
    if (event.shiftKey && from >= 0) {
      for (const one of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) this.keep(one.value, box.checked);
      this.restore();
    }
    this.last = box;
  };

  private keep(value: string, chosen: boolean): void {
    if (chosen) this.chosen.add(value);
    else this.chosen.delete(value);
  }

  private restore = (): void => {
    for (const box of this.boxes()) box.checked = this.chosen.has(box.value);
    this.show();
  };

  // Those chosen that have left the list since are sent as well.
  private leaving = (): void => {
    const here = new Set(this.boxes().map((box) => box.value));
    for (const old of this.element.querySelectorAll("input[data-kept]")) old.remove();
    const away = [...this.chosen].filter((value) => !here.has(value));
    if (!away.length) return;
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = "ticket";
    input.value = away.join(",");
    input.dataset.kept = "";
    this.element.append(input);
  };

  private show(): void {
    const number = this.chosen.size;
    this.element.hidden = number === 0;
    this.countTarget.textContent = number === 1 ? this.oneValue : this.manyValue.replace("%n", String(number));
    for (const box of document.querySelectorAll<HTMLInputElement>(`[data-choose-all="${this.element.id}"]`)) {
      const boxes = this.boxes();
      box.checked = boxes.length > 0 && boxes.every((one) => this.chosen.has(one.value));
    }
  }
}
