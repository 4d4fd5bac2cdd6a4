import { Controller } from "@hotwired/stimulus";

/**
 * A place to sign with a finger, a pen or a mouse. What is drawn goes as a PNG data address into
 * the hidden field; who cannot draw types a name in the field beside, which is as good.
 */
export default class SignatureController extends Controller<HTMLElement> {
  static override targets = ["pad", "data", "clear"];
  declare readonly padTarget: HTMLCanvasElement;
  declare readonly dataTarget: HTMLInputElement;
  declare readonly clearTarget: HTMLButtonElement;
  private drawing = false;
  private inked = false;
  private x = 0;
  private y = 0;

  override connect(): void {
    this.padTarget.closest("[hidden]")?.removeAttribute("hidden");
    this.fit();
    addEventListener("resize", this.fit);
  }

  override disconnect(): void {
    removeEventListener("resize", this.fit);
  }

  down(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.padTarget.setPointerCapture(event.pointerId);
    this.drawing = true;
    [this.x, this.y] = this.at(event);
    this.line(this.x + 0.1, this.y + 0.1); // a point is a stroke too
  }

  move(event: PointerEvent): void {
    if (!this.drawing) return;
    for (const step of event.getCoalescedEvents?.() ?? [event]) this.line(...this.at(step));
  }

  up(): void {
    if (!this.drawing) return;
    this.drawing = false;
    this.dataTarget.value = this.padTarget.toDataURL("image/png");
    this.dataTarget.dispatchEvent(new Event("change", { bubbles: true }));
    this.clearTarget.disabled = false;
  }

  clear(): void {
    this.wipe();
    this.dataTarget.dispatchEvent(new Event("change", { bubbles: true }));
  }

  private wipe(): void {
    const pad = this.padTarget;
    pad.getContext("2d")?.clearRect(0, 0, pad.width, pad.height);
    this.dataTarget.value = "";
    this.clearTarget.disabled = true;
    this.inked = false;
  }

  private at(event: PointerEvent): [number, number] {
    const box = this.padTarget.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  private line(x: number, y: number): void {
    const pen = this.padTarget.getContext("2d");
    if (!pen) return;
    pen.lineWidth = 2.2;
    pen.lineCap = "round";
    pen.strokeStyle = "#10282f";
    pen.beginPath();
    pen.moveTo(this.x, this.y);
    pen.lineTo(x, y);
    pen.stroke();
    [this.x, this.y] = [x, y];
    this.inked = true;
  }

  // The drawing has the pad's own size in pixels; a turned phone starts over only if empty.
  private fit = (): void => {
    const pad = this.padTarget;
    if (this.inked || !pad.clientWidth) return;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    pad.width = Math.round(pad.clientWidth * ratio);
    pad.height = Math.round(pad.clientHeight * ratio);
    pad.getContext("2d")?.scale(ratio, ratio);
    this.wipe();
  };
}
