// The one script of every page: htmx for parts of pages, Stimulus for what only a browser can do.
import { Application } from "@hotwired/stimulus";
import { doWhatWasHeld } from "./early";
import { setUpHtmx } from "./htmx";
import AutosizeController from "./controllers/autosize";
import ChoosingController from "./controllers/choosing";
import BoardController from "./controllers/board";
import ComposerController from "./controllers/composer";
import ConfirmController from "./controllers/confirm";
import CopyController from "./controllers/copy";
import DialogController from "./controllers/dialog";
import ConditionsController from "./controllers/conditions";
import DirtyController from "./controllers/dirty";
import DraftController, { forgetArrived, forgetDrafts } from "./controllers/draft";
import FilesController from "./controllers/files";
import FillController from "./controllers/fill";
import InsertController from "./controllers/insert";
import LiveController from "./controllers/live";
import MentionController from "./controllers/mention";
import MenuController from "./controllers/menu";
import NavController from "./controllers/nav";
import PaletteController from "./controllers/palette";
import PasskeyController from "./controllers/passkey";
import PickerController from "./controllers/picker";
import PresenceController from "./controllers/presence";
import PlannerController from "./controllers/planner";
import PriorityController from "./controllers/priority";
import RowsController from "./controllers/rows";
import ShortcutsController from "./controllers/shortcuts";
import SignatureController from "./controllers/signature";
import TabsController from "./controllers/tabs";
import ThemeController from "./controllers/theme";
import ToastController from "./controllers/toast";

setUpHtmx();
forgetArrived();

// Where tabs or the navigation do not fit, the one that is open is in sight; the page stays put.
for (const current of document.querySelectorAll<HTMLElement>(":is(.tabs, .app-links) [aria-current]")) {
  const strip = current.closest<HTMLElement>(".tabs, .app-links");
  if (!strip) continue;
  const [box, frame] = [current.getBoundingClientRect(), strip.getBoundingClientRect()];
  if (box.right > frame.right) strip.scrollLeft += box.right - frame.right + 16;
  if (box.bottom > frame.bottom) strip.scrollTop += box.bottom - frame.bottom + 16;
}

// Half-written texts do not stay for the next person who uses this computer.
document.addEventListener("submit", (event) => {
  if (!(event.target as HTMLFormElement).matches('form[action$="/logout/"]')) return;
  forgetDrafts();
  // Nor do the pages of grids, kept for when there is no network (grid-worker.ts).
  if ("caches" in window) void caches.delete("compagnon-grid");
  forgetPortal();
});
// Who reaches the sign-in page is nobody yet: nothing read by the one before is left to them.
if (location.pathname.endsWith("/account/login/")) forgetPortal();

/** Empty what the portal kept for when there is no network (portal-worker.ts, outbox.ts). */
function forgetPortal(): void {
  if (!("caches" in window)) return;
  void caches.keys().then((names) => {
    for (const name of names) {
      if (name.startsWith("compagnon-portal") && name.includes("-pages-")) void caches.delete(name);
    }
  });
}

const application = Application.start();
application.register("autosize", AutosizeController);
application.register("choosing", ChoosingController);
application.register("board", BoardController);
application.register("composer", ComposerController);
application.register("confirm", ConfirmController);
application.register("copy", CopyController);
application.register("dialog", DialogController);
application.register("conditions", ConditionsController);
application.register("dirty", DirtyController);
application.register("draft", DraftController);
application.register("files", FilesController);
application.register("fill", FillController);
application.register("insert", InsertController);
application.register("live", LiveController);
application.register("mention", MentionController);
application.register("menu", MenuController);
application.register("nav", NavController);
application.register("palette", PaletteController);
application.register("passkey", PasskeyController);
application.register("picker", PickerController);
application.register("presence", PresenceController);
application.register("planner", PlannerController);
application.register("priority", PriorityController);
application.register("rows", RowsController);
application.register("shortcuts", ShortcutsController);
application.register("signature", SignatureController);
application.register("tabs", TabsController);
application.register("theme", ThemeController);
application.register("toast", ToastController);
doWhatWasHeld();
