import { Controller } from "@hotwired/stimulus";
import { fill } from "./board";

/**
 * Appointments in days: drawn by the mouse to another day, or by keys: Shift with left or right
 * moves by a day, `v` asks for a moment. The hour stays; the form that is sent is the server's.
 */
export default class PlannerController extends Controller<HTMLElement> {
  static override targets = ["form"];
  static override values = { dialog: String };
  declare readonly formTarget: HTMLFormElement;
  declare readonly dialogValue: string;
  private dragged: HTMLElement | null = null;

  override connect(): void {
    this.element.addEventListener("keydown", this.key);
    this.element.addEventListener("dragstart", this.lifted);
    this.element.addEventListener("dragover", this.over);
    this.element.addEventListener("drop", this.dropped);
  }

  override disconnect(): void {
    this.element.removeEventListener("keydown", this.key);
    this.element.removeEventListener("dragstart", this.lifted);
    this.element.removeEventListener("dragover", this.over);
    this.element.removeEventListener("drop", this.dropped);
  }

  ask(event: Event): void {
    const task = (event.target as Element).closest<HTMLElement>("[data-task]");
    if (task) this.open(task);
  }

  private key = (event: KeyboardEvent): void => {
    const task = (event.target as Element).closest<HTMLElement>("[data-task]");
    if (!task || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "v") {
      event.preventDefault();
      this.open(task);
    } else if (step && event.shiftKey) {
      event.preventDefault();
      const [day, hour] = task.dataset.at!.split("T") as [string, string];
      const moved = new Date(`${day}T12:00:00Z`);
      moved.setUTCDate(moved.getUTCDate() + step);
      this.send(task, `${moved.toISOString().slice(0, 10)}T${hour}`);
    }
  };

  private open(task: HTMLElement): void {
    const dialog = document.getElementById(this.dialogValue);
    const form = dialog?.querySelector("form");
    if (!(dialog instanceof HTMLDialogElement) || !form) return;
    this.aim(form, task, task.dataset.at!);
    dialog.showModal();
    form.querySelector<HTMLElement>('input[type="datetime-local"]')?.focus();
  }

  private send(task: HTMLElement, at: string): void {
    this.aim(this.formTarget, task, at);
    this.formTarget.requestSubmit();
  }

  private aim(form: HTMLFormElement, task: HTMLElement, at: string): void {
    form.action = form.dataset.address!.replace("/0/", `/${task.dataset.task}/`);
    fill(form, "version", task.dataset.version!);
    fill(form, "planned_start", at);
  }

  private lifted = (event: DragEvent): void => {
    this.dragged = (event.target as Element).closest<HTMLElement>("[data-task]");
    if (this.dragged) event.dataTransfer?.setData("text/plain", this.dragged.dataset.task!);
  };

  private over = (event: DragEvent): void => {
    if (this.dragged && (event.target as Element).closest("[data-day]")) event.preventDefault();
  };

  private dropped = (event: DragEvent): void => {
    const day = (event.target as Element).closest<HTMLElement>("[data-day]")?.dataset.day;
    const task = this.dragged;
    this.dragged = null;
    if (!task || !day) return;
    event.preventDefault();
    const [was, hour] = task.dataset.at!.split("T") as [string, string];
    if (day !== was) this.send(task, `${day}T${hour}`);
  };
}
