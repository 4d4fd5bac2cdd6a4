import { Controller } from "@hotwired/stimulus";

/** Tabs within a page (ARIA tabs): arrows move, the panel follows. Without script all panels show. */
export default class TabsController extends Controller<HTMLElement> {
  static override targets = ["tab", "panel"];
  declare readonly tabTargets: HTMLButtonElement[];
  declare readonly panelTargets: HTMLElement[];

  override connect(): void {
    const named = this.tabTargets.find((tab) => `#${tab.getAttribute("aria-controls")}` === location.hash);
    const first = named ?? this.tabTargets.find((tab) => tab.ariaSelected === "true") ?? this.tabTargets[0];
    if (first) this.show(first);
  }

  choose(event: Event): void {
    this.show(event.currentTarget as HTMLButtonElement);
  }

  key(event: KeyboardEvent): void {
    const at = this.tabTargets.indexOf(event.currentTarget as HTMLButtonElement);
    const last = this.tabTargets.length - 1;
    const next =
      event.key === "ArrowRight" ? (at + 1) % (last + 1)
      : event.key === "ArrowLeft" ? (at + last) % (last + 1)
      : event.key === "Home" ? 0
      : event.key === "End" ? last
      : -1;
    const tab = this.tabTargets[next];
    if (!tab) return;
    event.preventDefault();
    this.show(tab);
    tab.focus();
  }

  private show(chosen: HTMLButtonElement): void {
    for (const tab of this.tabTargets) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
    }
    for (const panel of this.panelTargets) {
      panel.hidden = panel.id !== chosen.getAttribute("aria-controls");
    }
  }
}
