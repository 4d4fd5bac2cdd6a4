/**
 * Do what the address asks for («#do-pend»), once the browser has gone to the place it names: before
 * that it would take the focus away again. The address forgets it, so that a reload does nothing.
 */
export function arriving(id: string, run: () => void): void {
  if (!id || location.hash !== `#${id}`) return;
  const go = (): void => {
    history.replaceState(history.state, "", location.pathname + location.search);
    requestAnimationFrame(run);
  };
  if (document.readyState === "complete") go();
  else addEventListener("load", () => setTimeout(go), { once: true });
}
