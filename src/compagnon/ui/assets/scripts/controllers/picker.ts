import { Controller } from "@hotwired/stimulus";

/**
 * Find one among many while typing (ARIA combobox): the server answers `?q=` with `<li role=option
 * data-value>` lines. `name` is what the value chosen already is called. Without script, the plain field or select inside stays and does the work.
 */
export default class PickerController extends Controller<HTMLElement> {
  static override targets = ["plain", "box", "input", "value", "list", "status"];
  static override values = { url: String, none: String, name: String };
  declare readonly plainTarget: HTMLElement;
  declare readonly boxTarget: HTMLElement;
  declare readonly inputTarget: HTMLInputElement;
  declare readonly valueTarget: HTMLInputElement;
  declare readonly listTarget: HTMLElement;
  declare readonly statusTarget: HTMLElement;
  declare readonly urlValue: string;
  declare readonly noneValue: string;
  declare readonly nameValue: string;
  private timer = 0;
  private asked: AbortController | null = null;
  private chosen = "";
  private near: string[] = [];

  override connect(): void {
    const plain = this.plainTarget.querySelector<HTMLInputElement | HTMLSelectElement>(
      "select, input",
    );
    if (!plain || plain.disabled) return;
    // The plain field gives its name to the hidden value, and leaves.
    this.valueTarget.name = plain.name;
    this.near = (plain.dataset.near ?? "").split(" ").filter(Boolean);
    this.valueTarget.value = plain.value;
    if (plain instanceof HTMLSelectElement) {
      this.inputTarget.value = plain.value ? (plain.selectedOptions[0]?.text.trim() ?? "") : "";
    } else {
      this.inputTarget.value = this.nameValue || plain.value;
    }
    this.chosen = this.inputTarget.value;
    this.inputTarget.required = plain.required;
    plain.disabled = true;
    plain.required = false;
    const label = document.querySelector<HTMLLabelElement>(`label[for="${CSS.escape(plain.id)}"]`);
    if (label) label.htmlFor = this.inputTarget.id;
    const described = plain.getAttribute("aria-describedby");
    if (described) this.inputTarget.setAttribute("aria-describedby", described);
    this.plainTarget.hidden = true;
    this.boxTarget.hidden = false;
  }

  override disconnect(): void {
    clearTimeout(this.timer);
    this.asked?.abort();
  }

  typed(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), 180);
  }

  key(event: KeyboardEvent): void {
    const open = !this.listTarget.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) this.move(event.key === "ArrowDown" ? 1 : -1);
      else void this.ask();
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      const option = this.listTarget.querySelector<HTMLElement>('[aria-selected="true"]');
      if (option) this.take(option);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.shut();
    }
  }

  // mousedown, not click: the field must not lose the focus first.
  pick(event: Event): void {
    const option = (event.target as HTMLElement).closest<HTMLElement>('[role="option"]');
    event.preventDefault();
    if (option) this.take(option);
  }

  left(): void {
    this.shut();
    if (this.inputTarget.value.trim() === "") {
      this.set("", "");
    } else if (this.inputTarget.value !== this.chosen) {
      // Half a word is no choice: what was chosen before comes back.
      this.inputTarget.value = this.chosen;
    }
  }

  private async ask(): Promise<void> {
    this.asked?.abort();
    this.asked = new AbortController();
    const address = new URL(this.urlValue, location.href);
    const words = this.inputTarget.value.trim();
    address.searchParams.set("q", words === this.chosen ? "" : words);
    // `data-near="a b"`: the first of these fields of the form that says something goes along.
    const form = this.element.closest("form");
    const said = form ? new FormData(form) : null;
    const near = this.near.map((name) => String(said?.get(name) ?? "")).find(Boolean);
    if (near) address.searchParams.set("near", near);
    try {
      const answer = await fetch(address, {
        signal: this.asked.signal,
        headers: { "HX-Request": "true" },
      });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.draw([...page.querySelectorAll<HTMLElement>('[role="option"]')]);
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) this.shut();
    }
  }

  private draw(options: HTMLElement[]): void {
    this.listTarget.replaceChildren(
      ...options.map((option, index) => {
        const line = document.importNode(option, true);
        line.id = `${this.inputTarget.id}-${index}`;
        line.setAttribute("aria-selected", "false");
        return line;
      }),
    );
    this.statusTarget.textContent = options.length ? "" : this.noneValue;
    this.statusTarget.hidden = options.length > 0;
    this.listTarget.hidden = options.length === 0;
    this.inputTarget.setAttribute("aria-expanded", String(options.length > 0));
    this.inputTarget.removeAttribute("aria-activedescendant");
    if (options.length && this.inputTarget.value) this.move(1);
  }

  private move(step: number): void {
    const options = [...this.listTarget.querySelectorAll<HTMLElement>('[role="option"]')];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = options[(at + step + options.length) % options.length];
    if (!next) return;
    options[at]?.setAttribute("aria-selected", "false");
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
    this.inputTarget.setAttribute("aria-activedescendant", next.id);
  }

  private take(option: HTMLElement): void {
    this.set(option.dataset.value ?? "", option.dataset.label ?? option.textContent?.trim() ?? "");
    this.shut();
  }

  private set(value: string, label: string): void {
    const changed = this.valueTarget.value !== value;
    this.valueTarget.value = value;
    this.inputTarget.value = label;
    this.chosen = label;
    if (changed) this.valueTarget.dispatchEvent(new Event("change", { bubbles: true }));
  }

  private shut(): void {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.listTarget.hidden = true;
    this.statusTarget.hidden = true;
    this.inputTarget.setAttribute("aria-expanded", "false");
    this.inputTarget.removeAttribute("aria-activedescendant");
  }
}
