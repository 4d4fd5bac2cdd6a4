import { Controller } from "@hotwired/stimulus";

const SHOWN = 6;
// What stands between «@» and the cursor; an address of mail names nobody.
const CALL = /(?:^|[^\p{L}\p{N}._+-])@([^\s@][^@\n]{0,40})?$/u;

/**
 * Name a colleague while writing: «@» and the beginning of a name offers those of the select that
 * `data-mention-source-value` finds on the page; arrows choose, Enter or Tab writes the name.
 */
export default class MentionController extends Controller<HTMLElement> {
  static override targets = ["list"];
  static override values = { source: String };
  declare readonly listTarget: HTMLElement;
  declare readonly sourceValue: string;
  private area!: HTMLTextAreaElement;
  private at = -1;

  override connect(): void {
    this.area = this.element.querySelector("textarea")!;
    this.area.addEventListener("input", this.typed);
    this.area.addEventListener("keydown", this.key);
    this.area.addEventListener("blur", this.hide);
    this.listTarget.addEventListener("mousedown", this.pressed);
    this.area.setAttribute("aria-autocomplete", "list");
    this.area.setAttribute("aria-controls", this.listTarget.id);
  }

  override disconnect(): void {
    this.area.removeEventListener("input", this.typed);
    this.area.removeEventListener("keydown", this.key);
    this.area.removeEventListener("blur", this.hide);
    this.listTarget.removeEventListener("mousedown", this.pressed);
  }

  private typed = (event: Event): void => {
    // A draft that comes back, or a text that is put in, asks for nobody.
    const call = event.isTrusted ? CALL.exec(this.area.value.slice(0, this.area.selectionStart)) : null;
    const begun = folded(call?.[1] ?? "");
    const names = call ? this.names().filter((name) => fits(name, begun)) : [];
    if (!call || !names.length || names.some((name) => folded(name) === begun)) return this.hide();
    this.at = this.area.selectionStart - (call[1] ?? "").length;
    this.listTarget.replaceChildren(...names.slice(0, SHOWN).map((name, index) => this.line(name, index)));
    this.listTarget.hidden = false;
    this.choose(0);
  };

  private line(name: string, index: number): HTMLElement {
    const line = document.createElement("li");
    line.id = `${this.listTarget.id}-${index}`;
    line.setAttribute("role", "option");
    line.textContent = name;
    return line;
  }

  private key = (event: KeyboardEvent): void => {
    if (this.listTarget.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.choose(this.current + step);
    else if (event.key === "Enter" || event.key === "Tab") this.write(this.lines[this.current]);
    else if (event.key === "Escape") this.hide();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  private pressed = (event: Event): void => {
    event.preventDefault();
    const line = (event.target as Element).closest<HTMLElement>("[role=option]");
    if (line) this.write(line);
  };

  private write(line?: HTMLElement): void {
    this.hide();
    if (!line) return;
    this.area.focus();
    this.area.setRangeText(`${line.textContent} `, this.at, this.area.selectionStart, "end");
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  private hide = (): void => {
    this.listTarget.hidden = true;
    this.area.removeAttribute("aria-activedescendant");
  };

  private choose(index: number): void {
    const lines = this.lines;
    const chosen = (index + lines.length) % lines.length;
    lines.forEach((line, position) => line.setAttribute("aria-selected", String(position === chosen)));
    this.area.setAttribute("aria-activedescendant", lines[chosen]?.id ?? "");
  }

  private get lines(): HTMLElement[] {
    return [...this.listTarget.querySelectorAll<HTMLElement>("[role=option]")];
  }

  private get current(): number {
    return this.lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
  }

  private names(): string[] {
    const options = document.querySelector<HTMLSelectElement>(this.sourceValue)?.options ?? [];
    return [...options].filter((one) => one.value).map((one) => one.text.trim());
  }
}

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function fits(name: string, begun: string): boolean {
  const whole = folded(name);
  return whole.startsWith(begun) || whole.split(/[\s-]+/).some((word) => word.startsWith(begun));
}
