/**
 * Batch normalisation. By the batch's own statistics it is one kernel, and its gradient two, where tfjs runs some forty
 * operations for a layer. By given statistics it replaces the backend's kernel, which works number by number. Ioffe &
 * Szegedy 2015 (arXiv 1502.03167), algorithm 1, and the gradients of its section 3.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { FusedBatchNormAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { register } from '../../seam.js';
import { floats, sizeOf } from '../heap.js';
import { channelMap, channelSums } from '../simd/channels.js';
import { add, mul, sub } from '../simd/code.js';

const rowsOf = ({ shape }: TensorInfo): number => sizeOf(shape) / shape[shape.length - 1];

/** scale / sqrt(variance + epsilon), for each channel. */
const factors = (
  scale: ArrayLike<number> | undefined,
  variance: ArrayLike<number>,
  epsilon: number,
): Float64Array => Float64Array.from(variance, (value, c) => (scale?.[c] ?? 1) / Math.sqrt(value + epsilon));

const normalised = (
  backend: BackendWasm,
  x: TensorInfo,
  mean: ArrayLike<number>,
  factor: ArrayLike<number>,
  shift: ArrayLike<number>,
): TensorInfo =>
  channelMap(backend, 'normalise', [x], [mean, factor, shift], ([value], [m, f, s]) =>
    add(mul(sub(value, m), f), s),
  );

/** Copies, since memory may grow before they are used. */
const listIn = (backend: BackendWasm, list: TensorInfo): Float32Array => floats(backend, list).slice();

const listOut = (backend: BackendWasm, values: ArrayLike<number>): TensorInfo => {
  const out = backend.makeOutput([values.length], 'float32');
  floats(backend, out).set(values);
  return out;
};

interface Given {
  readonly x: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
  readonly offset?: TensorInfo;
  readonly scale?: TensorInfo;
}

interface Trained {
  readonly x: TensorInfo;
  readonly scale: TensorInfo;
  readonly shift: TensorInfo;
  readonly runningMean: TensorInfo;
  readonly runningVariance: TensorInfo;
}

interface Backwards {
  readonly dy: TensorInfo;
  readonly x: TensorInfo;
  readonly mean: TensorInfo;
}

interface InputGrad extends Backwards {
  readonly scale: TensorInfo;
  readonly variance: TensorInfo;
}

export const installBatchNorm = (): void => {
  register<Given, FusedBatchNormAttrs>(
    'FusedBatchNorm',
    ({ x, mean, variance, offset, scale }, { varianceEpsilon }, backend) => {
      const spread = listIn(backend, variance);
      return normalised(
        backend,
        x,
        listIn(backend, mean),
        factors(scale && listIn(backend, scale), spread, varianceEpsilon),
        offset ? listIn(backend, offset) : new Float32Array(spread.length),
      );
    },
  );

  // [y, the batch's mean, its biased variance, the running mean, the running variance]
  register<Trained, { epsilon: number; momentum: number }>(
    'BatchNormTrain',
    ({ x, scale, shift, runningMean, runningVariance }, { epsilon, momentum }, backend) => {
      const rows = rowsOf(x);
      const none = new Float64Array(sizeOf(scale.shape));
      const [sums] = channelSums(backend, { name: 'mean', terms: 1 }, [x], none, ([value]) => [value]);
      // the mean is subtracted as a float, so squares are summed around that float
      const mean = Float32Array.from(sums, (sum) => sum / rows);
      const [squares] = channelSums(backend, { name: 'variance', terms: 1 }, [x], mean, ([value], centre) => [
        mul(sub(value, centre), sub(value, centre)),
      ]);
      const variance = Float32Array.from(squares, (sum) => sum / rows);
      const factor = factors(listIn(backend, scale), variance, epsilon);
      const moved = (running: TensorInfo, batch: (c: number) => number): Float32Array =>
        listIn(backend, running).map((value, c) => value * (1 - momentum) + batch(c) * momentum);
      return [
        normalised(backend, x, mean, factor, listIn(backend, shift)),
        ...[
          mean,
          variance,
          moved(runningMean, (c) => mean[c]),
          moved(runningVariance, (c) => squares[c] / Math.max(1, rows - 1)),
        ].map((list) => listOut(backend, list)),
      ];
    },
  );

  // [2, channels]: the sums of dy, and of dy (x - mean)
  register<Backwards, object>('BatchNormSums', ({ dy, x, mean }, _, backend) => {
    const centre = listIn(backend, mean);
    const sums = channelSums(
      backend,
      { name: 'gradient', terms: 2 },
      [x, dy],
      centre,
      ([value, slope], c) => [slope, mul(slope, sub(value, c))],
    );
    const out = backend.makeOutput([2, centre.length], 'float32');
    for (const [i, sum] of sums.entries()) floats(backend, out).set(sum, i * centre.length);
    return out;
  });

  // dx = scale / s (dy - mean(dy) - (x - mean) mean(dy (x - mean)) / s^2), s^2 = variance + epsilon
  register<InputGrad, { epsilon: number; sums: readonly number[] }>(
    'BatchNormInputGrad',
    ({ dy, x, mean, variance, scale }, { epsilon, sums }, backend) => {
      const rows = rowsOf(x);
      const spread = listIn(backend, variance);
      const factor = factors(listIn(backend, scale), spread, epsilon);
      const channels = factor.length;
      const level = factor.map((_, c) => sums[c] / rows);
      const slope = factor.map((f, c) => -(f * sums[channels + c]) / rows / (spread[c] + epsilon));
      return channelMap(
        backend,
        'batchNormGrad',
        [dy, x],
        [level, factor, listIn(backend, mean), slope],
        ([d, value], [l, f, m, s]) => add(mul(sub(d, l), f), mul(sub(value, m), s)),
      );
    },
  );
};
