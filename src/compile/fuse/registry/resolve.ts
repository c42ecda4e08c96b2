/** The kernels that a list names. */

import * as E from 'fp-ts/lib/Either.js';
import type { Call } from '../list/instruction.js';
import type { Kernel } from '../list/kernel.js';
import { kernelOf } from './index.js';

/** Finds the kernels of calls, each description once. Throws for a list that no codec has seen, if there is none. */
export class Kernels {
  readonly #known = new Map<string, Kernel>();

  of({ kernel }: Call): Kernel {
    const text = JSON.stringify(kernel);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const made = kernelOf(kernel);
    if (E.isLeft(made)) throw new Error(made.left);
    this.#known.set(text, made.right);
    return made.right;
  }
}
