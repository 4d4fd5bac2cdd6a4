import { Controller } from "@hotwired/stimulus";
import { add, forget, letters, take, type Letter } from "../outbox";

interface InstallPrompt extends Event {
  prompt(): Promise<void>;
}

/**
 * The frame of the portal: registers its worker, says when the page is read without network, and
 * sends what was written meanwhile once the network is back.
 */
export default class PortalController extends Controller<HTMLElement> {
  static override targets = ["offline", "since", "waiting", "failed", "reason", "text", "install"];
  static override values = { worker: String, scope: String, person: String, lost: String };
  declare readonly offlineTarget: HTMLElement;
  declare readonly sinceTarget: HTMLElement;
  declare readonly waitingTarget: HTMLElement;
  declare readonly failedTarget: HTMLElement;
  declare readonly reasonTarget: HTMLElement;
  declare readonly textTarget: HTMLElement;
  declare readonly installTarget: HTMLButtonElement;
  declare readonly workerValue: string;
  declare readonly scopeValue: string;
  declare readonly personValue: string;
  declare readonly lostValue: string;

  private prompt: InstallPrompt | null = null;
  private leaving = false;

  override connect(): void {
    window.addEventListener("online", this.online);
    window.addEventListener("offline", this.tell);
    window.addEventListener("beforeinstallprompt", this.offered);
    document.addEventListener("submit", this.signingOut, true);
    document.addEventListener("portal:kept", this.count);
    this.tell();
    void this.register();
    void this.count();
    void this.flush();
  }

  override disconnect(): void {
    window.removeEventListener("online", this.online);
    window.removeEventListener("offline", this.tell);
    window.removeEventListener("beforeinstallprompt", this.offered);
    document.removeEventListener("submit", this.signingOut, true);
    document.removeEventListener("portal:kept", this.count);
  }

  async install(): Promise<void> {
    await this.prompt?.prompt();
    this.installTarget.hidden = true;
  }

  async forgetFailed(): Promise<void> {
    for (const letter of await letters(this.personValue)) {
      if (letter.refused !== undefined) await take(letter.id);
    }
    this.failedTarget.hidden = true;
  }

  // --- the worker ---------------------------------------------------------------------------

  private async register(): Promise<void> {
    if (!("serviceWorker" in navigator) || !isSecureContext) {
      this.element.dataset.kept = "never";
      return;
    }
    try {
      await navigator.serviceWorker.register(this.workerValue, { scope: this.scopeValue });
      const registration = await navigator.serviceWorker.ready;
      if (this.isCopy) return;
      // The first page came before the worker: it asks for it once more, to keep it.
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { this.element.dataset.kept = "yes"; };
      const ways = [...this.element.querySelectorAll<HTMLAnchorElement>(".portal-nav a")].map((one) => one.href);
      registration.active?.postMessage({ keep: location.href, also: ways }, [channel.port2]);
    } catch {
      // The pages work without it; they are only not kept.
      this.element.dataset.kept = "never";
    }
  }

  private offered = (event: Event): void => {
    event.preventDefault();
    this.prompt = event as InstallPrompt;
    this.installTarget.hidden = false;
  };

  // --- without network ----------------------------------------------------------------------

  /** Whether this page was given by the worker, from what it kept. */
  private get isCopy(): boolean {
    return Boolean(document.documentElement.dataset.offline);
  }

  private tell = (): void => {
    const since = document.documentElement.dataset.offline;
    this.offlineTarget.hidden = navigator.onLine && !since;
    this.sinceTarget.hidden = !since;
    if (!since) return;
    const time = this.sinceTarget.querySelector("time")!;
    time.dateTime = since;
    time.textContent = new Date(since).toLocaleString(document.documentElement.lang, {
      dateStyle: "long",
      timeStyle: "short",
    });
  };

  private online = (): void => {
    this.tell();
    void this.flush();
  };

