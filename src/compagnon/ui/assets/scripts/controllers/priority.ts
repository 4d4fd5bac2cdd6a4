import { Controller } from "@hotwired/stimulus";

/**
 * Show the priority that an impact and an urgency give, while they are being chosen. The server
 * decides; `data-priority-matrix-value` is its table (rows are impacts, columns urgencies), and
 * each `shown` target carries the priority that it shows in `data-level`.
 */
export default class PriorityController extends Controller<HTMLElement> {
  static override targets = ["shown", "frame"];
  static override values = { matrix: Array };
  declare readonly shownTargets: HTMLElement[];
  declare readonly frameTarget: HTMLElement;
  declare readonly matrixValue: number[][];

  override connect(): void {
    this.frameTarget.hidden = false;
    this.show();
  }

  show(): void {
    const level = this.matrixValue[this.chosen("impact") - 1]?.[this.chosen("urgency") - 1];
    for (const one of this.shownTargets) one.hidden = one.dataset.level !== String(level);
  }

  private chosen(name: string): number {
    return Number(this.element.querySelector<HTMLSelectElement>(`select[name="${name}"]`)?.value);
  }
}
