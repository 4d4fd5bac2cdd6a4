import { Controller } from "@hotwired/stimulus";

/** Something the palette offers: a page, what can be done here, or what the server found. */
interface Choice {
  label: string;
  note: string;
  icon: Node | null;
  keys: string;
  run: () => void;
}

const PAGES = ".app-links a[href], .app-top .menu-list a[href]";
// A press that needs no more: links and buttons of the page's head, what has a key, and forms of
// one button. What opens a dialog is a button too.
const HERE = [
  ".page-actions :is(a[href], button)",
  "main :is([data-shortcut], [data-palette])",
  'main form[method="post"]:not(:has(textarea, select, input:not([type=hidden]))) button:not([type=button])',
].join(", ");
const MOST = 12;
const PAUSE = 120;

/**
 * The palette (ARIA combobox with a list of groups): Ctrl+K or ⌘K, then words. Pages and actions
 * are read from the page itself, so that it never offers what the page does not allow; the rest is
 * asked of the server.
 */
export default class PaletteController extends Controller<HTMLDialogElement> {
  static override targets = ["input", "list", "status"];
  static override values = {
    url: String,
    here: String,
    pages: String,
    none: String,
    some: String,
  };
  declare readonly inputTarget: HTMLInputElement;
  declare readonly listTarget: HTMLElement;
  declare readonly statusTarget: HTMLElement;
  declare readonly urlValue: string;
  declare readonly hereValue: string;
  declare readonly pagesValue: string;
  declare readonly noneValue: string;
  declare readonly someValue: string;
  private choices = new Map<Element, Choice>();
  private timer = 0;
  private asked: AbortController | null = null;
  private found: [string, Choice[]][] = [];

  override connect(): void {
    document.addEventListener("palette:open", this.show);
    document.addEventListener("palette:words", this.written);
    this.element.addEventListener("click", this.outside);
    this.element.addEventListener("close", this.closed);
  }

  override disconnect(): void {
    document.removeEventListener("palette:open", this.show);
    document.removeEventListener("palette:words", this.written);
    this.element.removeEventListener("click", this.outside);
    this.element.removeEventListener("close", this.closed);
    this.closed();
  }

  close(): void {
    this.element.close();
  }

  typed(): void {
    clearTimeout(this.timer);
    this.asked?.abort();
    if (!this.words) this.found = [];
    this.draw();
    if (this.words) this.timer = setTimeout(() => void this.ask(), PAUSE);
  }

