// The grid of an evaluation: loaded by its page only, see `titles/evaluations/grid.html`.
import { Application } from "@hotwired/stimulus";
import GridController from "./controllers/grid";

Application.start().register("grid", GridController);
