import { Controller } from "@hotwired/stimulus";
import htmx from "htmx.org/dist/htmx.esm.js";

// A busy queue changes each second: nobody wants to hear that.
const QUIET = 30_000;
const SLOWEST = 6;

/**
 * A part of the page that keeps itself up to date: it asks again and again while the page is
 * looked at, and not at all while it is hidden. The server answers 204 when nothing changed, which
 * it tells from the `Live-Version` header; see `compagnon.ui.live`.
 */
export default class LiveController extends Controller<HTMLElement> {
  static override values = { seconds: { type: Number, default: 1 }, version: String, said: String };
  declare readonly secondsValue: number;
  declare readonly versionValue: string;
  declare readonly saidValue: string;
  private timer = 0;
  private failures = 0;
  private asking = false;

  override connect(): void {
    this.element.addEventListener("htmx:configRequest", this.tellVersion);
    this.element.addEventListener("htmx:afterRequest", this.answered);
    document.addEventListener("visibilitychange", this.seen);
    this.plan();
  }

  override disconnect(): void {
    clearTimeout(this.timer);
    this.element.removeEventListener("htmx:configRequest", this.tellVersion);
    this.element.removeEventListener("htmx:afterRequest", this.answered);
    document.removeEventListener("visibilitychange", this.seen);
  }

  private plan(): void {
    clearTimeout(this.timer);
    if (document.hidden) return;
    // A server that does not answer is asked less and less often, up to once a minute.
    const wait = Math.min(this.secondsValue * 2 ** this.failures, 60);
    this.timer = setTimeout(this.ask, wait * 1000);
  }

  private ask = (): void => {
    // Somebody is writing or has opened a menu here: the answer would take it away.
    const busy = this.element.querySelector("details[open].menu, dialog[open], :focus:is(textarea, select, input:not([type=checkbox], [type=radio]))");
    if (this.asking || busy) {
      this.plan();
      return;
    }
    this.asking = true;
    htmx.trigger(this.element, "live");
  };

  /** Tell who listens to the page that a part of it has changed, politely and not all the time. */
  private tell(): void {
    const place = document.getElementById("live-said");
    const now = Date.now();
    if (!place || !this.saidValue || now - Number(place.dataset.at ?? 0) < QUIET) return;
    place.dataset.at = String(now);
    place.textContent = "";
    requestAnimationFrame(() => (place.textContent = this.saidValue));
  }

  private seen = (): void => {
    clearTimeout(this.timer);
    if (!document.hidden) this.ask();
  };

  private tellVersion = (event: Event): void => {
    if (event.target !== this.element) return;
    (event as CustomEvent).detail.headers["Live-Version"] = this.versionValue;
  };

  private answered = (event: Event): void => {
    if (event.target !== this.element) return;
    this.asking = false;
    const { successful, xhr } = (event as CustomEvent<{ successful: boolean; xhr?: XMLHttpRequest }>).detail;
    if (xhr?.status === 200) this.tell();
    // Who is signed out was told; they may sign in again in another tab, and the page goes on.
    if (xhr?.status === 401) this.failures = SLOWEST;
    else this.failures = successful ? 0 : Math.min(this.failures + 1, SLOWEST);
    if (successful) document.querySelector('#toasts [data-toast="sign-in-needed"]')?.remove();
    this.plan();
  };
}
