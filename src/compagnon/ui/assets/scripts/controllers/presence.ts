import { Controller } from "@hotwired/stimulus";

const BEAT = 15_000;
const IDLE = 20_000;

/** Say that this ticket is open here, and whether somebody writes; show who else has it open. */
export default class PresenceController extends Controller<HTMLElement> {
  static override values = { url: String };
  declare readonly urlValue: string;
  private timer = 0;
  private wroteAt = 0;
  private told = false;

  override connect(): void {
    document.addEventListener("input", this.wrote);
    document.addEventListener("visibilitychange", this.seen);
    window.addEventListener("pagehide", this.left);
    void this.beat();
  }

  override disconnect(): void {
    document.removeEventListener("input", this.wrote);
    document.removeEventListener("visibilitychange", this.seen);
    window.removeEventListener("pagehide", this.left);
    clearTimeout(this.timer);
  }

  private get writing(): boolean {
    return Date.now() - this.wroteAt < IDLE;
  }

  private wrote = (event: Event): void => {
    // A draft that comes back is not somebody who writes.
    if (!event.isTrusted || !(event.target as Element).closest?.("#composer textarea")) return;
    this.wroteAt = Date.now();
    if (!this.told) void this.beat();
  };

  private seen = (): void => {
    clearTimeout(this.timer);
    if (!document.hidden) void this.beat();
  };

  private left = (): void => {
    navigator.sendBeacon(this.urlValue, this.body({ leaving: "yes" }));
  };

  private body(values: Record<string, string>): FormData {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "");
    for (const [name, value] of Object.entries(values)) body.set(name, value);
    return body;
  }

  private async beat(): Promise<void> {
    clearTimeout(this.timer);
    this.told = this.writing;
    const known = this.element.querySelector<HTMLElement>("[data-presence-version]")?.dataset.presenceVersion ?? "";
    try {
      const response = await fetch(this.urlValue, {
        method: "POST",
        body: this.body({ writing: this.writing ? "yes" : "no" }),
        headers: { "Live-Version": known, "HX-Request": "true" },
      });
      // Our own page, whose values the server has escaped.
      if (response.status === 200) this.element.innerHTML = await response.text();
    } catch {
      // Without network nobody is seen; the next beat says more.
    }
    if (!document.hidden) this.timer = setTimeout(() => void this.beat(), BEAT);
  }
}
