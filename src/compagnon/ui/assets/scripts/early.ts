// Keys that are pressed while the page is being read, before anybody listens to them: whoever knows
// where they are going does not wait for a page to be there. They are held, and done in their order.

const WRITING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const MOST = 40;

/** What was pressed: keys of the page, then the words meant for the palette if it was asked for. */
export interface Held {
  keys: KeyboardEvent[];
  words: string;
}

export function opensPalette(event: KeyboardEvent): boolean {
  const alone = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  return alone && event.key.toLowerCase() === "k";
}

/** Of theme.ts: hold keys until they are asked for, or until the page is whole and nobody did. */
export function holdKeys(): void {
  const held: Held = { keys: [], words: "" };
  let toPalette = false;

  const hold = (event: KeyboardEvent): void => {
    if (event.isComposing || held.keys.length + held.words.length >= MOST) return;
    if (opensPalette(event)) {
      event.preventDefault(); // or the browser would go to its own search field
      if (!toPalette) held.keys.push(event);
      toPalette = true;
    } else if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    } else if (toPalette && event.key.length === 1) {
      event.preventDefault();
      held.words += event.key;
    } else if (!toPalette && event.key.length === 1 && !(event.target as Element).closest?.(WRITING)) {
      held.keys.push(event);
    }
  };
  const give = (event: Event): void => {
    stop();
    (event as CustomEvent<(held: Held) => void>).detail(held);
  };
  const stop = (): void => {
    document.removeEventListener("keydown", hold);
    document.removeEventListener("keys:wanted", give);
    window.removeEventListener("load", stop);
  };
  document.addEventListener("keydown", hold);
  document.addEventListener("keys:wanted", give);
  window.addEventListener("load", stop);
}

/** Of app.ts: take what was held, once. */
export function heldKeys(take: (held: Held) => void): void {
  document.dispatchEvent(new CustomEvent("keys:wanted", { detail: take }));
}
