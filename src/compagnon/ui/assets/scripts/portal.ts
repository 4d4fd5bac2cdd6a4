// The users' portal: loaded by its pages only, see `desk/portal/frame.html`.
import { Application } from "@hotwired/stimulus";
import KeepController from "./controllers/keep";
import LaterController from "./controllers/later";
import PortalController from "./controllers/portal";
import PushController from "./controllers/push";

const application = Application.start();
application.register("keep", KeepController);
application.register("later", LaterController);
application.register("portal", PortalController);
application.register("push", PushController);
