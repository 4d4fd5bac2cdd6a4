// Reading QR codes: its own bundle, since its decoder is only for the pages that have a camera.
import { Application, Controller } from "@hotwired/stimulus";
import jsQR from "jsqr";

/** The longest side of a picture that is looked at: a phone's twelve megapixels take seconds. */
const SIDES = [1000, 1800];
const PAUSE = 150;

/**
 * A field for a code, filled by the camera or by pictures, and its form sent. Where the form asks
 * by htmx the page stays, and the camera goes on to the next label.
 */
class ScanController extends Controller<HTMLElement> {
  static override targets = ["form", "code", "video", "start", "stop", "said"];
  static override values = { nothing: String, refused: String, read: String };
  declare readonly formTarget: HTMLFormElement;
  declare readonly codeTarget: HTMLInputElement;
  declare readonly videoTarget: HTMLVideoElement;
  declare readonly startTarget: HTMLButtonElement;
  declare readonly stopTarget: HTMLButtonElement;
  declare readonly saidTarget: HTMLElement;
  declare readonly nothingValue: string;
  declare readonly refusedValue: string;
  declare readonly readValue: string;
  private readonly canvas = document.createElement("canvas");
  private stream: MediaStream | null = null;
  private timer = 0;
  private last = "";

  override connect(): void {
    this.startTarget.hidden = !navigator.mediaDevices?.getUserMedia;
  }

  override disconnect(): void {
    this.stop();
  }

  async start(): Promise<void> {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment" },
      });
    } catch {
      this.say(this.refusedValue);
      return;
    }
    this.videoTarget.srcObject = this.stream;
    this.show(true);
    await this.videoTarget.play();
    this.look();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    if (this.hasStopTarget) this.show(false);
  }

  /** Pictures that were taken or chosen, one after the other. */
  async pictures(event: Event): Promise<void> {
    const field = event.target as HTMLInputElement;
    const missed: string[] = [];
    for (const file of [...(field.files ?? [])]) {
      const text = await this.decode(file);
      if (text) await this.send(text);
      else missed.push(file.name);
    }
    field.value = "";
    if (missed.length) this.say(`${this.nothingValue} ${missed.join(", ")}`);
  }

  declare readonly hasStopTarget: boolean;

  private show(on: boolean): void {
    this.videoTarget.hidden = this.stopTarget.hidden = !on;
    this.startTarget.hidden = on;
  }

  private look = async (): Promise<void> => {
    const { videoWidth, videoHeight } = this.videoTarget;
    const text = videoWidth ? this.read(this.videoTarget, videoWidth, videoHeight, SIDES[0]!) : "";
    // The same label stays before the camera for a while: it is read once.
    if (text && text !== this.last) {
      this.last = text;
      await this.send(text);
    }
    if (this.stream) this.timer = window.setTimeout(() => void this.look(), PAUSE);
  };

  private async decode(file: File): Promise<string> {
    let picture: ImageBitmap;
    try {
      picture = await createImageBitmap(file);
    } catch {
      return "";
    }
    try {
      for (const side of SIDES) {
        const text = this.read(picture, picture.width, picture.height, side);
        if (text) return text;
      }
      return "";
    } finally {
      picture.close();
    }
  }

  private read(source: CanvasImageSource, width: number, height: number, side: number): string {
    const scale = Math.min(1, side / Math.max(width, height));
    const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
    [this.canvas.width, this.canvas.height] = [w, h];
    const pen = this.canvas.getContext("2d", { willReadFrequently: true });
    if (!pen) return "";
    pen.drawImage(source, 0, 0, w, h);
    return jsQR(pen.getImageData(0, 0, w, h).data, w, h)?.data ?? "";
  }

  private async send(text: string): Promise<void> {
    this.codeTarget.value = text;
    this.say(`${this.readValue} ${text}`);
    const stays = this.formTarget.hasAttribute("hx-post");
    const answered = new Promise((resolve) => {
      this.formTarget.addEventListener("htmx:afterRequest", resolve, { once: true });
    });
    this.formTarget.requestSubmit();
    if (stays) {
      await answered;
      this.codeTarget.value = "";
    }
  }

  private say(text: string): void {
    this.saidTarget.textContent = text;
  }
}

Application.start().register("scan", ScanController);
