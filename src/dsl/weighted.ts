/** What layers with weights have in common: their parameters and the ranks of their fields. */

import type { Layer } from './identity.js';
import type { InitialiserName } from './initialiser.js';
import { parameterOf } from './layer.js';
import { type Shape, showShape, volume } from './shape.js';
import { refuse, shapeOf, type Tensor } from './tensor.js';

/** How the parameters of a layer start. */
export interface Weights {
  readonly bias: boolean;
  readonly init: InitialiserName;
}

/** Fan-in and fan-out of a kernel, for the bounds of its initialiser. */
interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** PyTorch starts a bias at ±1/sqrt(fanIn); all others start it at zero. */
const biasInit = (init: InitialiserName): InitialiserName => (init === 'pytorch' ? 'pytorch' : 'zeros');

/** x, the weight and, where wanted, the bias: the inputs of a primitive with weights. */
export const weighted = (
  self: Layer,
  x: Tensor,
  weight: Shape,
  channels: number,
  fans: Fans,
  { bias, init }: Weights,
): readonly Tensor[] => [
  x,
  parameterOf(self, 'weight', weight, { init, ...fans }),
  ...(bias ? [parameterOf(self, 'bias', [channels], { init: biasInit(init), ...fans })] : []),
];

/** The fans of a kernel with these sides. */
export const fansOf = (kernel: Shape, inputs: number, outputs: number): Fans => ({
  fanIn: volume(kernel) * inputs,
  fanOut: volume(kernel) * outputs,
});

/** The same number along each spatial axis. */
export const sides = (rank: 1 | 2, n: number): readonly number[] => Array.from({ length: rank }, () => n);

/** The channels of a field of `rank` spatial axes; refuses what is not one. */
export const channelsOf = (operation: string, x: Tensor, rank: 1 | 2): number => {
  const shape = shapeOf(x);
  return shape.length === rank + 1
    ? shape[rank]
    : refuse(operation, `expected a field ${rank === 2 ? '[H,W,C]' : '[L,C]'}, got ${showShape(shape)}`);
};
