/** What is open in a worker, by number. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../../base/error.js';

/** Values by their handles. */
export class Handles<A> {
  readonly #held = new Map<number, A>();
  constructor(
    private readonly what: string,
    private readonly next: () => number,
  ) {}

  put(thing: A): number {
    const handle = this.next();
    this.#held.set(handle, thing);
    return handle;
  }

  find(handle: number): Checked<A> {
    const found = this.#held.get(handle);
    return found === undefined
      ? E.left(
          decodeError('handle', `no ${this.what} is open under ${handle}; it was closed, or never opened`),
        )
      : E.right(found);
  }

  drop(handle: number): A | undefined {
    const found = this.#held.get(handle);
    this.#held.delete(handle);
    return found;
  }
}
