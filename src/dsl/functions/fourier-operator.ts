/** Layers that work on modes: learned weights for each mode, and convolutions as long as their inputs. */

import { layer, parameterOf } from '../layer.js';
import { checkedOptions } from '../options.js';
import { type Shape, showShape, volume } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { type ComplexTensor, multiplyComplex } from './complex.js';
import { product } from './einsum.js';
import { type AxesOf, inverse } from './fourier.js';
import { keptModes, modeWeights } from './modes.js';
import type { WeightOptions } from './weighted.js';

/** Options of a Fourier operator. */
export interface FourierOperatorOptions extends Omit<WeightOptions, 'biasInit'> {
  /** Along every axis of space the modes of fewer waves than this, running either way, are kept; the others are cut off. */
  readonly modes: number;
}

const here = 'fourierOperator';

const transform = (axis: number, from: 'real' | 'complex', to: 'real' | 'complex', x: Tensor): Tensor =>
  apply(here, { op: 'fourier', axes: [axis], conjugate: from === 'complex' && to === 'real', from, to }, x);

/** Complex weights [K, C, D, 2] as matrices of parts [K, 2 C, 2 D]. */
const asMatrices = (weight: Tensor): Tensor => {
  const [count, c, d] = shapeOf(weight);
  const part = (which: 0 | 1): Tensor =>
    apply(here, { op: 'slice', begin: [0, 0, 0, which], size: [count, c, d, 1] }, weight);
  const turned = apply(
    here,
    { op: 'concat', axis: 3 },
    apply(here, { op: 'affine', scale: -1, shift: 0 }, part(1)),
    part(0),
  );
  const rows = [weight, turned].map((x) => apply(here, { op: 'reshape', shape: [count, c, 1, 2 * d] }, x));
  return apply(
    here,
    { op: 'reshape', shape: [count, 2 * c, 2 * d] },
    apply(here, { op: 'concat', axis: 2 }, ...rows),
  );
};

/**
 * A layer of a Fourier operator: each kept mode of all channels times a complex matrix of its own, all other modes cut off:
 * [...grid, C] → [...grid, features], real to real. Its kernel is as large as the grid, and it is the same at every site of
 * a torus. (Li et al. 2021, arXiv 2010.08895.) Usually beside a dense layer: `relu(add(operator(x), dense(8)(x)))`.
 *
 * Parameters: weight [K, C, features, 2], K = modes (2 modes - 1)^(axes - 1): along the last axis the modes that run the
 * other way are those of a real field.
 *
 * Refuses more modes than a grid has (2 modes - 1 along every axis), and tensors without an axis of space.
 *
 * @example
 * const smooth = pipe(y, fourierOperator(8, { modes: 6 }));   // Tensor<readonly [64, 64, 8]>
 */
