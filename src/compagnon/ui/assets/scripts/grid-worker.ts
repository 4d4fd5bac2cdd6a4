// Keeps the page of a grid and what it is made of, so that it opens without network. It answers
// for the pages of grids and their files only, and only when the server cannot be reached.
// Signing out deletes all of it (see app.ts).
export {};

interface Lived extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Lived {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Told extends Lived {
  data: { page: string; files: string[] };
  ports: readonly MessagePort[];
}
interface Worker {
  location: Location;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", run: (event: Lived) => void): void;
  addEventListener(type: "fetch", run: (event: Asked) => void): void;
  addEventListener(type: "message", run: (event: Told) => void): void;
}

const worker = self as unknown as Worker;
const CACHE = "compagnon-grid";
const PAGE = /\/titles\/evaluations\/\d+\/$/;

worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("message", (event) => {
  const here = (address: string): boolean => new URL(address).origin === worker.location.origin;
  const wanted = [event.data.page, ...event.data.files].filter(here);
  event.waitUntil(
    caches.open(CACHE).then(async (cache) => {
      await Promise.all(wanted.map((address) => keep(cache, address)));
      event.ports[0]?.postMessage("kept");
    }),
  );
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  const isPage = request.mode === "navigate" && PAGE.test(url.pathname);
  if (!isPage && request.mode === "navigate") return;
  if (!isPage && url.pathname.includes("/api/")) return;
  event.respondWith(fetch(request).catch(() => kept(request)));
});

async function keep(cache: Cache, address: string): Promise<void> {
  const answer = await fetch(address, { credentials: "same-origin" });
  // Somebody signed out is sent elsewhere: that page is not the grid.
  if (answer.ok && !answer.redirected) await cache.put(address, answer);
}

async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreVary: true })) ?? Response.error();
}
