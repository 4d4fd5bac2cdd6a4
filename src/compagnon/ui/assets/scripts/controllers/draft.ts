import { Controller } from "@hotwired/stimulus";
import { device, drop, found, send } from "../drafts";
import { keep, read } from "../kept";

const PREFIX = "draft.";
const DAYS = 7;
const QUIET = 1500;

interface Draft {
  text: string;
  at: number;
  /** The server has it: where it is there no more, it was sent or thrown away on another device. */
  kept?: boolean;
  /** The form was sent with it; whether it arrived is known from the page that follows. */
  sent?: boolean;
  /** The toast by which another page than this form's says that it arrived. */
  leaves?: string | undefined;
}

/** Forget every half-written text on this device. */
export function forgetDrafts(olderThan = Infinity): void {
  for (const name of names()) {
    const draft = parse(read(name));
    if (!draft || olderThan === Infinity || draft.at < olderThan) keep(name, null);
  }
}

/** Forget what this page says that the server has, and that was written on another page. */
export function forgetArrived(): void {
  for (const name of names()) {
    const leaves = parse(read(name))?.leaves;
    if (leaves && document.querySelector(`[data-toast="${CSS.escape(leaves)}"]`)) keep(name, null);
  }
}

/**
 * Keep what is being written in a form's text on this device, so that a reload, a lost network or
 * an expired session loses nothing; and, where `data-draft-url-value` says so, on the server, so that
 * another device of the same person goes on with it. `data-draft-key-value` tells which text it is;
 * `data-draft-done-value` names the toast with which the server says that it has it.
 */
export default class DraftController extends Controller<HTMLElement> {
  static override targets = ["note", "elsewhere"];
  static override values = { key: String, done: String, url: String, ticket: String, place: String };
  declare readonly hasElsewhereTarget: boolean;
  declare readonly elsewhereTarget: HTMLElement;
  declare readonly urlValue: string;
  declare readonly ticketValue: string;
  declare readonly placeValue: string;
  declare readonly hasNoteTarget: boolean;
  declare readonly noteTarget: HTMLElement;
  declare readonly keyValue: string;
  declare readonly doneValue: string;

  private text!: HTMLTextAreaElement;
  private timer = 0;

  override connect(): void {
    forgetDrafts(Date.now() - DAYS * 86_400_000);
    this.text = this.element.querySelector("textarea")!;
    this.form?.addEventListener("submit", this.sent);
    this.text.addEventListener("input", this.write);
    const arrived = document.querySelector(`[data-toast="${CSS.escape(this.doneValue)}"]`);
    const draft = parse(read(this.name));
    if (draft?.sent && arrived) {
      keep(this.name, null);
    } else if (draft && !this.text.value) {
      // After a refusal the server gives the text back itself, and nothing is to be done.
      this.text.value = draft.text;
      this.text.dispatchEvent(new Event("input", { bubbles: true }));
      if (this.hasNoteTarget) this.noteTarget.hidden = false;
    }
    const gone = !!draft?.sent && !!arrived;
    if (this.urlValue && !gone) void this.fetch(draft);
  }

  /** Take what was written further on another device, unless something else is written here. */
  private async fetch(local: Draft | null): Promise<void> {
    const all = await found(this.urlValue, this.ticketValue);
    const kept = all?.find((one) => one.place === this.placeValue);
    const untouched = !this.text.value || this.text.value === local?.text;
    if (all && !kept && local?.kept && untouched) this.clear();
    if (!kept || kept.text === this.text.value) return;
    if (!untouched || (local && local.at >= kept.at)) return;
    this.text.value = kept.text;
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    if (this.hasNoteTarget) this.noteTarget.hidden = false;
    if (this.hasElsewhereTarget) this.elsewhereTarget.hidden = kept.device === device();
  }

  override disconnect(): void {
    this.form?.removeEventListener("submit", this.sent);
    this.text.removeEventListener("input", this.write);
    clearTimeout(this.timer);
  }

  private clear(): void {
    this.text.value = "";
    this.store(null);
    if (this.urlValue) drop(this.urlValue, this.ticketValue, this.placeValue);
    if (this.hasNoteTarget) this.noteTarget.hidden = true;
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  discard(): void {
    this.clear();
    this.text.focus();
  }

  private write = (): void => {
    const text = this.text.value;
    this.store(text.trim() ? { text, at: Date.now() } : null);
    if (!this.urlValue) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.keepThere(text), QUIET);
  };

  private async keepThere(text: string): Promise<void> {
    const has = await send(this.urlValue, this.ticketValue, this.placeValue, text);
    const local = parse(read(this.name));
    if (has && local && local.text === text && !local.sent) this.store({ ...local, kept: true });
  }

  private sent = (): void => {
    // What is on its way is dropped by the server itself: nothing must bring it back.
    clearTimeout(this.timer);
    const text = this.text.value;
    if (!text.trim()) return;
    // A ticket that is opened has its own page; an answer comes back to where it was written.
    const leaves = this.ticketValue ? undefined : this.doneValue;
    this.store({ text, at: Date.now(), sent: true, leaves });
  };

  private get form(): HTMLFormElement | null {
    return this.element.closest("form");
  }

  private get name(): string {
    return PREFIX + this.keyValue;
  }

  private store(draft: Draft | null): void {
    keep(this.name, draft && JSON.stringify(draft));
  }
}

function parse(stored: string | null): Draft | null {
  try {
    const draft = JSON.parse(stored ?? "null") as Draft | null;
    return draft && typeof draft.text === "string" && typeof draft.at === "number" ? draft : null;
  } catch {
    return null;
  }
}

function names(): string[] {
  try {
    const start = `compagnon.${PREFIX}`;
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(start))
      .map((name) => name.slice("compagnon.".length));
  } catch {
    return [];
  }
}
