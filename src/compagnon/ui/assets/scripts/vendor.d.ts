declare module "htmx.org/dist/htmx.esm.js" {
  const htmx: {
    config: Record<string, unknown>;
    defineExtension(name: string, extension: Record<string, unknown>): void;
    trigger(element: Element, name: string, detail?: unknown): void;
    process(element: Element): void;
  };
  export default htmx;
}
declare module "idiomorph/dist/idiomorph.esm.js" {
  export const Idiomorph: {
    morph(
      target: Element,
      content: HTMLCollection,
      options: {
        morphStyle: "outerHTML" | "innerHTML";
        ignoreActiveValue?: boolean;
        callbacks?: { beforeAttributeUpdated?: (name: string, node: Element) => boolean };
      },
    ): Element[];
  };
}
