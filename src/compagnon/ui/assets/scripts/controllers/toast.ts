import { Controller } from "@hotwired/stimulus";

/** A message that leaves by itself when it only confirms; an error waits to be closed. */
export default class ToastController extends Controller<HTMLElement> {
  static override values = { seconds: Number };
  declare readonly secondsValue: number;
  private timer = 0;

  override connect(): void {
    this.resume();
    this.element.addEventListener("mouseenter", this.pause);
    this.element.addEventListener("focusin", this.pause);
    this.element.addEventListener("mouseleave", this.resume);
    this.element.addEventListener("focusout", this.resume);
  }

  override disconnect(): void {
    this.pause();
  }

  close(): void {
    this.element.remove();
  }

  private pause = (): void => clearTimeout(this.timer);

  private resume = (): void => {
    this.pause();
    if (this.secondsValue) this.timer = setTimeout(() => this.close(), this.secondsValue * 1000);
  };
}