export const fourierOperator = <const F extends number>(features: F, options: FourierOperatorOptions) => {
  const {
    modes,
    name,
    init = 'pytorch',
    trainable = true,
  } = checkedOptions(here, options, { modes: true, init: true, trainable: true, name: true });
  const self = layer('fourier', name);
  return <R extends Shape, C extends number>(x: Tensor<readonly [...R, C]>): Tensor<readonly [...R, F]> => {
    const shape = shapeOf(x);
    const [grid, c, last] = [shape.slice(0, -1), shape[shape.length - 1], shape.length - 2];
    if (grid.length === 0) return refuse(here, `expected a field with sites, got ${showShape(shape)}`);
    if (!Number.isSafeInteger(modes) || modes < 1 || grid.some((n) => 2 * modes - 1 > n))
      return refuse(
        here,
        `modes of fewer than ${modes} waves, ${2 * modes - 1} along an axis, do not fit ${showShape(grid)}`,
      );
    const numbers = grid.map((n, axis) =>
      axis === last ? keptModes(n, modes).slice(0, modes) : keptModes(n, modes),
    );
    const sizes = numbers.map(({ length }) => length);
    const others = [...grid.keys()].filter((axis) => axis !== last);
    const count = volume(sizes);

    const forward = [last, ...others].reduce<Tensor>(
      (value, axis) =>
        apply(
          here,
          { op: 'gather', axis, indices: numbers[axis] },
          transform(axis, axis === last ? 'real' : 'complex', 'complex', value),
        ),
      x,
    );
    const weight = parameterOf(self, 'weight', [count, c, features, 2], { init, fanIn: 2 * c, trainable });
    const mixed = product(
      { a: ['k', 'c'], b: ['k', 'c', 'd'], out: ['k', 'd'] },
      apply(here, { op: 'reshape', shape: [count, 2 * c] }, forward),
      asMatrices(weight),
    );
    const answer = apply(here, { op: 'reshape', shape: [...sizes, features, 2] }, mixed);
    // Modes that run the other way along the last axis have the same real part: all but mode 0 count twice.
    const twice = apply(here, {
      op: 'constant',
      shape: [...others.map(() => 1), modes, 1, 1],
      value: modeWeights(modes, volume(grid)),
    });
    const weighed = apply(
      here,
      { op: 'zip', fn: 'mul' },
      answer,
      apply(here, { op: 'broadcast', shape: shapeOf(answer) }, twice),
    );
    const back = (axis: number, value: Tensor): Tensor =>
      apply(here, { op: 'scatter', axis, indices: numbers[axis], size: grid[axis] }, value);
    const spread = others.reduce<Tensor>(
      (value, axis) =>
        apply(
          here,
          { op: 'fourier', axes: [axis], conjugate: true, from: 'complex', to: 'complex' },
          back(axis, value),
        ),
      weighed,
    );
    return { expr: transform(last, 'complex', 'real', back(last, spread)).expr };
  };
};

const convolved = <S extends Shape>(operation: string, axes: Shape, x: Tensor, kernel: Tensor): Tensor<S> => {
  const modesOf = (value: Tensor): ComplexTensor<Shape> =>
    apply(operation, { op: 'fourier', axes, conjugate: false, from: 'real', to: 'complex' }, value);
  return inverse(operation, axes, 'real', multiplyComplex(modesOf(x), modesOf(kernel)));
};

/**
 * The circular convolution along axes of what has one shape,
 *
 *     y[t] = sum over s of kernel[s] x[t - s],
 *
 * with indices around the ring, by the product of its modes: n log n where the sum takes n^2. Both may differ between samples.
 *
 * @example
 * const blurred = circularConvolution(0, 1)(y, z);   // Tensor<readonly [64, 64, 2]>
 */
export const circularConvolution =
  <const A extends number>(...axes: readonly A[]) =>
  <S extends Shape>(
    x: AxesOf<'circularConvolution', A, S> & Tensor<S>,
    kernel: Tensor<NoInfer<S>>,
  ): Tensor<S> =>
    convolved('circularConvolution', axes, x, kernel);

/**
 * A causal convolution along the first axis with a kernel as long as the sequence: [T, ...S], [T, ...S] → [T, ...S],
 *
 *     y[t] = sum over s from 0 to t of kernel[s] x[t - s],
 *
 * by the product of modes of twice the length, so that nothing comes around: the memory of a linear recurrence or of a
 * state-space model, all at once. Along the other axes each series has its own kernel.
 *
 * @example
 * const remembered = longConvolution(line, line);   // Tensor<readonly [128, 4]>
 */
export const longConvolution = <T extends number, S extends Shape>(
  x: Tensor<readonly [T, ...S]>,
  kernel: Tensor<NoInfer<readonly [T, ...S]>>,
): Tensor<readonly [T, ...S]> => {
  const shape = shapeOf(x);
  if (shape.length === 0) return refuse('longConvolution', 'a scalar has no sequence to convolve');
  const silent = apply('longConvolution', { op: 'constant', shape, value: 0 });
  const [long, wide] = [x, kernel].map(
    (value): Tensor => apply('longConvolution', { op: 'concat', axis: 0 }, value, silent),
  );
  const whole = convolved('longConvolution', [0], long, wide);
  return apply('longConvolution', { op: 'slice', begin: shape.map(() => 0), size: shape }, whole);
};
