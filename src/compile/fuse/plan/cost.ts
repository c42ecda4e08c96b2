/** The cost of a list: operations and bytes moved. */

import type { Call, Instruction } from '../list/instruction.js';
import type { Kernel, TableRange, Touch } from '../list/kernel.js';
import { walk } from '../list/walk.js';
import { Kernels } from '../registry/resolve.js';
import { rangeIn, writeContents } from './contents.js';
import type { Plan } from './plan.js';

/** Operations and bytes of some calls. */
export interface ListCost {
  readonly calls: number;
  /** An addition, a product or a function of one number counts 1; a masked sum counts in full. */
  readonly flops: number;
  /**
   * Each operand of a call counted once, however often the call reads it: the traffic of a cache that holds a whole
   * call.
   */
  readonly bytes: number;
}

/** The cost of a sample of a plan: of each call of its list `run`, by the instruction, and of all. */
export interface CostOfPlan {
  readonly total: ListCost;
  readonly calls: ReadonlyMap<Call, ListCost>;
}

const none: ListCost = { calls: 0, flops: 0, bytes: 0 };

const sum = (a: ListCost, b: ListCost): ListCost => ({
  calls: a.calls + b.calls,
  flops: a.flops + b.flops,
  bytes: a.bytes + b.bytes,
});

const moved = (touches: readonly Touch[]): number =>
  touches.reduce((all, { from, to, bytes }) => all + Math.min(bytes, to - from), 0);

/**
 * The cost of a sample of a plan, or of the samples that a run computes, with all loops run to their ends.
 *
 * @example
 * const p = program({ image: [8, 8, 1] }, ({ image }) => ({ logits: conv(3)(image) }));
 * const plan = fusedPlan(p, { outputs: ['logits'] });
 * plan && costOfPlan(plan).total.flops; // => 3648
 */
export const costOfPlan = ({ memory, lists }: Plan): CostOfPlan => {
  const integers = new Int32Array(Math.ceil(memory.bytes / 4) + 1);
  writeContents(memory, integers.buffer);
  return costOfList(lists.run, rangeIn(integers));
};

const costOfList = (list: readonly Instruction[], table: TableRange): CostOfPlan => {
  const kernels = new Kernels();
  const calls = new Map<Call, ListCost>();
  let total = none;
  const costOf = (kernel: Kernel, given: readonly number[]): ListCost => ({
    calls: 1,
    flops: kernel.flops(...given),
    bytes: moved(kernel.touches(table, ...given)),
  });
  walk(list, {
    call: (call, given) => {
      const one = costOf(kernels.of(call), given);
      calls.set(call, sum(calls.get(call) ?? none, one));
      total = sum(total, one);
    },
    clock: () => {},
    ends: () => false,
    read: () => Number.POSITIVE_INFINITY,
  });
  return { total, calls };
};
