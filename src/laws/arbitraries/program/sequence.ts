/** Instructions along time, and those for steps of scans only. */

import {
  add,
  broadcast,
  data,
  gaussian,
  layer,
  linearRecurrence,
  normalise,
  parameterOf,
  reshape,
  scale,
  shapeOf,
  sigmoid,
  softmax,
  spectrum,
  standardise,
  type Tensor,
  tanh,
  training,
  uniformNoise,
  where,
} from '../../../dsl/index.js';
import { sameShape, volume } from '../../../dsl/shape.js';
import { apply } from '../../../dsl/tensor.js';
import { atLeastRank, type Builder, entry, fits, from, nothing, rank, within } from './workshop.js';

/**
 * The spectrum of a value plus an impulse at time 0, which adds to every bin. So no bin is near zero, where the
 * magnitude has no derivative and rounding would matter.
 */
export const spectral: Builder = (shop, [a]) => {
  const chosen = from(shop, a, atLeastRank(1));
  if (chosen === undefined) return nothing;
  const shape = shapeOf(chosen.x);
  const [steps] = shape;
  const impulse = data(
    [1, ...Array.from({ length: steps - 1 }, () => 0)],
    steps,
    ...shape.slice(1).map(() => 1),
  );
  const heard: Tensor = add(within(0.5 / steps, chosen).x, broadcast(...shape)(impulse));
  return isSequence(heard) ? [entry(spectrum(heard), 1.5)] : nothing;
};

/** Modes along one axis or several, forward or conjugate, of a real or a complex value, to real or complex ones. */
export const modal: Builder = (shop, [a, b, c, d]) => {
  const chosen = from(shop, a, atLeastRank(1));
  if (chosen === undefined) return nothing;
  const shape = shapeOf(chosen.x);
  const isComplex = rank(chosen.x) > 1 && shape.at(-1) === 2 && d % 3 > 0;
  const body = isComplex ? shape.slice(0, -1) : shape;
  const axes = body.map((_, axis) => (axis + b) % body.length).slice(0, 1 + (c % body.length));
  const made: Tensor = apply(
    'fourier',
    {
      op: 'fourier',
      axes,
      conjugate: d % 2 === 0,
      from: isComplex ? 'complex' : 'real',
      to: (b + d) % 3 === 0 ? 'real' : 'complex',
    },
    chosen.x,
  );
  const count = volume(axes.map((axis) => body[axis]));
  return fits(shapeOf(made)) ? [entry(made, (isComplex ? 2 : 1) * count * chosen.bound)] : nothing;
};

const isSequence = (x: Tensor): x is Tensor<readonly [number, ...number[]]> => rank(x) >= 1;

export const diagonal: Builder = (shop, [a, b, c, d]) => {
  const chosen = from(shop, a, atLeastRank(1));
  if (chosen === undefined) return nothing;
  const shape = shapeOf(chosen.x);
  const factors = from(shop, b, (y) => sameShape(shapeOf(y), shape));
  const start = d % 2 === 0 ? undefined : from(shop, c, (y) => sameShape(shapeOf(y), shape.slice(1)));
  if (factors === undefined || !isSequence(chosen.x)) return nothing;
  const kept = c % 2 === 0 ? tanh(factors.x) : sigmoid(factors.x);
  const x = isSequence(kept) ? linearRecurrence(kept, chosen.x, start?.x) : chosen.x;
  return [entry(x, shape[0] * chosen.bound + (start?.bound ?? 0))];
};

export const matrix: Builder = (shop, [a, b, c, d]) => {
  const chosen = from(shop, a, (x) => rank(x) >= 2 && fits([...shapeOf(x), shapeOf(x).at(-1) ?? 1]));
  if (chosen === undefined) return nothing;
  const shape = shapeOf(chosen.x);
  const n = shape[shape.length - 1];
  const ones = shape.slice(0, -1).map(() => 1);
  const square: Tensor =
    b % 2 === 0
      ? broadcast(
          ...shape,
          n,
        )(parameterOf(layer('matrix'), 'weight', [...ones, n, n], { init: { uniform: 1 / n } }))
      : broadcast(...shape, n)(reshape(...shape, 1)(scale(1 / n, tanh(chosen.x))));
  const start = d % 2 === 0 ? undefined : from(shop, c, (y) => sameShape(shapeOf(y), shape.slice(1)));
  const x: Tensor = apply(
    'matrixRecurrence',
    { op: 'recurrence', kind: 'matrix' },
    square,
    chosen.x,
    ...(start === undefined ? [] : [start.x]),
  );
  return [entry(x, shape[0] * chosen.bound + (start?.bound ?? 0))];
};

/** Noise: at each step of a scan, or once for each sample. */
export const noise: Builder = (shop, [a, b]) => {
  const like = from(shop, a);
  if (like === undefined) return nothing;
  const shape = shapeOf(like.x);
  const source = b % 2 === 0 ? gaussian() : uniformNoise();
  const made = shop.clock === undefined ? source(...shape) : source(shop.clock, ...shape);
  return [entry(made, b % 2 === 0 ? 4 : 1)];
};

/** A value that differs between training and inference. */
export const phase: Builder = (shop, [a, b]) => {
  const inference = from(shop, a);
  if (inference === undefined) return nothing;
  const taught = from(shop, b, (y) => sameShape(shapeOf(y), shapeOf(inference.x))) ?? inference;
  return [
    entry(where(training, taught.x, inference.x), Math.max(taught.bound, inference.bound)),
    entry(add(inference.x, training), inference.bound + 1),
  ];
};

export const time: Builder = (shop, [a]) => {
  const like = from(shop, a);
  if (like === undefined || shop.clock === undefined) return nothing;
  return [entry(add(like.x, scale(0.25, shop.clock.index)), like.bound + 1), entry(shop.clock.index, 3)];
};

/** Normalisation along one axis, with an epsilon large enough not to amplify small deviations. */
export const normal: Builder = (shop, [a, b, c]) => {
  const chosen = from(shop, a, atLeastRank(1));
  if (chosen === undefined) return nothing;
  const axis = b % rank(chosen.x);
  const made = [normalise(axis, 0.1), standardise(axis, 0.1), softmax(axis)];
  // Softmax subtracts a maximum, which is not smooth where it is not unique.
  return [entry(made[c % (shop.smooth ? 2 : 3)](chosen.x), 3)];
};
