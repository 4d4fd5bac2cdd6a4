// Texts begun, kept on the server for the same person's other devices.
import { keep, read } from "./kept";

export interface Kept {
  place: string;
  text: string;
  device: string;
  at: number;
}

const asked = new Map<string, Promise<Kept[] | null>>();

/** A name that this device keeps for itself. */
export function device(): string {
  let name = read("device");
  if (!name) {
    name = Math.random().toString(36).slice(2, 12);
    keep("device", name);
  }
  return name;
}

/** What was begun on a ticket (or outside of any), asked once a page; null where nobody can say. */
export function found(url: string, ticket: string): Promise<Kept[] | null> {
  const address = `${url}?ticket=${encodeURIComponent(ticket)}`;
  let answer = asked.get(address);
  if (!answer) {
    answer = fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" })
      .then(async (response) => (response.ok ? ((await response.json()) as { drafts: Kept[] }).drafts : null))
      // Without network the device's own draft is all there is.
      .catch(() => null);
    asked.set(address, answer);
  }
  return answer;
}

/** Keep a text, and say whether the server has it; what fails is sent again with the next stroke. */
export async function send(url: string, ticket: string, place: string, text: string): Promise<boolean> {
  const body = new FormData();
  for (const [name, value] of Object.entries({ ticket, place, text, device: device() })) body.set(name, value);
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  // Who is signed out is told so, and not led to a page that looks like a good answer.
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  try {
    const answer = await fetch(url, { method: "POST", body, headers, keepalive: text.length < 20_000 });
    return answer.ok && !answer.redirected;
  } catch {
    return false;
  }
}

/** Forget it. */
export function drop(url: string, ticket: string, place: string): void {
  void send(url, ticket, place, "");
}
