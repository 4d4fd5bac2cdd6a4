import { Controller } from "@hotwired/stimulus";

/** Have this browser told, even when no page is open: it asks its person, and gives its keys. */
export default class PushController extends Controller<HTMLElement> {
  static override targets = ["button", "refused", "unable"];
  static override values = { key: String, worker: String, scope: String };
  declare readonly buttonTarget: HTMLButtonElement;
  declare readonly refusedTarget: HTMLElement;
  declare readonly unableTarget: HTMLElement;
  declare readonly keyValue: string;
  declare readonly workerValue: string;
  declare readonly scopeValue: string;

  override connect(): void {
    const able = "serviceWorker" in navigator && "PushManager" in window && isSecureContext;
    this.unableTarget.hidden = able;
    this.buttonTarget.hidden = !able;
  }

  async subscribe(): Promise<void> {
    if ((await Notification.requestPermission()) !== "granted") {
      this.refusedTarget.hidden = false;
      return;
    }
    this.buttonTarget.disabled = true;
    try {
      const worker = await navigator.serviceWorker.register(this.workerValue, { scope: this.scopeValue });
      await activated(worker);
      const key = bytes(this.keyValue || ((await this.post("/api/v1/push-key", {})) as { public: string }).public);
      const known = await worker.pushManager.getSubscription();
      // One made with another key would be told nothing.
      if (known && !same(known.options.applicationServerKey, key)) await known.unsubscribe();
      const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
      const { endpoint, keys } = subscription.toJSON();
      await this.post("/api/v1/push-subscriptions", { endpoint, keys });
      location.reload();
    } catch {
      this.unableTarget.hidden = false;
      this.buttonTarget.disabled = false;
    }
  }

  private async post(url: string, body: object): Promise<unknown> {
    const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }
}

function activated(worker: ServiceWorkerRegistration): Promise<void> {
  const coming = worker.installing ?? worker.waiting;
  if (worker.active || !coming) return Promise.resolve();
  return new Promise((resolve) => {
    coming.addEventListener("statechange", () => { if (coming.state === "activated") resolve(); });
  });
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (sign) => sign.charCodeAt(0));
}

function same(one: ArrayBuffer | null, other: Uint8Array): boolean {
  const left = new Uint8Array(one ?? new ArrayBuffer(0));
  return left.length === other.length && left.every((value, at) => value === other[at]);
}
