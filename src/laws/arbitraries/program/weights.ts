/**
 * Instructions with weights: convolutions of every kind, dense layers, batch norm. They use primitives directly, since
 * programs from files may have kernels and strides that no layer of the language produces.
 */

import {
  type Boundary,
  batchNorm,
  type InitialiserName,
  layer,
  mul,
  parameterOf,
  shapeOf,
  type Tensor,
  tanh,
} from '../../../dsl/index.js';
import { type Shape, volume } from '../../../dsl/shape.js';
import { apply } from '../../../dsl/tensor.js';
import {
  atLeastRank,
  type Builder,
  choose,
  entry,
  fits,
  from,
  isField,
  nothing,
  numbers,
  type Workshop,
} from './workshop.js';

interface Weight {
  readonly x: Tensor;
  /** A bound on the sum of |w| over the inputs of one output. */
  readonly reach: number;
}

const inits = (
  shop: Workshop,
  kernel: Shape,
  shape: Shape,
  n: number,
): readonly (readonly [InitialiserName, (fan: number) => number])[] => [
  ['pytorch', (fan) => Math.sqrt(fan)],
  ['glorot', (fan) => Math.sqrt(6 * fan)],
  ['kaiming', (fan) => 4 * Math.sqrt(2 * fan)],
  ['identity', () => 1],
  [{ uniform: 0.5 }, (fan) => fan / 2],
  [{ normal: 0.3 }, (fan) => 1.2 * fan],
  [{ values: numbers(shop, volume(shape), n, 1) }, (fan) => fan],
  ...(kernel.length > 0 && kernel.every((k) => k >= 3) ? [['laplacian', () => 8] as const] : []),
];

/** A weight, made of parameters and constants in one of several ways. */
const weight = (
  shop: Workshop,
  kind: string,
  kernel: Shape,
  shape: Shape,
  fan: number,
  [a, b]: readonly number[],
): Weight => {
  const [init, reach] = choose(inits(shop, kernel, shape, a), b) ?? ['pytorch', Math.sqrt];
  const made = (): Tensor =>
    parameterOf(layer(kind), 'weight', shape, { init, fanIn: fan, fanOut: fan, trainable: b % 5 > 0 });
  switch (a % 6) {
    case 0:
      return {
        x: apply(kind, { op: 'constant', shape, value: numbers(shop, volume(shape), a, b) }),
        reach: fan,
      };
    case 1:
      return shop.excluded.has('map') ? { x: made(), reach: reach(fan) } : { x: tanh(made()), reach: fan };
    case 2:
      return {
        x: mul(made(), parameterOf(layer('gain'), 'weight', [], { init: { constant: 0.5 } })),
        reach: reach(fan),
      };
    default:
      return { x: made(), reach: reach(fan) };
  }
};

const bias = (kind: string, channels: number, n: number): readonly Tensor[] =>
  n % 3 === 0
    ? []
    : [parameterOf(layer(kind), 'bias', [channels], { init: n % 3 === 1 ? 'zeros' : { normal: 0.3 } })];

const boundaries: readonly Boundary[] = ['zero', 'circular', 'reflect', { fixed: 0.5 }, 'none'];

/** Two groups where they divide the channels, or one a channel; most often none. */
const groupsFor = (channels: number, n: number): number =>
  n % 3 !== 1 ? 1 : channels % 2 === 0 && n % 2 === 0 ? 2 : channels;

