/** Show toasts from the server's own markup: every element marked data-toast. Says whether any. */
export function showToast(html: string): boolean {
  const region = document.getElementById("toasts");
  if (!region) return false;
  const answer = new DOMParser().parseFromString(html, "text/html");
  const toasts = answer.querySelectorAll("[data-toast]");
  for (const toast of toasts) {
    const key = toast.getAttribute("data-toast");
    // The same failure every second is one failure.
    if (key && region.querySelector(`[data-toast="${CSS.escape(key)}"]`)) continue;
    region.append(document.importNode(toast, true));
  }
  return toasts.length > 0;
}
