import { Controller } from "@hotwired/stimulus";

/** Fill fields at one click: each `data-fill-NAME-param` goes to the field of that name. */
export default class FillController extends Controller<HTMLElement> {
  static override values = { form: String };
  declare readonly formValue: string;

  fill(event: Event & { params?: Record<string, string> }): void {
    const form = document.getElementById(this.formValue);
    if (!(form instanceof HTMLFormElement)) return;
    for (const [name, value] of Object.entries(event.params ?? {})) {
      const field = form.elements.namedItem(name);
      if (field instanceof HTMLInputElement) field.value = String(value);
    }
    form.querySelector<HTMLElement>('[type="submit"]')?.focus();
  }
}