export const conv: Builder = (shop, [a, b, c, d, e]) => {
  const chosen = from(shop, a, isField);
  if (chosen === undefined) return nothing;
  const spatial = shapeOf(chosen.x).slice(0, -1);
  const channels = shapeOf(chosen.x)[spatial.length];
  const boundary = boundaries[b % boundaries.length];
  // At most the width that the boundary allows: reflection provides n - 1 sites, and without padding the window must
  // fit.
  const widest =
    boundary === 'reflect'
      ? (n: number) => (n > 1 ? 3 : 1)
      : boundary === 'none'
        ? (n: number) => n
        : () => 4;
  const kernel = spatial.map((n, axis) => 1 + ((c + axis * d) % Math.min(3, widest(n))));
  const stride = spatial.map((_, axis) => 1 + ((d + axis) % 5 === 0 ? 1 : 0));
  const depthwise = e % 3 === 0;
  const groups = depthwise ? 1 : groupsFor(channels, c + e);
  const outputs = groups * (1 + (e % 2) + (depthwise || groups > 1 ? 0 : d % 2));
  const fan = (volume(kernel) * (depthwise ? 1 : channels)) / groups;
  const w = weight(shop, 'conv', kernel, [...kernel, channels / groups, outputs], fan, [d, e + c]);
  const out = depthwise ? channels * outputs : outputs;
  const wide = spatial.map((n, axis) => {
    const reach = { zero: 9, circular: 2 * n + 1, reflect: 2 * n - 1, none: n };
    const most = typeof boundary === 'string' ? reach[boundary] : 9;
    return (c + d + axis) % 4 === 0 && (kernel[axis] - 1) * 2 + 1 <= most ? 2 : 1;
  });
  const x: Tensor = apply(
    'conv',
    {
      op: 'conv',
      boundary,
      stride,
      depthwise,
      ...(wide.some((n) => n > 1) ? { dilation: wide } : {}),
      ...(groups > 1 ? { groups } : {}),
    },
    chosen.x,
    w.x,
    ...bias('conv', out, c),
  );
  return [entry(x, w.reach * Math.max(chosen.bound, 0.5) + 1)];
};

export const convTranspose: Builder = (shop, [a, b, c, d, e]) => {
  const chosen = from(shop, a, isField);
  if (chosen === undefined) return nothing;
  const spatial = shapeOf(chosen.x).slice(0, -1);
  const inputs = shapeOf(chosen.x)[spatial.length];
  const kernel = spatial.map((_, axis) => 1 + ((b + axis * c) % 3));
  const stride = spatial.map((_, axis) => 1 + ((c + axis * d) % 3));
  const channels = 1 + (e % 2);
  const sizes = spatial.map((n, axis) => (n - 1) * stride[axis] + kernel[axis]);
  if (!fits([...sizes, channels])) return nothing;
  const fan = volume(kernel) * inputs;
  const w = weight(shop, 'up', kernel, [...kernel, channels, inputs], fan, [d, e]);
  const x: Tensor = apply('up', { op: 'convTranspose', stride }, chosen.x, w.x, ...bias('up', channels, b));
  return [entry(x, w.reach * chosen.bound + 1)];
};

export const dense: Builder = (shop, [a, b, c, d, e]) => {
  const chosen = from(shop, a, atLeastRank(1));
  if (chosen === undefined) return nothing;
  const inputs = shapeOf(chosen.x).at(-1) ?? 1;
  const features = 1 + (b % 4);
  const w = weight(shop, 'dense', [], [inputs, features], inputs, [d, e]);
  const x: Tensor = apply('dense', { op: 'dense' }, chosen.x, w.x, ...bias('dense', features, c));
  return [entry(x, w.reach * chosen.bound + 1)];
};

export const norm: Builder = (shop, [a, b, c]) => {
  const chosen = shop.clock === undefined ? from(shop, a, atLeastRank(1)) : undefined;
  if (chosen === undefined) return nothing;
  const normalised = batchNorm({ epsilon: b % 2 === 0 ? 0.1 : 0.02, momentum: [0.1, 0.5, 1][c % 3] })(
    chosen.x,
  );
  // A bound on the batch's largest value over its deviation; then a gain, which does not start at one.
  const gain = parameterOf(layer('gain'), 'weight', [], { init: { constant: 0.5 } });
  return [entry(mul(normalised, gain), 5)];
};
