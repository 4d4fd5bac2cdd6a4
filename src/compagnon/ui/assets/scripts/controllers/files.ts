import { Controller } from "@hotwired/stimulus";

/** Every pasted picture has one name: the moment tells them apart. */
function named(file: File): File {
  const moment = new Date().toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");
  return new File([file], `image-${moment}.png`, { type: file.type, lastModified: file.lastModified });
}

/**
 * Show what a file field holds, one line a file with a picture where there is one, and let each
 * be taken back. Drag and drop is the native field's own, which covers the whole zone; a picture
 * pasted or dropped where one writes in the same form is added too.
 */
export default class FilesController extends Controller<HTMLElement> {
  static override targets = ["input", "list", "row", "problem"];
  static override values = { max: Number };
  declare readonly inputTarget: HTMLInputElement;
  declare readonly listTarget: HTMLElement;
  declare readonly rowTarget: HTMLTemplateElement;
  declare readonly hasProblemTarget: boolean;
  declare readonly problemTarget: HTMLElement;
  declare readonly maxValue: number;
  private held: File[] = [];

  override connect(): void {
    this.form?.addEventListener("paste", this.pasted);
    this.form?.addEventListener("dragover", this.dragged);
    this.form?.addEventListener("drop", this.dropped);
  }

  override disconnect(): void {
    this.form?.removeEventListener("paste", this.pasted);
    this.form?.removeEventListener("dragover", this.dragged);
    this.form?.removeEventListener("drop", this.dropped);
  }

  private get form(): HTMLFormElement | null {
    return this.inputTarget.form;
  }

  private pasted = (event: ClipboardEvent): void => {
    const given = [...(event.clipboardData?.files ?? [])];
    // Text copied from an office program comes with a picture of itself: the text is meant.
    if (!given.length || event.clipboardData?.types.includes("text/plain")) return;
    event.preventDefault();
    this.add(given.map((file) => (file.name === "image.png" ? named(file) : file)));
  };

  private dragged = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes("Files") && event.target !== this.inputTarget) {
      event.preventDefault();
      this.over();
    }
  };

  private dropped = (event: DragEvent): void => {
    if (event.target === this.inputTarget || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    this.add([...event.dataTransfer.files]);
  };

  private add(files: File[]): void {
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    this.inputTarget.files = transfer.files;
    this.changed();
  }

  over(): void {
    this.inputTarget.closest(".drop-zone")?.classList.add("is-over");
  }

  out(): void {
    this.inputTarget.closest(".drop-zone")?.classList.remove("is-over");
  }

  changed(): void {
    this.out();
    const chosen = [...(this.inputTarget.files ?? [])];
    // A second choice adds to the first: the native field would forget it.
    const merged = this.inputTarget.multiple ? [...this.held, ...chosen] : chosen;
    const seen = new Set<string>();
    const fit = merged.filter((file) => !this.maxValue || file.size <= this.maxValue);
    if (this.hasProblemTarget) this.problemTarget.hidden = fit.length === merged.length;
    this.hold(
      fit.filter((file) => {
        const key = `${file.name}:${file.size}:${file.lastModified}`;
        if (seen.has(key)) return false;
        seen.add(key);
        return true;
      }),
    );
  }

  drop(event: Event): void {
    const index = Number((event.currentTarget as HTMLElement).dataset.index);
    this.hold(this.held.filter((_, position) => position !== index));
    this.inputTarget.focus();
  }

  private hold(files: File[]): void {
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    this.inputTarget.files = transfer.files;
    this.held = files;
    this.draw();
  }

  private draw(): void {
    this.listTarget.replaceChildren();
    this.held.forEach((file, index) => {
      const row = this.rowTarget.content.firstElementChild?.cloneNode(true) as HTMLElement;
      row.querySelector(".drop-name")!.textContent = file.name;
      row.querySelector(".drop-size")!.textContent = this.size(file.size);
      const button = row.querySelector("button")!;
      button.dataset.index = String(index);
      button.setAttribute("aria-label", `${button.getAttribute("aria-label")} ${file.name}`);
      if (file.type.startsWith("image/") && file.size < 15e6) void this.preview(file, row);
      this.listTarget.append(row);
    });
  }

  private async preview(file: File, row: HTMLElement): Promise<void> {
    // The policy allows data: pictures, not blob: ones; a small copy is drawn and shown.
    try {
      const bitmap = await createImageBitmap(file, { resizeHeight: 64, resizeQuality: "medium" });
      const canvas = document.createElement("canvas");
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
      bitmap.close();
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = canvas.toDataURL("image/jpeg", 0.7);
      row.querySelector(".icon")?.replaceWith(picture);
    } catch {
      // Not a picture that this browser can read: the icon stays.
    }
  }

  private size(bytes: number): string {
    const language = document.documentElement.lang || "fr";
    const [value, unit] =
      bytes < 1e3 ? [bytes, "byte"] : bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
    return new Intl.NumberFormat(language, {
      style: "unit",
      unit: unit as string,
      unitDisplay: "short",
      maximumFractionDigits: 1,
    }).format(value as number);
  }
}
