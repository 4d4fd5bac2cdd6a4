// Texts begun, kept on the server for the same person's other devices.
import { keep, read } from "./kept";

export interface Kept {
  place: string;
  text: string;
  device: string;
  at: number;
}

const asked = new Map<string, Promise<Kept[]>>();

/** A name that this device keeps for itself. */
export function device(): string {
  let name = read("device");
  if (!name) {
    name = Math.random().toString(36).slice(2, 12);
    keep("device", name);
  }
  return name;
}

/** What was begun on a ticket (or outside of any), asked once a page. */
export function found(url: string, ticket: string): Promise<Kept[]> {
  const address = `${url}?ticket=${encodeURIComponent(ticket)}`;
  let answer = asked.get(address);
  if (!answer) {
    answer = fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" })
      .then(async (response) => (response.ok ? ((await response.json()) as { drafts: Kept[] }).drafts : []))
      // Without network the device's own draft is all there is.
      .catch(() => []);
    asked.set(address, answer);
  }
  return answer;
}

/** Keep a text; what fails is kept on the device, and sent again with the next stroke. */
export function send(url: string, ticket: string, place: string, text: string): void {
  const body = new FormData();
  for (const [name, value] of Object.entries({ ticket, place, text, device: device() })) body.set(name, value);
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token }, keepalive: text.length < 20_000 }).catch(() => {});
}

/** Forget it. */
export function drop(url: string, ticket: string, place: string): void {
  send(url, ticket, place, "");
}
