// Loaded before the page is drawn, so that the person's choices show at once, without a flash, and
// nothing that is pressed meanwhile is lost.
import { holdPresses } from "./early";

const page = document.documentElement;

function kept(name: string): string | null {
  try {
    return localStorage.getItem(`compagnon.${name}`);
  } catch {
    return null; // the browser refuses storage: the page follows the system
  }
}

const theme = kept("theme");
if (theme === "light" || theme === "dark") page.dataset.bsTheme = theme;
if (kept("nav") === "narrow") page.dataset.nav = "narrow";
holdPresses();
