/**
 * A meeting of micro-batches whose samples share values: each brings the sums of its samples and receives those of
 * the whole batch, added in the order of the micro-batches.
 */

import { addedSums } from '../../fuse/execute/stages.js';

/** Brings the sums of a micro-batch, and waits for those of all. */
export type Meet = (sums: Float64Array) => Promise<Float64Array>;

interface Waiting {
  readonly sums: Float64Array;
  readonly resolve: (all: Float64Array) => void;
  readonly reject: (cause: unknown) => void;
}

/** A reusable barrier for the micro-batches of a batch. If one leaves before the others, none waits for ever. */
export class Meeting {
  readonly #here = new Map<number, Waiting>();
  #ended: { readonly cause: unknown } | undefined;

  constructor(private readonly count: number) {}

  /** The micro-batch of this number brings its sums. */
  meet(index: number): Meet {
    return (sums) =>
      new Promise((resolve, reject) => {
        if (this.#ended !== undefined) return reject(this.#ended.cause);
        this.#here.set(index, { sums, resolve, reject });
        if (this.#here.size < this.count) return;
        const all = [...this.#here].sort(([a], [b]) => a - b).map(([, one]) => one);
        this.#here.clear();
        const added = addedSums(all.map((one) => one.sums));
        for (const one of all) one.resolve(added);
      });
  }

  /** Ends it: present and later meetings fail. */
  end(cause: unknown): void {
    this.#ended ??= { cause };
    for (const { reject } of this.#here.values()) reject(this.#ended.cause);
    this.#here.clear();
  }
}
