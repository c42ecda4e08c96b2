/** How many threads a page's machine has. */

declare const navigator: { readonly hardwareConcurrency?: number } | undefined;

/** The threads of the machine; 1 where the browser does not say. */
export const threadsHere = (): number =>
  typeof navigator === 'undefined' ? 1 : Math.max(1, navigator.hardwareConcurrency ?? 1);
