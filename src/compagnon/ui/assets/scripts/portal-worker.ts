// The portal's service worker. What was read of it can be read again without network, marked as a
// copy; what is pushed is shown. It answers for /portal/ alone, keeps the pages of one person at a
// time, and only pages that say whose they are. The server writes `self.PORTAL` before this.
export {};

interface Portal {
  build: string;
  shell: string[];
  offline: string;
  scope: string;
}
interface Lived extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Lived {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Told extends Lived {
  data: { keep?: string; also?: string[]; forget?: boolean };
  ports: readonly MessagePort[];
}
interface Pushed extends Lived {
  data: { json(): { title: string; body: string; url: string; tag: string; lang: string } } | null;
}
interface Pressed extends Lived {
  notification: Notification;
}
interface Window {
  url: string;
  focus(): Promise<Window>;
  navigate(url: string): Promise<Window>;
}
interface Worker {
  PORTAL: Portal;
  location: Location;
  registration: ServiceWorkerRegistration;
  skipWaiting(): Promise<void>;
  clients: {
    claim(): Promise<void>;
    matchAll(options: object): Promise<Window[]>;
    openWindow(url: string): Promise<Window>;
  };
  addEventListener(type: "install" | "activate", run: (event: Lived) => void): void;
  addEventListener(type: "fetch", run: (event: Asked) => void): void;
  addEventListener(type: "message", run: (event: Told) => void): void;
  addEventListener(type: "push", run: (event: Pushed) => void): void;
  addEventListener(type: "notificationclick", run: (event: Pressed) => void): void;
}

const worker = self as unknown as Worker;
const { build, shell, offline, scope } = worker.PORTAL;
const PREFIX = "compagnon-portal";
const SHELL = `${PREFIX}-${build}-shell`;
const PAGES = `${PREFIX}-${build}-pages-`;
const KEPT_AT = "X-Kept-At";
const PAGES_MAX = 80;
const PICTURE_MAX = 2_000_000;

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll([...shell, offline]))
      .then(() => worker.skipWaiting()),
  );
});

// Another build has other files: what was kept of the one before would be drawn without them.
worker.addEventListener("activate", (event) => {
  event.waitUntil(
    forget((name) => !name.startsWith(`${PREFIX}-${build}-`)).then(() => worker.clients.claim()),
  );
});

worker.addEventListener("message", (event) => {
  const { keep: address, also = [], forget: all } = event.data;
  const work = all ? forgetPages() : address ? keepPage(address).then(() => keepMissing(also)) : Promise.resolve();
  event.waitUntil(work.then(() => event.ports[0]?.postMessage("done")));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) return;
  if (request.mode === "navigate" && url.pathname.startsWith(scope)) {
    event.respondWith(request.method === "GET" ? page(request) : sent(request));
  } else if (request.method !== "GET") {
    return;
  } else if (shell.includes(url.pathname + url.search) || url.pathname.startsWith("/static/")) {
    event.respondWith(file(request));
  } else if (url.pathname.startsWith("/desk/attachments/") && url.search === "?inline") {
    event.respondWith(picture(request));
  } else if (request.headers.has("Live-Version")) {
    // Without network a live part stays as it is, and says nothing of it.
    event.respondWith(fetch(request).catch(() => new Response(null, { status: 204 })));
  }
});

// --- pages ------------------------------------------------------------------------------------

async function page(request: Request): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(request);
  } catch {
    return copy(request.url);
  }
  // Sent elsewhere: nobody is signed in any more.
  if (answer.type === "opaqueredirect" || answer.status === 401) await forgetPages();
  else await remember(request.url, answer);
  return answer;
}

/** A form that met no network leads back to its page, which has kept what was written. */
async function sent(request: Request): Promise<Response> {
  const back = request.referrer || scope;
  try {
    return await fetch(request);
  } catch {
    return Response.redirect(back, 303);
  }
}

async function keepPage(address: string): Promise<void> {
  const url = new URL(address);
  if (url.origin !== worker.location.origin || !url.pathname.startsWith(scope)) return;
  const answer = await fetch(address, { credentials: "same-origin" });
  if (answer.redirected) await forgetPages();
  else await remember(address, answer);
}

/** The ways of the portal are read without network before anybody went there. */
async function keepMissing(addresses: string[]): Promise<void> {
  for (const address of addresses) if (!(await kept(plain(address)))) await keepPage(address);
}

async function remember(address: string, answer: Response): Promise<void> {
  const person = answer.headers.get("X-Portal-Person");
  if (!answer.ok || !person || !/^[0-9a-f]+$/.test(person)) return;
  const mine = PAGES + person;
  await forget((name) => name.startsWith(PAGES) && name !== mine);
  const cache = await caches.open(mine);
  const headers = new Headers(answer.headers);
  headers.set(KEPT_AT, new Date().toISOString());
  const body = await answer.clone().blob();
  await cache.put(plain(address), new Response(body, { status: 200, headers }));
  const keys = await cache.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - PAGES_MAX))) await cache.delete(old);
}

async function copy(address: string): Promise<Response> {
  const found = await kept(plain(address));
  if (!found) return (await caches.match(offline, { ignoreVary: true })) ?? Response.error();
  // Marked, so that nobody takes it for how things stand now.
  const html = await found.text();
  const since = found.headers.get(KEPT_AT) ?? "";
  const marked = html.replace("<html ", `<html data-offline="${since}" `);
  return new Response(marked, { status: 200, headers: found.headers });
}

async function kept(address: string): Promise<Response | undefined> {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const found = await (await caches.open(name)).match(address, { ignoreVary: true });
    if (found) return found;
  }
  return undefined;
}

function plain(address: string): string {
  const url = new URL(address);
  url.hash = "";
  return url.href;
}

// --- files ------------------------------------------------------------------------------------

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(SHELL);
  const found = await cache.match(request, { ignoreVary: true });
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

/** A picture of a request, kept with the pages of whom it was shown to. */
async function picture(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    const size = Number(answer.headers.get("Content-Length") ?? PICTURE_MAX + 1);
    const mine = (await caches.keys()).find((name) => name.startsWith(PAGES));
    if (answer.ok && !answer.redirected && mine && size <= PICTURE_MAX) {
      await (await caches.open(mine)).put(request, answer.clone());
    }
    return answer;
  } catch {
    return (await kept(request.url)) ?? Response.error();
  }
}

// --- forgetting -------------------------------------------------------------------------------

function forgetPages(): Promise<void> {
  return forget((name) => name.includes("-pages-"));
}

async function forget(which: (name: string) => boolean): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && which(name));
  await Promise.all(names.map((name) => caches.delete(name)));
}

// --- what is pushed ---------------------------------------------------------------------------

worker.addEventListener("push", (event) => {
  const told = event.data?.json();
  if (!told) return;
  const { title, body, url, tag, lang } = told;
  event.waitUntil(worker.registration.showNotification(title, { body, tag, lang, data: { url } }));
});

worker.addEventListener("notificationclick", (event) => {
  const given = String((event.notification.data as { url?: string } | null)?.url ?? scope);
  const url = new URL(given, worker.location.origin);
  event.notification.close();
  if (url.origin !== worker.location.origin) return;
  event.waitUntil(
    worker.clients.matchAll({ type: "window" }).then(async (open) => {
      const here = open.find((one) => new URL(one.url).origin === url.origin);
      if (!here) return worker.clients.openWindow(url.href);
      await here.focus();
      // A window that the worker does not answer for refuses to be led elsewhere.
      return here.navigate(url.href).catch(() => worker.clients.openWindow(url.href));
    }),
  );
});
