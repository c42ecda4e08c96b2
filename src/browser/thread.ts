/** A thread of the page: a `Worker`, or a `MessagePort` whose other end serves. */

/** The part of a `Worker` that is used here. */
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
 * Starts the worker of the module beside this one. Vite, Rollup with its plugins and webpack recognise this
 * exact line and put the worker into a file of its own; for other bundlers `openWorker` has the option
 * `start`.
 */
export const startThread = (): Thread =>
  new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'drumhead' });
