import { Controller } from "@hotwired/stimulus";

/** A mark as the server and the device keep it: it is never changed, another follows it. */
interface Mark {
  key: string;
  competence_id: number;
  criterion_id: number | null;
  value: string;
  comment: string;
  after: string | null;
  resolves: string[];
  marked_at: string;
}

/** One that the server does not have yet. Once `tried`, the server may have it all the same. */
interface Unsent extends Mark {
  rank: number;
  tried?: boolean;
}

const BATCH = 200;
const WAIT = [2, 5, 10, 20, 30];
const LOOK_SECONDS = 15;

/**
 * A grid that loses no mark. Each is written on this device first, under a key of its own, and
 * leaves it when the server says that it has it; sending twice writes once. Marks that two devices
 * made without knowing of each other are shown side by side until one is chosen.
 */
export default class GridController extends Controller<HTMLElement> {
  static override targets = ["line", "status", "sign", "refusal"];
  static override values = {
    url: String, marks: Array, assessor: Number, evaluation: Number, words: Object, worker: String,
    scope: String,
  };
  declare readonly lineTargets: HTMLElement[];
  declare readonly statusTarget: HTMLElement;
  declare readonly signTargets: HTMLButtonElement[];
  declare readonly refusalTarget: HTMLElement;
  declare readonly urlValue: string;
  declare readonly marksValue: Mark[];
  declare readonly assessorValue: number;
  declare readonly evaluationValue: number;
  declare readonly wordsValue: Record<string, string>;
  declare readonly workerValue: string;
  declare readonly scopeValue: string;

  private known = new Map<string, Mark>();
  private sending = false;
  private failures = 0;
  private isBack = false;
  private refused = false;
  private timer = 0;
  private typing = new Map<HTMLElement, number>();
  private last = 0;

  override connect(): void {
    // The page may be one kept from before: what the server said since stands beside it.
    for (const mark of [...this.marksValue, ...this.heard()]) this.known.set(mark.key, mark);
    addEventListener("online", this.back);
    addEventListener("storage", this.draw);
    addEventListener("pagehide", this.settleTyping);
    document.addEventListener("visibilitychange", this.seen);
    this.draw();
    this.restoreComments();
    void this.send();
    void this.keepPage();
  }

  override disconnect(): void {
    this.settleTyping();
    clearTimeout(this.timer);
    removeEventListener("online", this.back);
    removeEventListener("storage", this.draw);
    removeEventListener("pagehide", this.settleTyping);
    document.removeEventListener("visibilitychange", this.seen);
  }

  // --- what the assessor does ---------------------------------------------------------------

  choose(event: Event): void {
    const line = this.lineOf(event.target as HTMLElement);
    this.write(line, (event.target as HTMLInputElement).value, this.commentOf(line).value);
    this.keepComment(line, null);
  }

  type(event: Event): void {
    const line = this.lineOf(event.target as HTMLElement);
    clearTimeout(this.typing.get(line));
    this.keepComment(line, this.commentOf(line).value);
    this.typing.set(line, setTimeout(() => this.typed(line), 1500));
  }

  leave(event: Event): void {
    this.typed(this.lineOf(event.target as HTMLElement));
  }

  keep(event: Event): void {
    const button = event.currentTarget as HTMLElement;
    const line = this.lineOf(button);
    const leaves = this.leaves(line);
    const chosen = leaves.find((one) => one.key === button.dataset.key);
    if (!chosen) return;
    const others = leaves.filter((one) => one !== chosen).map((one) => one.key);
    this.write(line, chosen.value, chosen.comment, chosen.key, others);
  }

  private typed(line: HTMLElement): void {
    if (!this.typing.has(line)) return;
    clearTimeout(this.typing.get(line));
    this.typing.delete(line);
    const chosen = line.querySelector<HTMLInputElement>("input[type=radio]:checked");
    // Without a result the words wait on this device.
    if (!chosen) return;
    this.write(line, chosen.value, this.commentOf(line).value);
    this.keepComment(line, null);
  }

  private settleTyping = (): void => {
    for (const line of [...this.typing.keys()]) this.typed(line);
  };

  private write(
    line: HTMLElement, value: string, comment: string, after?: string, resolves: string[] = [],
  ): void {
    const leaf = this.leaves(line).at(-1);
    if (!resolves.length && leaf?.value === value && leaf.comment === comment.trim()) return;
    this.last = Math.max(this.last + 1, Date.now());
    const mark: Unsent = {
      key: newKey(),
      competence_id: Number(line.dataset.competence),
      criterion_id: line.dataset.criterion ? Number(line.dataset.criterion) : null,
      value,
      comment: comment.trim(),
      after: after ?? leaf?.key ?? null,
      resolves,
      marked_at: new Date().toISOString(),
      rank: this.last,
    };
    if (!this.store(mark)) {
      this.refuse(this.wordsValue.storage!);
      this.known.set(mark.key, mark);
    }
    this.draw();
    void this.send();
  }

