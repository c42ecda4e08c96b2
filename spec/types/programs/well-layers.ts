/** Layers on literal shapes: every size is known to the compiler, odd or even, small or in the tens of thousands. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  at,
  batchNorm,
  broadcast,
  channels,
  circularConvolution,
  complex,
  concat,
  concatAlong,
  conv,
  conv1d,
  conv3d,
  coupling3d,
  convolveWith,
  convTranspose,
  convTranspose3d,
  data,
  dense,
  depthwise,
  depthwise3d,
  depthwiseWith,
  einsum,
  fourier,
  fourierComplex,
  fourierOperator,
  dropout,
  embedding,
  gather,
  gaussian,
  gelu,
  glu,
  groupNorm,
  instanceNorm,
  layerNorm,
  oneHot,
  scatter,
  encoder,
  inverseFourier,
  inverseFourierComplex,
  last,
  longConvolution,
  matmul,
  max,
  maxPool,
  maxPool3d,
  mean,
  meanPool,
  modulus,
  multiplyComplex,
  meanPool1d,
  mlp,
  normalise,
  pad,
  parameter,
  projection,
  relu,
  realPart,
  resample,
  reshape,
  scaleComplex,
  roll,
  type Shape,
  slice,
  softmax,
  spectral,
  spectrum,
  stack,
  sum,
  type Tensor,
  tanh,
  timeToChannels,
  transpose,
  upsample,
  zeros,
} from '../../../src/dsl/index.js';
import { exactly } from './exactly.js';

const image = zeros(64, 64, 3);
const odd = zeros(63, 65, 3);

// Convolution: same size up to the stride, or what fits.
exactly<Tensor<readonly [64, 64, 16]>>()(pipe(image, conv(16)), true);
exactly<Tensor<readonly [63, 65, 16]>>()(pipe(odd, conv(16, { boundary: 'circular', kernel: 5 })), true);
exactly<Tensor<readonly [32, 32, 8]>>()(pipe(image, conv(8, { stride: 2 })), true);
exactly<Tensor<readonly [32, 33, 8]>>()(pipe(odd, conv(8, { stride: 2, boundary: 'reflect' })), true);
exactly<Tensor<readonly [62, 62, 8]>>()(pipe(image, conv(8, { boundary: 'none' })), true);
exactly<Tensor<readonly [30, 31, 8]>>()(pipe(odd, conv(8, { boundary: 'none', kernel: 5, stride: 2 })), true);
exactly<Tensor<readonly [60, 60, 6]>>()(pipe(image, conv(6, { boundary: 'none', dilation: 2 })), true);
exactly<Tensor<readonly [32, 33, 6]>>()(pipe(odd, conv(6, { stride: 2, dilation: 4, groups: 3 })), true);

// Volumes.
const cube = zeros(8, 10, 12, 2);
exactly<Tensor<readonly [8, 10, 12, 4]>>()(pipe(cube, conv3d(4, { groups: 2 })), true);
exactly<Tensor<readonly [4, 5, 6, 4]>>()(pipe(cube, conv3d(4, { stride: 2 })), true);
exactly<Tensor<readonly [4, 6, 8, 2]>>()(pipe(cube, depthwise3d({ boundary: 'none', dilation: 2 })), true);
exactly<Tensor<readonly [8, 10, 12, 2]>>()(pipe(cube, coupling3d({ groups: 2 })), true);
exactly<Tensor<readonly [4, 5, 6, 2]>>()(pipe(cube, maxPool3d(2)), true);
exactly<Tensor<readonly [64, 64, 8]>>()(pipe(image, conv(8, { boundary: { fixed: 1 } })), true);
exactly<Tensor<readonly [32, 33, 3]>>()(pipe(odd, depthwise({ stride: 2 })), true);
exactly<Tensor<readonly [64, 64, 5]>>()(convolveWith(image, zeros(3, 3, 3, 5), 'circular'), true);
exactly<Tensor<readonly [64, 5]>>()(convolveWith(zeros(64, 3), zeros(3, 3, 5), 'reflect'), true);
exactly<Tensor<readonly [64, 64, 6]>>()(depthwiseWith(image, zeros(3, 3, 3, 2)), true);
exactly<Tensor<readonly [64, 64, 2]>>()(encoder([16, 16], 2)(image), true);

// Up and down.
exactly<Tensor<readonly [31, 32, 3]>>()(pipe(odd, maxPool(2)), true);
exactly<Tensor<readonly [61, 63, 3]>>()(pipe(odd, meanPool(3, 1)), true);
exactly<Tensor<readonly [128, 128, 4]>>()(pipe(image, convTranspose(4)), true);
exactly<Tensor<readonly [64, 66, 4]>>()(pipe(odd, convTranspose(4, { stride: 1 })), true);
exactly<Tensor<readonly [5, 7, 9, 3]>>()(convTranspose3d(3, { kernel: 3 })(zeros(2, 3, 4, 1)), true);
exactly<Tensor<readonly [127, 131, 4]>>()(pipe(odd, convTranspose(4, { kernel: 3, stride: 2 })), true);
exactly<Tensor<readonly [189, 195, 3]>>()(pipe(odd, upsample(3)), true);
exactly<Tensor<readonly [64, 64, 6]>>()(pipe(image, maxPool(2), conv(8), convTranspose(6)), true);

// Sizes in the tens of thousands, where tuples of that length would stop.
const wide = zeros(32768, 2);
exactly<Tensor<readonly [16384, 7]>>()(pipe(wide, conv1d(7, { stride: 2 })), true);
exactly<Tensor<readonly [16385, 2]>>()(spectrum(wide), true);
exactly<Tensor<readonly [50001, 3, 4]>>()(spectrum(zeros(100001, 3, 4)), true);
exactly<Tensor<readonly [24999, 1500, 3]>>()(pipe(zeros(49999, 3000, 3), maxPool(2)), true);
exactly<Tensor<readonly [65536, 2000, 3]>>()(pipe(zeros(32768, 1000, 3), upsample(2)), true);
exactly<Tensor<readonly [4, 4, 30003]>>()(timeToChannels(zeros(10001, 4, 4, 3)), true);
exactly<Tensor<readonly [5, 40000]>>()(concat(zeros(5, 12345), zeros(5, 27655)), true);

// Joining and cutting.
exactly<Tensor<readonly [64, 64, 9]>>()(concat(image, zeros(64, 64, 6)), true);
exactly<Tensor<readonly [9]>>()(concat(zeros(4), zeros(5)), true);
exactly<Tensor<readonly [65, 64, 3]>>()(concatAlong(0, image, zeros(1, 64, 3)), true);
exactly<Tensor<readonly [64, 192, 3]>>()(concatAlong(1, image, image, image), true);
exactly<Tensor<readonly [3, 64, 64, 3]>>()(stack(image, image, image), true);
exactly<Tensor<readonly [64, 64, 1]>>()(channels(image, 2, 1), true);
exactly<Tensor<readonly [64, 3]>>()(at(image, -1), true);
exactly<Tensor<readonly [8, 8, 1]>>()(slice(image, [4, 4, 0], [8, 8, 1]), true);
exactly<Tensor<readonly [64, 64, 1, 3]>>()(pipe(image, reshape(64, 64, 1, 3)), true);
exactly<Tensor<readonly [3, 64, 65]>>()(pipe(zeros(64, 65, 3), transpose(2, 0, 1)), true);
exactly<Tensor<readonly [64, 64, 3]>>()(pipe(zeros(1, 1, 3), broadcast(64, 64, 3)), true);
exactly<Tensor<readonly [64, 64, 3]>>()(pipe(image, roll(0, -1)), true);

// The last axis, and what remains of axes.
exactly<Tensor<readonly [64, 64, 6]>>()(pipe(image, dense(256), relu, dense(6)), true);
exactly<Tensor<readonly [6]>>()(pipe(zeros(3), mlp([8, 8], 6)), true);
exactly<Tensor<readonly [64, 64, 4]>>()(matmul(image, zeros(3, 4)), true);
exactly<Tensor<readonly []>>()(pipe(image, sum(0, 1, 2)), true);
const overBoth = (a: 0 | 1, b: 0 | 1) => pipe(image, sum(a, b));
overBoth(0, 1);
exactly<Tensor<readonly [3]>>()(pipe(image, mean(0, 1)), true);
exactly<Tensor<readonly [64, 64]>>()(pipe(image, max(2)), true);
exactly<Tensor<readonly [64, 64, 3]>>()(pipe(image, batchNorm(), normalise(), softmax(2), tanh), true);
exactly<Tensor<readonly [2, 2]>>()(parameter('m', [2, 2], { init: 'identity' }), true);
exactly<Tensor<readonly [3, 1]>>()(data([1, 2, 3], 3, 1), true);

// Readouts.
const waves = zeros(100, 64, 64, 2);
exactly<Tensor<readonly [64, 64, 102]>>()(pipe(waves, spectrum, timeToChannels), true);
exactly<Tensor<readonly [64, 64, 102]>>()(spectral(waves), true);
exactly<Tensor<readonly [64, 64, 100]>>()(spectral(zeros(99, 64, 64, 2)), true);
exactly<Tensor<readonly [64, 64, 14]>>()(projection(7)(waves), true);

// Of lines and volumes too.
exactly<Tensor<readonly [12, 14]>>()(projection(7)(zeros(20, 12, 2)), true);
exactly<Tensor<readonly [12, 22]>>()(spectral(zeros(20, 12, 2)), true);
exactly<Tensor<readonly [4, 5, 6, 22]>>()(spectral(zeros(20, 4, 5, 6, 2)), true);
exactly<Tensor<readonly [4, 5, 6, 40]>>()(timeToChannels(zeros(20, 4, 5, 6, 2)), true);
exactly<Tensor<readonly [64, 64, 2]>>()(last(waves), true);

// Sizes that the compiler does not know (n is 64 when this runs, axis 0) stay unknown, and everything still fits.
declare const n: number;
const unknown = zeros(n, n, 3);
exactly<Tensor<readonly [number, number, 16]>>()(pipe(unknown, conv(16, { stride: 2 })), true);
exactly<Tensor<readonly [number, number, 16]>>()(pipe(unknown, conv(16, { boundary: 'none' })), true);
exactly<Tensor<readonly [number, number, 3]>>()(pipe(unknown, maxPool(2), upsample(2)), true);
exactly<Tensor<readonly [number, 64, 3]>>()(spectrum(zeros(n, 64, 3)), true);
exactly<Tensor<readonly [number, number, number]>>()(timeToChannels(zeros(n, n, n, 3)), true);
exactly<Tensor<readonly [64, 64, number]>>()(concat(image, zeros(64, 64, n)), true);
exactly<Tensor<readonly [64, 64, 3]>>()(pipe(unknown, reshape(64, 64, 3)), true);
declare const axis: number;
exactly<Tensor<Shape>>()(concatAlong(axis, image, image), true);
exactly<Tensor<readonly [64, 128, 3]>>()(pipe(concatAlong(axis, image, image), reshape(64, 128, 3)), true);

// Products by a formula: sizes are read from whichever operand knows them.
exactly<Tensor<readonly [16, 25]>>()(einsum('qc,kc->qk', zeros(16, 4), zeros(25, 4)), true);
exactly<Tensor<readonly [25, 16]>>()(einsum('qc,kc->kq', zeros(16, 4), zeros(25, 4)), true);
exactly<Tensor<readonly []>>()(einsum('ab,ab->', zeros(16, 4), zeros(16, 4)), true);
exactly<Tensor<readonly [8, 16, 25]>>()(einsum('qhd,khd->hqk', zeros(16, 8, 4), zeros(25, 8, 4)), true);
const sized = <Q extends number>(q: Tensor<readonly [Q, 4]>) => einsum('qc,kc->qk', q, zeros(25, 4));
exactly<Tensor<readonly [16, 25]>>()(sized(zeros(16, 4)), true);
exactly<Tensor<readonly [3, 64, 3]>>()(pipe(image, gather(0, [1, 5, 9])), true);
exactly<Tensor<readonly [64, 64, 2]>>()(pipe(image, scatter(2, [0, 1, 0], 2)), true);

// Starting values that are given fill their parameter; where a size or a list is of unknown length they are checked later.
const mixed = pipe(at(waves, 0), dense(2, { init: { values: [0, 1, 1, 0] }, trainable: false }));
exactly<Tensor<readonly [64, 64, 2]>>()(mixed, true);
const bent = pipe(
  zeros(64, 64, 1),
  conv(1, { boundary: 'circular', bias: false, init: { values: [0, 1, 0, 1, -4, 1, 0, 1, 0] } }),
);
exactly<Tensor<readonly [64, 64, 1]>>()(bent, true);
const numbers: readonly number[] = [1, 2, 3, 4];
exactly<Tensor<readonly [4]>>()(parameter('later', [4], { init: { values: numbers } }), true);
exactly<Tensor<readonly [64, 64, 3, 2]>>()(pipe(image, fourier(0, 1)), true);
exactly<Tensor<readonly [64, 64, 3]>>()(pipe(image, fourier(1, 0), inverseFourier(1, 0)), true);
const psi = complex(image, image);
exactly<Tensor<readonly [64, 64, 3, 2]>>()(psi, true);
exactly<Tensor<readonly [64, 64, 3, 2]>>()(pipe(psi, fourierComplex(2), inverseFourierComplex(2)), true);
exactly<Tensor<readonly [64, 64, 3]>>()(pipe(psi, fourierComplex(0), modulus), true);
exactly<Tensor<readonly [64, 64, 3]>>()(realPart(multiplyComplex(psi, psi)), true);
exactly<Tensor<readonly [64, 64, 3, 2]>>()(scaleComplex(image, psi), true);
exactly<Tensor<readonly [64, 64, 8]>>()(pipe(image, fourierOperator(8, { modes: 5 })), true);
exactly<Tensor<readonly [64, 64, 3]>>()(circularConvolution(0, 1)(image, image), true);
exactly<Tensor<readonly [64, 64, 3]>>()(longConvolution(image, image), true);
const anySize = <H extends number, W extends number>(x: Tensor<readonly [H, W, 4]>) =>
  inverseFourier(0, 1)(fourier(0, 1)(x));
exactly<Tensor<readonly [16, 24, 4]>>()(anySize(zeros(16, 24, 4)), true);
// Beyond the edge, and other grids.
exactly<Tensor<readonly [number, 6]>>()(depthwiseWith(zeros(n, 3), zeros(3, 3, 2), 'circular'), true);
exactly<Tensor<readonly [66, 67, 3]>>()(pipe(image, pad([1, [0, 3]], 'circular')), true);
exactly<Tensor<readonly [64, 64, 3]>>()(pipe(image, pad([])), true);
exactly<Tensor<readonly [66, number, 3]>>()(pipe(image, pad([1, n], 'replicate')), true);
exactly<Tensor<readonly [number, 66, 3]>>()(pipe(zeros(n, 64, 3), pad([1, 1])), true);
exactly<Tensor<readonly [63, 65, 3]>>()(pipe(odd, maxPool(3, 1, 'replicate')), true);
exactly<Tensor<readonly [32, 33, 3]>>()(pipe(odd, meanPool(2, 2, { fixed: 1 })), true);
exactly<Tensor<readonly [number, 33, 3]>>()(pipe(zeros(n, 65, 3), maxPool(2, 2, 'zero')), true);
exactly<Tensor<readonly [20, 2]>>()(pipe(zeros(59, 2), meanPool1d(4, 3, 'reflect')), true);
exactly<Tensor<readonly [8, 9, 7, 2]>>()(pipe(zeros(8, 9, 7, 2), maxPool3d(3, 1, 'replicate')), true);
exactly<Tensor<readonly [4, 4, 4, 1]>>()(convolveWith(zeros(4, 4, 4, 2), zeros(3, 3, 3, 2, 1)), true);
exactly<Tensor<readonly [96, 32, 3]>>()(pipe(image, resample([96, 32])), true);
exactly<Tensor<readonly [5, 6, 7, 2]>>()(pipe(zeros(2, 3, 4, 2), resample([5, 6, 7], 'nearest')), true);
exactly<Tensor<readonly [number, 32, 3]>>()(pipe(image, resample([n, 32])), true);

// Functions generic in their sizes: what is not known yet is checked when the program is built.
const pooled = <H extends number, C extends number>(x: Tensor<readonly [H, 8, C]>) => pipe(x, maxPool(2));
exactly<Tensor<readonly [32, 4, 3]>>()(pooled(zeros(64, 8, 3)), true);
const overSpace = <S extends Shape>(x: Tensor<S>) => sum(0)(x);
exactly<Tensor<readonly [8, 3]>>()(overSpace(zeros(64, 8, 3)), true);
const everywhere = <H extends number, C extends number>(x: Tensor<readonly [1, 8, C]>, h: H) =>
  broadcast(h, 8, 4)(x);
exactly<Tensor<readonly [64, 8, 4]>>()(everywhere(zeros(1, 8, 4), 64), true);
const corner = <H extends number>(x: Tensor<readonly [H, 8, 3]>) => slice(x, [0, 0, 0], [4, 4, 3]);
exactly<Tensor<readonly [4, 4, 3]>>()(corner(zeros(64, 8, 3)), true);
const framed = <S extends Shape>(x: Tensor<S>) => pad([1])(x);
exactly<Tensor<readonly [66, 8]>>()(framed(zeros(64, 8)), true);
exactly<Tensor<readonly [64, 64, 8]>>()(pipe(image, conv(8), groupNorm(4), gelu, dropout(0.5)), true);
exactly<Tensor<readonly [64, 64, 8]>>()(pipe(image, conv(8), instanceNorm(), layerNorm()), true);
exactly<Tensor<readonly [64, 64, 4]>>()(pipe(image, conv(8), glu), true);
exactly<Tensor<readonly [3, 10]>>()(oneHot(10)(zeros(3)), true);
exactly<Tensor<readonly [3, 2, 16]>>()(embedding(10, 16)(zeros(3, 2)), true);
exactly<Tensor<readonly [64, 2]>>()(gaussian()(64, 2), true);
const norm = <C extends number>(x: Tensor<readonly [8, 8, C]>) => pipe(x, layerNorm(), dropout(0.1));
exactly<Tensor<readonly [8, 8, 5]>>()(norm(zeros(8, 8, 5)), true);
