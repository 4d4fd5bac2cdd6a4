import { Controller } from "@hotwired/stimulus";
import { add, type Field } from "../outbox";

/**
 * A form that may be sent without network: what was written is kept on the device and leaves when
 * the network is back (see `portal`). `data-later-url-value` is where it goes.
 */
export default class LaterController extends Controller<HTMLFormElement> {
  static override targets = ["told"];
  static override values = { url: String };
  declare readonly toldTarget: HTMLElement;
  declare readonly urlValue: string;

  override connect(): void {
    this.element.addEventListener("submit", this.sent);
  }

  override disconnect(): void {
    this.element.removeEventListener("submit", this.sent);
  }

  private sent = (event: SubmitEvent): void => {
    const copy = Boolean(document.documentElement.dataset.offline);
    if (navigator.onLine && !copy) return;
    event.preventDefault();
    void this.keep();
  };

  private async keep(): Promise<void> {
    const frame = this.element.closest<HTMLElement>("[data-portal-person-value]");
    const person = frame?.dataset.portalPersonValue ?? "";
    const text = this.element.querySelector<HTMLTextAreaElement>("textarea");
    if (!person || (text && !text.value.trim())) {
      text?.focus();
      return;
    }
    // A page that was kept bears one key, whatever is written on it: each letter has its own.
    const id = newKey();
    const fields: Field[] = [];
    for (const [name, value] of new FormData(this.element)) {
      if (name === "csrfmiddlewaretoken" || name === "key") continue;
      if (value instanceof File && !value.size) continue;
      fields.push([name, value]);
    }
    fields.push(["key", id]);
    await add({ id, person, url: this.urlValue, page: location.pathname, fields, at: Date.now() });
    this.element.reset();
    text?.dispatchEvent(new Event("input", { bubbles: true }));
    this.toldTarget.hidden = false;
    document.dispatchEvent(new Event("portal:kept"));
    window.dispatchEvent(new Event(navigator.onLine ? "online" : "offline"));
  }
}

/** Draw a key; over plain HTTP the browser has no `randomUUID`. */
function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(18))].map((one) => one.toString(16).padStart(2, "0")).join("");
}