  // --- what this device keeps ---------------------------------------------------------------

  private get prefix(): string {
    return `compagnon.grid.${this.evaluationValue}.${this.assessorValue}.`;
  }

  private store(mark: Unsent): boolean {
    try {
      localStorage.setItem(this.prefix + mark.key, JSON.stringify(mark));
      return true;
    } catch {
      return false;
    }
  }

  private unsent(): Unsent[] {
    const found: Unsent[] = [];
    try {
      for (const name of Object.keys(localStorage)) {
        if (!name.startsWith(this.prefix) || /\.(text\.|heard$)/.test(name)) continue;
        const mark = JSON.parse(localStorage.getItem(name) ?? "null") as Unsent | null;
        if (mark) found.push(mark);
      }
    } catch {
      // What could not be kept was told when it was written.
    }
    return found.sort((one, other) => one.rank - other.rank);
  }

  private heard(): Mark[] {
    try {
      return JSON.parse(localStorage.getItem(`${this.prefix}heard`) ?? "[]") as Mark[];
    } catch {
      return [];
    }
  }

  private hear(): void {
    try {
      localStorage.setItem(`${this.prefix}heard`, JSON.stringify([...this.known.values()]));
    } catch {
      // The page says it anew when it is loaded from the server.
    }
  }

  private keepComment(line: HTMLElement, text: string | null): void {
    const name = `${this.prefix}text.${line.dataset.competence}.${line.dataset.criterion ?? ""}`;
    try {
      if (text === null) localStorage.removeItem(name);
      else localStorage.setItem(name, text);
    } catch {
      // The words stand in the field as long as the page is open.
    }
  }

  private restoreComments(): void {
    for (const line of this.lineTargets) {
      const name = `${this.prefix}text.${line.dataset.competence}.${line.dataset.criterion ?? ""}`;
      const text = localStorage.getItem(name);
      if (text === null) continue;
      this.commentOf(line).value = text;
      this.typing.set(line, 0);
      this.typed(line);
    }
  }

  // --- sending ------------------------------------------------------------------------------

  private send = async (): Promise<void> => {
    clearTimeout(this.timer);
    if (this.sending) return;
    this.sending = true;
    const batch = this.unsent().slice(0, BATCH);
    try {
      for (const mark of batch) this.store({ ...mark, tried: true });
      const answer = await (batch.length ? this.post(batch) : this.look());
      await this.take(answer, batch);
    } catch {
      this.failures += 1; // no network
    } finally {
      this.sending = false;
      this.draw();
      this.plan();
    }
  };

  /** The network is there again: what is on its way may have been lost, and is not waited for. */
  private back = (): void => {
    this.isBack = this.sending;
    void this.send();
  };

