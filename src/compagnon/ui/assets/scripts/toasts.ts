/** Show toasts from the server's own markup: every element marked data-toast. */
export function showToast(html: string): void {
  const region = document.getElementById("toasts");
  if (!region) return;
  const answer = new DOMParser().parseFromString(html, "text/html");
  for (const toast of answer.querySelectorAll("[data-toast]")) {
    const key = toast.getAttribute("data-toast");
    // The same failure every second is one failure.
    if (key && region.querySelector(`[data-toast="${CSS.escape(key)}"]`)) continue;
    region.append(document.importNode(toast, true));
  }
}
