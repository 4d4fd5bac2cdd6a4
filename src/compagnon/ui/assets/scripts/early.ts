// What is pressed while the page is being read, before anybody listens: whoever knows where they
// are going does not wait for a page to be there. It is held, and done in its order.

const WRITING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
// Buttons that do nothing but by a script; all others, and links, the browser knows itself.
const BUTTON = 'button[type="button"]';
const MOST = 40;

/** Keys of the page and buttons, then words for the palette if it was asked for. */
interface Held {
  presses: (KeyboardEvent | HTMLElement)[];
  words: string;
}

export function opensPalette(event: KeyboardEvent): boolean {
  const alone = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  return alone && event.key.toLowerCase() === "k";
}

/** Of theme.ts: hold what is pressed until it is asked for, or until the page is whole. */
export function holdPresses(): void {
  const held: Held = { presses: [], words: "" };
  let toPalette = false;
  const isFull = (): boolean => held.presses.length + held.words.length >= MOST;

  const key = (event: KeyboardEvent): void => {
    if (event.isComposing || isFull()) return;
    if (opensPalette(event)) {
      event.preventDefault(); // or the browser would go to its own search field
      if (!toPalette) held.presses.push(event);
      toPalette = true;
    } else if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) {
      return;
    } else if (toPalette) {
      event.preventDefault();
      held.words += event.key;
    } else if (!(event.target as Element).closest(WRITING)) {
      held.presses.push(event);
    }
  };
  const click = (event: MouseEvent): void => {
    const button = (event.target as Element).closest<HTMLElement>(BUTTON);
    // Pressed again because nothing came of it: it is still one wish.
    if (button && !isFull() && !held.presses.includes(button)) held.presses.push(button);
  };
  const give = (event: Event): void => {
    stop();
    (event as CustomEvent<(held: Held) => void>).detail(held);
  };
  const stop = (): void => {
    document.removeEventListener("keydown", key);
    document.removeEventListener("click", click);
    document.removeEventListener("presses:wanted", give);
    window.removeEventListener("load", stop);
  };
  document.addEventListener("keydown", key);
  document.addEventListener("click", click);
  document.addEventListener("presses:wanted", give);
  window.addEventListener("load", stop);
}

/** Of app.ts: do what was held, when all whom it is about are there: lists, the palette, forms. */
export function doWhatWasHeld(): void {
  const again = ({ presses, words }: Held): void => {
    for (const press of presses) {
      if (press instanceof HTMLElement) press.click();
      else document.dispatchEvent(new CustomEvent("keys:again", { detail: press }));
    }
    if (words) document.dispatchEvent(new CustomEvent("palette:words", { detail: words }));
  };
  const take = (held: Held): void => {
    const later = (): void => void setTimeout(() => again(held));
    if (document.readyState === "complete") later();
    else document.addEventListener("DOMContentLoaded", later, { once: true });
  };
  document.dispatchEvent(new CustomEvent("presses:wanted", { detail: take }));
}