  private post(batch: Unsent[]): Promise<Response> {
    const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
    const marks = batch.map(({ rank: _rank, tried: _tried, ...mark }) => mark);
    return fetch(`${this.urlValue}/marks`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ marks }),
    });
  }

  private look(): Promise<Response> {
    return fetch(`${this.urlValue}/grid`, { headers: { Accept: "application/json" } });
  }

  private async take(answer: Response, batch: Unsent[]): Promise<void> {
    if (answer.status >= 500) throw new Error("the server does not answer");
    const told = (await answer.json()) as { marks?: Mark[]; detail?: string; title?: string };
    if (!answer.ok || !told.marks) {
      const signIn = answer.status === 401 || answer.status === 403;
      this.refused = true;
      this.refuse(signIn ? this.wordsValue.signIn! : (told.detail ?? told.title ?? ""));
      return;
    }
    this.refused = false;
    this.failures = 0;
    this.refusalTarget.hidden = true;
    for (const mark of told.marks) this.known.set(mark.key, mark);
    this.hear();
    for (const mark of batch) {
      if (this.known.has(mark.key)) localStorage.removeItem(this.prefix + mark.key);
    }
  }

  private plan(): void {
    clearTimeout(this.timer);
    const waiting = this.unsent().length > 0;
    if (!waiting && document.hidden) return;
    const slow = WAIT[Math.min(this.failures, WAIT.length - 1)]!;
    const soon = this.isBack || (waiting && !this.failures);
    this.isBack = false;
    const seconds = this.refused ? 30 : soon ? 0.05 : this.failures ? slow : LOOK_SECONDS;
    this.timer = setTimeout(() => void this.send(), seconds * 1000);
  }

  private seen = (): void => {
    if (document.hidden) this.settleTyping();
    else void this.send();
  };

  private refuse(text: string): void {
    this.refusalTarget.textContent = text;
    this.refusalTarget.hidden = false;
  }

  // --- what is shown ------------------------------------------------------------------------

  private leaves(line: HTMLElement): Mark[] {
    const competence = Number(line.dataset.competence);
    const criterion = line.dataset.criterion ? Number(line.dataset.criterion) : null;
    const all = new Map(this.known);
    for (const mark of this.unsent()) if (!all.has(mark.key)) all.set(mark.key, mark);
    const mine = [...all.values()].filter(
      (one) => one.competence_id === competence && one.criterion_id === criterion,
    );
    const followed = new Set(mine.flatMap((one) => [one.after, ...one.resolves]));
    return mine.filter((one) => !followed.has(one.key));
  }

  private draw = (): void => {
    let conflicts = 0;
    for (const line of this.lineTargets) {
      const leaves = this.leaves(line);
      const differ = new Set(leaves.map((one) => `${one.value}\n${one.comment}`)).size > 1;
      if (differ) conflicts += 1;
      this.drawLine(line, leaves, differ);
    }
    const count = this.unsent().length;
    const words = this.wordsValue;
    const text = conflicts
      ? words.conflict!
      : count
        ? `${words.unsent!} ${count}.${this.failures ? ` ${words.offline!}` : ""}`
        : this.failures ? words.offline! : words.kept!;
    if (this.statusTarget.textContent !== text) this.statusTarget.textContent = text;
    this.statusTarget.dataset.state = conflicts ? "conflict" : count ? "unsent" : "kept";
    this.statusTarget.dataset.unsent = String(count);
    for (const button of this.signTargets) button.disabled = count > 0 || conflicts > 0;
  };

  private drawLine(line: HTMLElement, leaves: Mark[], differ: boolean): void {
    const leaf = leaves.at(-1);
    const box = line.querySelector<HTMLElement>("[data-conflict]")!;
    const comment = this.commentOf(line);
    if (leaf && !this.typing.has(line)) {
      for (const radio of line.querySelectorAll<HTMLInputElement>("input[type=radio]")) {
        radio.checked = radio.value === leaf.value;
      }
      if (document.activeElement !== comment && comment.value !== leaf.comment) {
        comment.value = leaf.comment;
      }
    }
    box.hidden = !differ;
    const drawn = differ ? leaves.map((one) => one.key).join(" ") : "";
    if (box.dataset.drawn === drawn) return;
    box.dataset.drawn = drawn;
    const list = box.querySelector("[data-versions]")!;
    list.replaceChildren(...(differ ? leaves.map((one) => this.version(one)) : []));
  }

  private version(mark: Mark): HTMLElement {
    const item = document.createElement("div");
    item.className = "col-12 col-md border rounded p-3";
    const value = document.createElement("p");
    value.className = "mb-1 fw-bold";
    value.textContent = this.wordsValue[mark.value] ?? mark.value;
    const text = document.createElement("p");
    text.className = "mb-1";
    text.textContent = mark.comment;
    const at = document.createElement("p");
    at.className = "row-note";
    at.textContent = new Date(mark.marked_at).toLocaleString(document.documentElement.lang);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.dataset.key = mark.key;
    button.dataset.action = "grid#keep";
    button.textContent = this.wordsValue.keep!;
    item.append(value, text, at, button);
    return item;
  }

  private lineOf(inside: HTMLElement): HTMLElement {
    return inside.closest<HTMLElement>("[data-grid-target=line]")!;
  }

  private commentOf(line: HTMLElement): HTMLTextAreaElement {
    return line.querySelector("textarea")!;
  }

  // --- the page itself, without network -----------------------------------------------------

  private async keepPage(): Promise<void> {
    if (!("serviceWorker" in navigator) || !isSecureContext) {
      this.element.dataset.page = "open";
      return;
    }
    try {
      await navigator.serviceWorker.register(this.workerValue, { scope: this.scopeValue });
      const ready = await navigator.serviceWorker.ready;
      const files = [...document.querySelectorAll<HTMLElement>("script[src], link[rel=stylesheet]")]
        .map((one) => (one as HTMLScriptElement).src || (one as HTMLLinkElement).href);
      const icon = document.querySelector<SVGUseElement>("use[href]")?.getAttribute("href");
      if (icon) files.push(new URL(icon.split("#")[0]!, location.href).href);
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { this.element.dataset.page = "kept"; };
      ready.active?.postMessage({ page: location.href, files }, [channel.port2]);
    } catch {
      this.element.dataset.page = "open";
    }
  }
}

/** Draw a key; over plain HTTP the browser has no `randomUUID`. */
function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20, 32].map((end, i) => hex.slice([0, 8, 12, 16, 20][i], end)).join("-");
}
