/** Calls into a worker: each is a message with a number, and its answer has the same number. */

/** A handler of any input; the types of both sides determine which. */
type Handler = { of(input: unknown): unknown }['of'];
export type Handlers = { readonly [name: string]: Handler };

type Input<F> = F extends (input: infer I) => unknown ? I : never;
type Output<F> = F extends (...input: never[]) => infer O ? Awaited<O> : never;

interface Call {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}
interface Waiting {
  done(value: unknown): void;
  failed(cause: Error): void;
}

/** The buffers of arrays in a value, so that they are transferred instead of copied. */
const buffersIn = (value: unknown): ArrayBuffer[] => {
  const found = new Set<ArrayBuffer>();
  const look = (each: unknown): void => {
    if (ArrayBuffer.isView(each)) {
      if (each.buffer instanceof ArrayBuffer) found.add(each.buffer);
    } else if (typeof each === 'object' && each !== null)
      for (const inner of Object.values(each)) look(inner);
  };
  look(value);
  return [...found];
};

/**
 * In a worker: answers calls by these functions. A handler must not use arrays again that it has returned.
 */
export const answerBy = (handlers: Handlers): void => {
  self.onmessage = async ({ data }: MessageEvent<Call>) => {
    const { id, name, input } = data;
    try {
      if (!Object.hasOwn(handlers, name)) throw new Error(`no call '${name}'`);
      const value = await handlers[name](input);
      self.postMessage({ id, value }, { transfer: buffersIn(value) });
    } catch (cause) {
      self.postMessage({ id, fault: cause instanceof Error ? cause.message : String(cause) });
    }
  };
};

export interface Caller<H extends Handlers> {
  readonly call: <N extends keyof H & string>(name: N, input: Input<H[N]>) => Promise<Output<H[N]>>;
  /** Ends the worker; calls that wait are never answered. */
  readonly end: () => void;
}

/** On the page: calls a worker. An error in the worker rejects the call. */
export const callerOf = <H extends Handlers>(worker: Worker): Caller<H> => {
  let last = 0;
  const waiting = new Map<number, Waiting>();
  worker.onmessage = ({ data }) => {
    const waits = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.fault === undefined) waits?.done(data.value);
    else waits?.failed(new Error(data.fault));
  };
  worker.onerror = (event) => {
    for (const { failed } of waiting.values()) failed(new Error(event.message));
    waiting.clear();
  };
  return {
    call: (name, input) =>
      new Promise((done, failed) => {
        last += 1;
        waiting.set(last, { done, failed });
        worker.postMessage({ id: last, name, input });
      }),
    end: () => worker.terminate(),
  };
};