  key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };
    if (event.key in steps) {
      event.preventDefault();
      this.move(steps[event.key]!);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const option = this.current;
      if (option) this.run(option);
    }
  }

  pick(event: Event): void {
    const option = (event.target as Element).closest('[role="option"]');
    if (option) this.run(option);
  }

  private show = (): void => {
    if (this.element.open) {
      this.element.close();
      return;
    }
    if (document.querySelector("dialog[open]")) return; // another window waits for its answer
    this.inputTarget.value = "";
    this.found = [];
    this.element.showModal();
    this.draw();
    this.inputTarget.focus();
  };

  /** Words that were typed before the palette could be shown. */
  private written = (event: Event): void => {
    if (!this.element.open) return;
    this.inputTarget.value += (event as CustomEvent<string>).detail;
    this.typed();
  };

  private closed = (): void => {
    clearTimeout(this.timer);
    this.asked?.abort();
  };

  private outside = (event: MouseEvent): void => {
    if (event.target === this.element && event.isTrusted && event.detail > 0) this.element.close();
  };

  private get words(): string {
    return this.inputTarget.value.trim();
  }

  private get options(): HTMLElement[] {
    return [...this.listTarget.querySelectorAll<HTMLElement>('[role="option"]')];
  }

  private get current(): HTMLElement | undefined {
    return this.options.find((option) => option.getAttribute("aria-selected") === "true");
  }

  private async ask(): Promise<void> {
    this.asked = new AbortController();
    const address = new URL(this.urlValue, location.href);
    address.searchParams.set("q", this.words);
    try {
      const answer = await fetch(address, {
        signal: this.asked.signal,
        headers: { "HX-Request": "true" },
      });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.found = [...page.querySelectorAll<HTMLElement>('[role="group"]')].map((group) => [
        group.getAttribute("aria-label") ?? "",
        [...group.querySelectorAll<HTMLElement>('[role="option"]')].map(served),
      ]);
      this.draw();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) this.found = [];
    }
  }

  private draw(): void {
    const kept = this.current ? this.choices.get(this.current)?.label : undefined;
    const words = fold(this.words).split(/\s+/).filter(Boolean);
    const mine = (selector: string): Choice[] => only(choicesOf(selector), words);
    const groups: [string, Choice[]][] = [
      [this.hereValue, mine(HERE)],
      [this.pagesValue, mine(PAGES)],
      ...this.found,
    ];
    this.choices.clear();
    let number = 0;
    const drawn = groups
      .filter(([, choices]) => choices.length)
      .map(([label, choices], at) => {
        const group = document.createElement("div");
        group.setAttribute("role", "group");
        group.setAttribute("aria-labelledby", `palette-group-${at}`);
        const head = document.createElement("div");
        head.className = "palette-group";
        head.id = `palette-group-${at}`;
        head.textContent = label;
        group.append(head, ...choices.map((choice) => this.line(choice, number++)));
        return group;
      });
    this.listTarget.replaceChildren(...drawn);
    const lines = this.options;
    const again = lines.find((line) => this.choices.get(line)?.label === kept);
    this.mark(again ?? lines[0]);
    this.statusTarget.textContent = number ? `${this.someValue} ${number}` : this.noneValue;
    if (!number && this.words) {
      const none = document.createElement("p");
      none.className = "palette-none";
      none.textContent = this.noneValue;
      this.listTarget.replaceChildren(none);
    }
  }

  private line(choice: Choice, number: number): HTMLElement {
    const line = document.createElement("div");
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.id = `palette-option-${number}`;
    line.className = "palette-option";
    if (choice.icon) line.append(choice.icon);
    line.append(span("palette-label", choice.label));
    if (choice.note) line.append(span("palette-note", choice.note));
    for (const key of choice.keys.split(" ").filter(Boolean)) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      cap.setAttribute("aria-hidden", "true");
      line.append(cap);
    }
    this.choices.set(line, choice);
    return line;
  }

  private move(step: number): void {
    const lines = this.options;
    if (!lines.length) return;
    const at = lines.indexOf(this.current!);
    const next = Math.abs(step) === 1 ? at + step + lines.length : at + step;
    this.mark(lines[Math.abs(step) === 1 ? next % lines.length : clamp(next, lines.length - 1)]);
  }

  private mark(line: HTMLElement | undefined): void {
    for (const option of this.options) option.setAttribute("aria-selected", String(option === line));
    if (line) {
      line.scrollIntoView({ block: "nearest" });
      this.inputTarget.setAttribute("aria-activedescendant", line.id);
    } else {
      this.inputTarget.removeAttribute("aria-activedescendant");
    }
  }

  private run(option: Element): void {
    const choice = this.choices.get(option);
    if (!choice) return;
    this.element.close();
    // After the window has given the focus back.
    requestAnimationFrame(choice.run);
  }
}

function clamp(value: number, last: number): number {
  return Math.max(0, Math.min(value, last));
}

/** Accents and case aside, as people type. */
function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function span(name: string, text: string): HTMLElement {
  const made = document.createElement("span");
  made.className = name;
  made.textContent = text;
  return made;
}

function choicesOf(selector: string): Choice[] {
  const found = new Map<string, Choice>();
  for (const element of document.querySelectorAll<HTMLElement>(selector)) {
    if (element.closest("dialog") || (element as HTMLButtonElement).disabled) continue;
    if (element.matches("input, textarea, select")) continue;
    const label = labelOf(element);
    if (!label || found.has(label)) continue;
    found.set(label, {
      label,
      note: "",
      icon: element.querySelector("svg.icon")?.cloneNode(true) ?? null,
      keys: element.dataset.shortcut ?? "",
      run: () => element.click(),
    });
  }
  return [...found.values()];
}

function labelOf(element: HTMLElement): string {
  const said = element.querySelector(".app-link-label")?.textContent ?? element.textContent ?? "";
  return (element.getAttribute("aria-label") ?? said).replace(/\s+/g, " ").trim();
}

/** Those in which every word begins a word; the ones that begin with the words come first. */
function only(choices: Choice[], words: string[]): Choice[] {
  if (!words.length) return choices.slice(0, MOST);
  const score = (choice: Choice): number => {
    const label = fold(choice.label);
    const parts = label.split(/[^\p{L}\p{N}]+/u);
    if (!words.every((word) => parts.some((part) => part.startsWith(word)))) return 0;
    return label.startsWith(words.join(" ")) ? 2 : 1;
  };
  return choices
    .map((choice) => ({ choice, found: score(choice) }))
    .filter((one) => one.found)
    .sort((a, b) => b.found - a.found)
    .map((one) => one.choice)
    .slice(0, MOST);
}

/** What the server found: a line that goes to its address. */
function served(line: HTMLElement): Choice {
  const icon = line.querySelector("svg.icon");
  return {
    label: line.querySelector(".palette-label")?.textContent?.trim() ?? "",
    note: line.querySelector(".palette-note")?.textContent?.trim() ?? "",
    icon: icon ? document.importNode(icon, true) : null,
    keys: "",
    run: () => location.assign(line.dataset.href ?? location.href),
  };
}
