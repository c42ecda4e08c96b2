/** Lists as numbers, which native code decodes once: `native/src/program.c` reads them in this order. */

import type { Argument, Condition, Count, Instruction } from '../list/instruction.js';
import type { Kernel } from '../list/kernel.js';
import { Kernels } from '../registry/resolve.js';
import { nativeKernels } from './kernels.js';

/** A list as numbers, and its kernels, which the list names by their indices. */
export interface EncodedList {
  readonly numbers: Float64Array;
  readonly kernels: readonly Kernel[];
}

const argumentKinds = { number: 0, moving: 1, choice: 2, read: 3 } as const;
const instructionKinds = { call: 0, loop: 1, when: 2, clock: 3 } as const;

/** Writes a list. */
class Encoder {
  readonly numbers: number[] = [];
  readonly kernels: Kernel[] = [];
  readonly #known = new Kernels();
  readonly #places = new Map<string, number>();

  list(list: readonly Instruction[]): void {
    this.numbers.push(list.length);
    for (const each of list) this.#instruction(each);
  }

  #instruction(each: Instruction): void {
    const { numbers } = this;
    numbers.push(instructionKinds[each.do]);
    switch (each.do) {
      case 'call':
        numbers.push(this.#place(this.#known.of(each)), each.with.length);
        for (const argument of each.with) this.#argument(argument);
        return;
      case 'loop':
        numbers.push(each.loop);
        this.#argument(each.from);
        numbers.push(each.by);
        this.#argument(each.times);
        numbers.push(each.until === undefined ? 0 : 1);
        if (each.until !== undefined) this.#argument(each.until);
        this.list(each.body);
        return;
      case 'when':
        numbers.push(each.any.length);
        for (const condition of each.any) this.#condition(condition);
        this.list(each.body);
        return;
      case 'clock':
        numbers.push(each.loop);
        this.#argument(each.to);
    }
  }

  #place(kernel: Kernel): number {
    const known = this.#places.get(kernel.key);
    if (known !== undefined) return known;
    this.#places.set(kernel.key, this.kernels.length);
    return this.kernels.push(kernel) - 1;
  }

  #count({ loop, times, plus, over = 0, per = 0 }: Count): void {
    this.numbers.push(loop, times, plus, over, per);
  }

  #condition(condition: Condition): void {
    this.#count(condition);
    this.#argument(condition.is);
  }

  #argument(argument: Argument): void {
    const { numbers } = this;
    if (typeof argument === 'number') numbers.push(argumentKinds.number, argument);
    else if ('read' in argument) {
      numbers.push(argumentKinds.read);
      this.#argument(argument.read);
      numbers.push(argument.most);
    } else if ('when' in argument) {
      numbers.push(argumentKinds.choice);
      this.#condition(argument.when);
      this.#argument(argument.take);
      this.#argument(argument.otherwise);
    } else {
      numbers.push(argumentKinds.moving, argument.base, argument.terms.length);
      for (const term of argument.terms) {
        numbers.push(term.stride);
        this.#count(term);
      }
    }
  }
}

/** The number of a kernel and its description; a kernel without native code is called outside of it. */
const numbersOf = ({ name, native }: Kernel): readonly number[] => {
  const of = native?.();
  return of === undefined ? [0, 0] : [nativeKernels.indexOf(name), of.length, ...of];
};

/**
 * A list as numbers.
 *
 * @example
 * encodeList([{ do: 'clock', loop: 0, to: 64 }]).numbers; // => Float64Array.of(0, 1, 3, 0, 0, 64)
 */
export const encodeList = (list: readonly Instruction[]): EncodedList => {
  const encoder = new Encoder();
  encoder.list(list);
  const { kernels, numbers } = encoder;
  const made = [kernels.length, ...kernels.flatMap(numbersOf)];
  const all = new Float64Array(made.length + numbers.length);
  all.set(made);
  all.set(numbers, made.length);
  return { numbers: all, kernels };
};
