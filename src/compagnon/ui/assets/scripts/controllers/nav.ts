import { Controller } from "@hotwired/stimulus";
import { keep } from "../kept";

/** The navigation: folds to icons on a desk, slides over the page on a phone. */
export default class NavController extends Controller<HTMLElement> {
  static override targets = ["panel", "burger", "page", "fold"];
  declare readonly panelTarget: HTMLElement;
  declare readonly burgerTarget: HTMLElement;
  declare readonly pageTarget: HTMLElement;
  declare readonly foldTargets: HTMLElement[];

  override connect(): void {
    this.tellFold();
    this.burgerTarget.setAttribute("aria-expanded", "false");
  }

  fold(): void {
    const page = document.documentElement;
    const narrow = page.dataset.nav === "narrow";
    if (narrow) delete page.dataset.nav;
    else page.dataset.nav = "narrow";
    keep("nav", narrow ? null : "narrow");
    this.tellFold();
  }

  open(event: Event): void {
    event.preventDefault();
    this.show(true);
    this.panelTarget.querySelector<HTMLElement>(".nav-close")?.focus();
  }

  close(event: Event): void {
    if (!this.panelTarget.classList.contains("is-open")) return;
    event.preventDefault();
    this.show(false);
    this.burgerTarget.focus();
  }

  private show(open: boolean): void {
    this.panelTarget.classList.toggle("is-open", open);
    this.burgerTarget.setAttribute("aria-expanded", String(open));
    // What lies under an open navigation cannot be reached by the keyboard either.
    this.pageTarget.inert = open;
  }

  private tellFold(): void {
    const narrow = document.documentElement.dataset.nav === "narrow";
    for (const button of this.foldTargets) button.setAttribute("aria-expanded", String(!narrow));
  }
}
