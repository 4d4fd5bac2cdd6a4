import { Controller } from "@hotwired/stimulus";

/** A textarea that grows with its text. `data-controller="autosize"` on the textarea. */
export default class AutosizeController extends Controller<HTMLTextAreaElement> {
  override connect(): void {
    this.element.addEventListener("input", this.fit);
    this.fit();
  }

  override disconnect(): void {
    this.element.removeEventListener("input", this.fit);
  }

  private fit = (): void => {
    const area = this.element;
    if (!area.offsetParent) return; // hidden: it has no height to measure
    area.style.height = "auto";
    const borders = area.offsetHeight - area.clientHeight;
    area.style.height = `${Math.min(area.scrollHeight + borders, innerHeight * 0.6)}px`;
  };
}
