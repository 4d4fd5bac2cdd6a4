import htmx from "htmx.org/dist/htmx.esm.js";
import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";
import { showToast } from "./toasts";

interface SwapDetail {
  xhr: XMLHttpRequest;
  target: Element;
  shouldSwap: boolean;
  isError: boolean;
  swapOverride?: string;
  serverResponse: string;
}

/** Set htmx to what the content security policy and the server's answers ask. */
export function setUpHtmx(): void {
  Object.assign(htmx.config, {
    includeIndicatorStyles: false,
    allowEval: false,
    allowScriptTags: false,
    selfRequestsOnly: true,
    disableInheritance: true,
    historyCacheSize: 0,
    // Not "style", which the policy refuses when it is written as an attribute.
    attributesToSettle: ["class"],
    defaultFocusScroll: true,
    scrollBehavior: "auto",
  });

  // hx-swap="morph": the new part is laid over the old one, so that what is focused, open or
  // half written stays so; live regions use it.
  htmx.defineExtension("morph", {
    isInlineSwap: (style: string) => style === "morph",
    handleSwap: (style: string, target: Element, fragment: DocumentFragment) =>
      style === "morph"
        ? Idiomorph.morph(target, fragment.children, {
            morphStyle: "outerHTML",
            ignoreActiveValue: true,
            // What a person unfolded stays so: the server does not know of it.
            callbacks: {
              beforeAttributeUpdated: (name: string, node: Element) =>
                !(name === "open" && node instanceof HTMLDetailsElement),
            },
          })
        : false,
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
    if (token) (event as CustomEvent).detail.headers["X-CSRFToken"] = token;
  });

  // A refusal comes as a toast (data-toast), whatever the status, and leaves the page as it is;
  // a form with its errors comes as 422 and takes the form's place.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const detail = (event as CustomEvent<SwapDetail>).detail;
    const status = detail.xhr.status;
    if (status < 400) return;
    const told = showToast(detail.serverResponse);
    if (!told && status === 422) {
      detail.shouldSwap = true;
      detail.isError = false;
    } else if (!told) {
      showToast(template("toast-failure"));
    }
  });
  document.addEventListener("htmx:sendError", () => {
    // The portal says by itself that there is no network, and keeps what is written meanwhile.
    if (!document.querySelector('[data-portal-target="offline"]:not([hidden])')) showToast(template("toast-offline"));
  });

  let waiting = 0;
  const busy = (by: number) => {
    waiting = Math.max(0, waiting + by);
    document.documentElement.classList.toggle("is-busy", waiting > 0);
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isQuiet(event)) busy(1);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isQuiet(event)) busy(-1);
  });
}

/** A live region asks every second: nobody wants to see that. */
function isQuiet(event: Event): boolean {
  const source = (event as CustomEvent).detail.elt as Element | undefined;
  return source?.matches('[data-controller~="live"]') ?? false;
}

function template(id: string): string {
  return document.querySelector<HTMLTemplateElement>(`template#${id}`)?.innerHTML ?? "";
}
