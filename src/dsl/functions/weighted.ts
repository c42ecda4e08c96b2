/** Common parts of layers with weights: their parameters and the ranks of their fields. */

import type { Layer } from '../identity.js';
import type { InitialiserName } from '../initialiser.js';
import { parameterOf } from '../layer.js';
import { type Shape, showShape, volume } from '../shape.js';
import { refuse, shapeOf, type Tensor } from '../tensor.js';

/** The initial values of a layer's parameters, and whether they are trained. */
export interface WeightOptions<V extends ArrayLike<number> = ArrayLike<number>> {
  /** The initialiser of the weight; default 'pytorch'. */
  readonly init?: InitialiserName<V>;
  /** The initialiser of the bias; default as PyTorch's, ±1/sqrt(fanIn), if the weight has that, else zeros. */
  readonly biasInit?: InitialiserName;
  /** Whether the optimiser changes them; default true. */
  readonly trainable?: boolean;
  /** The name of the layer, instead of its kind and a count, such as `conv1`. */
  readonly name?: string;
}

/** The initial values of a layer's parameters, whether they are trained, and whether there is a bias. */
export interface BiasedOptions<V extends ArrayLike<number> = ArrayLike<number>> extends WeightOptions<V> {
  /** Whether a bias is added; default true. */
  readonly bias?: boolean;
}

/** The names of these options, for `checkedOptions`. */
export const biasedOptions = { bias: true, init: true, biasInit: true, trainable: true, name: true } as const;

/** Fan-in and fan-out of a kernel, from which its initialiser takes its bounds. */
interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** PyTorch starts a bias at ±1/sqrt(fanIn); all others start it at zero. */
const biasInitFor = (init: InitialiserName): InitialiserName => (init === 'pytorch' ? 'pytorch' : 'zeros');

/** The inputs of a primitive with weights: x, the weight and optionally the bias. */
export const weighted = (
  self: Layer,
  x: Tensor,
  weight: Shape,
  channels: number,
  fans: Fans,
  {
    bias = true,
    init = 'pytorch',
    biasInit = biasInitFor(init),
    trainable = true,
    groups = 1,
  }: BiasedOptions & { readonly groups?: number },
): readonly Tensor[] => {
  const more = { ...fans, trainable };
  return [
    x,
    parameterOf(self, 'weight', weight, { init, groups, ...more }),
    ...(bias ? [parameterOf(self, 'bias', [channels], { init: biasInit, ...more })] : []),
  ];
};

/** The fans of a kernel with these sides. */
export const fansOf = (kernel: Shape, inputs: number, outputs: number): Fans => ({
  fanIn: volume(kernel) * inputs,
  fanOut: volume(kernel) * outputs,
});

/** The number of spatial axes of a field: a line, a plane or a volume. */
export type Axes = 1 | 2 | 3;

const fields = { 1: '[L,C]', 2: '[H,W,C]', 3: '[D,H,W,C]' } as const;

/** The name of a layer by the number of spatial axes: `conv1d`, `conv`, `conv3d`. */
export const named = (kind: string, axes: Axes): string => (axes === 2 ? kind : `${kind}${axes}d`);

/** The same number along each spatial axis. */
export const sides = (axes: Axes, n: number): readonly number[] => Array.from({ length: axes }, () => n);

/** The channels of a field with this number of spatial axes; refuses anything else. */
export const channelsOf = (operation: string, x: Tensor, axes: Axes): number => {
  const shape = shapeOf(x);
  return shape.length === axes + 1
    ? shape[axes]
    : refuse(operation, `expected a field ${fields[axes]}, got ${showShape(shape)}`);
};

/** Dilation and groups of an operation; left out if they are 1. */
export const spacing = (
  axes: Axes,
  { dilation, groups }: { readonly dilation: number; readonly groups: number },
): { readonly dilation?: Shape; readonly groups?: number } => ({
  ...(dilation === 1 ? {} : { dilation: sides(axes, dilation) }),
  ...(groups === 1 ? {} : { groups }),
});

/** The channels of each group; refuses groups that do not divide the channels before and after. */
export const perGroup = (operation: string, groups: number, inputs: number, outputs: number): number =>
  inputs % groups === 0 && outputs % groups === 0
    ? inputs / groups
    : refuse(operation, `${groups} groups do not divide ${inputs} channels into ${outputs}`);