  private count = async (): Promise<void> => {
    const waiting = await this.waiting();
    this.waitingTarget.hidden = waiting.every((one) => one.refused !== undefined);
    const refused = waiting.find((one) => one.refused !== undefined);
    this.failedTarget.hidden = !refused;
    if (!refused) return;
    this.reasonTarget.textContent = refused.refused!;
    this.textTarget.textContent = refused.fields
      .filter(([name, value]) => typeof value === "string" && ["title", "text", "reason"].includes(name))
      .map(([, value]) => value as string)
      .join("\n");
  };

  private async waiting(): Promise<Letter[]> {
    try {
      return await letters(this.personValue);
    } catch {
      return []; // The browser keeps nothing (a private window).
    }
  }

  /** Send what waits, one letter after the other; each bears a key that the server knows again. */
  private async flush(): Promise<void> {
    const ready = (await this.waiting()).filter((one) => one.refused === undefined);
    if (!navigator.onLine || !ready.length) return;
    const send = async (): Promise<void> => {
      const token = await this.token();
      if (!token) return;
      let sent = 0;
      for (const letter of (await this.waiting()).filter((one) => one.refused === undefined)) {
        const outcome = await this.post(letter, token);
        if (outcome === "stop") break;
        if (outcome === "sent") sent += 1;
      }
      await this.count();
      const writing = [...document.querySelectorAll("textarea")].some((one) => one.value.trim());
      if (sent && (this.isCopy || !writing)) location.reload();
    };
    if ("locks" in navigator) {
      await navigator.locks.request("compagnon-portal", { ifAvailable: true }, (lock) => (lock ? send() : undefined));
    } else {
      await send();
    }
  }

  /** Ask for a page anew: it says whether the same person is still signed in, and gives a token. */
  private async token(): Promise<string> {
    try {
      const answer = await fetch(this.scopeValue, { cache: "no-store", headers: { "X-Portal-Token": "1" } });
      if (!answer.ok || answer.redirected) return "";
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (page.documentElement.dataset.offline) return "";
      const person = page.querySelector<HTMLElement>("[data-portal-person-value]");
      if (person?.dataset.portalPersonValue !== this.personValue) return "";
      return page.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
    } catch {
      return "";
    }
  }

  private async post(letter: Letter, token: string): Promise<"sent" | "refused" | "stop"> {
    const body = new FormData();
    for (const [name, value] of letter.fields) body.append(name, value);
    try {
      const answer = await fetch(letter.url, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": token },
      });
      if (answer.ok && !answer.redirected) {
        await take(letter.id);
        return "sent";
      }
      if (answer.redirected || answer.status >= 500 || [401, 403, 408, 429].includes(answer.status)) {
        return "stop";
      }
      const problem = (await answer.json().catch(() => ({}))) as { detail?: string; title?: string };
      await add({ ...letter, refused: problem.detail || problem.title || String(answer.status) });
      return "refused";
    } catch {
      return "stop";
    }
  }

  // --- signing out --------------------------------------------------------------------------

  /** Nothing of this person stays on the device; what has not left is asked about first. */
  private signingOut = (event: SubmitEvent): void => {
    const form = event.target as HTMLFormElement;
    if (!form.matches('form[action$="/logout/"]') || this.leaving) return;
    event.preventDefault();
    void (async () => {
      const waiting = await this.waiting();
      if (waiting.length && !confirm(this.lostValue)) return;
      this.leaving = true;
      await Promise.race([forgetPortal(), new Promise((done) => setTimeout(done, 1500))]);
      form.requestSubmit();
    })();
  };
}

/** Empty what the portal kept on this device. */
async function forgetPortal(): Promise<void> {
  try {
    await forget();
    for (const name of await caches.keys()) {
      if (name.startsWith("compagnon-portal") && name.includes("-pages")) await caches.delete(name);
    }
    const registration = await navigator.serviceWorker?.getRegistration("/portal/");
    const subscription = await registration?.pushManager?.getSubscription();
    await subscription?.unsubscribe();
  } catch {
    // Where the browser keeps nothing, there is nothing to forget.
  }
}
