/** One pointwise step of a kernel, on one number of each of its three operands. */

import { type PointwiseStep, pointwiseGroup } from '../../../../src/compile/fuse/kernels/pointwise.js';
import { Arena } from '../../../../src/compile/fuse/memory/arena.js';

const machine = new Arena();
const [d, a, b, to] = [0, 1, 2, 3].map(() => machine.allocate(16));

/** The result of a step on these values. */
export const computeStep = (step: PointwiseStep, values: readonly number[]): number => {
  const operands = ['full', 'full', 'full'] as const;
  const group = { operands, steps: [step], results: [3] };
  for (const [i, at] of [d, a, b].entries()) machine.write(at, [values[i], 7, 7, 7]);
  machine.kernel(`pointwise ${JSON.stringify(group)}`, () => pointwiseGroup(group))(1, 1, 1, d, a, b, to);
  return machine.floats[to / 4];
};
