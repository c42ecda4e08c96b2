/** A thread of the page, as far as it is used here: a `Worker` is one, and so is a `MessagePort` whose other end serves. */

/** What messages go to and come from. */
export interface Thread {
  readonly postMessage: (message: unknown, transfer: ArrayBuffer[]) => void;
  readonly addEventListener: (
    type: 'message' | 'messageerror' | 'error',
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void,
  ) => void;
  /** Ends it at once. */
  readonly terminate: () => void;
}

declare const Worker: new (url: URL, options: { readonly type: 'module'; readonly name: string }) => Thread;

/**
 * Starts the worker that lies beside this module. Bundlers know this very line: Vite, Rollup with its plugins and webpack put
 * the worker into a file of its own; others are given a worker by the option `start` of `openWorker`.
 */
export const startThread = (): Thread =>
  new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'drumhead' });
