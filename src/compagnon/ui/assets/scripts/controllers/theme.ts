import { Controller } from "@hotwired/stimulus";
import { keep, read } from "../kept";

/** Light, dark, or as the system: three buttons whose `data-theme-name-param` says which. */
export default class ThemeController extends Controller<HTMLElement> {
  static override targets = ["choice"];
  declare readonly choiceTargets: HTMLButtonElement[];

  override connect(): void {
    this.element.hidden = false; // of no use without script
    this.tell(read("theme") ?? "auto");
  }

  choose(event: Event & { params?: { name?: string } }): void {
    const name = event.params?.name ?? "auto";
    keep("theme", name === "auto" ? null : name);
    if (name === "auto") delete document.documentElement.dataset.bsTheme;
    else document.documentElement.dataset.bsTheme = name;
    this.tell(name);
  }

  private tell(name: string): void {
    for (const choice of this.choiceTargets) {
      choice.setAttribute("aria-pressed", String(choice.dataset.themeNameParam === name));
    }
  }
}
