import { Controller } from "@hotwired/stimulus";

/** Warn before a half-written form is left. `data-controller="dirty"` on the form. */
export default class DirtyController extends Controller<HTMLFormElement> {
  private before = "";
  private leaving = false;

  override connect(): void {
    this.before = this.state();
    this.element.addEventListener("submit", this.sent);
    addEventListener("beforeunload", this.warn);
  }

  override disconnect(): void {
    this.element.removeEventListener("submit", this.sent);
    removeEventListener("beforeunload", this.warn);
  }

  private sent = (): void => {
    this.leaving = true;
    // htmx keeps the page: what is written after the answer counts again.
    setTimeout(() => (this.leaving = false), 3000);
    this.before = this.state();
  };

  private warn = (event: BeforeUnloadEvent): void => {
    if (!this.leaving && this.state() !== this.before) event.preventDefault();
  };

  private state(): string {
    const parts: string[] = [];
    for (const [name, value] of new FormData(this.element)) {
      parts.push(`${name}=${value instanceof File ? `${value.name}:${value.size}` : value}`);
    }
    return parts.join("\n");
  }
}
