/** Layers that do not fit what they are given. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  add,
  batchNorm,
  concat,
  concatAlong,
  conv,
  conv1d,
  conv3d,
  convolveWith,
  coupling1d,
  dense,
  depthwise,
  depthwiseWith,
  dropout,
  einsum,
  embedding,
  encoder,
  fourier,
  fourierComplex,
  fourierOperator,
  inverseFourier,
  glu,
  groupNorm,
  less,
  linearRecurrence,
  longConvolution,
  matmul,
  matrixRecurrence,
  maxPool,
  mlp,
  mul,
  multiplyComplex,
  oscillator,
  parameter,
  readout,
  reshape,
  scope,
  spectral,
  spectrum,
  stack,
  timeToChannels,
  upsample,
  where,
  zeros,
} from '../../../src/dsl/index.js';

const image = zeros(64, 64, 3);
const y = zeros(64, 64, 2);
const movie = zeros(20, 64, 64, 2);

// error: add: expected [64,64,2], got [64,64,3]
add(y, image);
// error: mul: expected [64,64,2], got [64,64]
mul(y, zeros(64, 64));
// error: Argument of type 'number' is not assignable to parameter of type 'Tensor<Shape>'
mul(y, 2);

// error: less: expected [64,64,2], got [64,64,3]
less(y, image);
// error: where: expected [64,64,2], got [64,64,3]
where(y, y, image);
// error: where: expected [64,64,2], got [64,64,3]
where(y, zeros(), image);
// error: 8 is not divisible by 3
pipe(zeros(64, 64, 8), groupNorm(3));
// error: embedding: 3 starting values do not fill [2,2]
pipe(zeros(4), embedding(2, 2, { init: { values: [1, 2, 3] } }));
// error: 3 is not divisible by 2
glu(image);
// error: Expected 1 arguments, but got 2
dropout(0.5, { inplace: true });

// error: '63' is not assignable to type '64'
concat(y, zeros(64, 63, 2));
// error: Source has 2 element(s) but target requires 3
concat(y, zeros(64, 2));
// error: '3' is not assignable to type '2'
stack(y, image);
// error: Argument of type 'number' is not assignable to parameter of type 'Tensor<Shape>'
concatAlong(0, y, 3);

// error: '3' is not assignable to type '2'
matmul(y, zeros(3, 4));
// error: '2' is not assignable to type '3'
convolveWith(image, zeros(3, 3, 2, 1));
// error: '"none"' is not assignable to parameter of type
convolveWith(image, zeros(3, 3, 3, 1), 'none');

// error: Source has 4 element(s) but target allows only 3
convolveWith(zeros(64, 3), zeros(3, 3, 3, 1));
// error: '2' is not assignable to type '3'
depthwiseWith(image, zeros(3, 3, 2, 1));

// error: '"wrap"' is not assignable to type 'Boundary | undefined'
conv(3, { boundary: 'wrap' });
// error: Did you mean to write 'kernel'?
conv(3, { kernal: 5 });
// error: '"xavier"' is not assignable to type 'InitialiserName
conv(3, { init: 'xavier' });
// error: '3' has no properties in common with type 'DepthwiseOptions
depthwise(3);
// error: 'string' is not assignable to parameter of type 'number'
dense('3');
// error: 'stride' does not exist in type
encoder([16], 2, { stride: 2 });
// error: '"median"' is not assignable to parameter of type '"fft" | "last" | "linear" | "max" | "mean"'
readout('median');
// error: Property 'init' is missing in type '{}' but required in type 'ParameterOptions
parameter('gain', [2], {});
// error: parameter: 3 starting values do not fill [2,2]
parameter('gain', [2, 2], { init: { values: [1, 2, 3] } });
// error: conv: 9 starting values do not fill [3,3,3,1]
conv(1, { init: { values: [0, 1, 0, 1, -4, 1, 0, 1, 0] } })(image);
// error: depthwise: 4 starting values do not fill [3,3,2,1]
depthwise({ init: { values: [0, 1, 1, 0] } })(y);
// error: dense: 5 starting values do not fill [2,2]
dense(2, { init: { values: [0, 1, 1, 0, 2] } })(y);
// error: coupling1d: 2 starting values do not fill [3,1,1]
coupling1d({ init: { values: [1, -2] } })(zeros(128, 1));
// error: 'number' is not assignable to type 'boolean | undefined'
conv(3, { trainable: 0 });
// error: 'momentun' does not exist in type 'BatchNormOptions'
batchNorm({ momentun: 0.9 });

// error: Source has 3 element(s) but target allows only 2
pipe(image, conv1d(3));
// error: Source has 1 element(s) but target requires 3
pipe(zeros(3), conv(3));
// error: Source has 3 element(s) but target allows only 2
pipe(y, coupling1d());
// error: Source has 3 element(s) but target requires 4
pipe(y, conv3d(2));
// error: 'groups' does not exist in type
depthwise({ groups: 2 });
// error: Source has 0 element(s) but target requires 1
mlp([3], 6)(zeros());
// error: Source has 1 element(s) but target requires 2
timeToChannels(zeros(3));
// error: Source has 1 element(s) but target requires 2
spectral(zeros(3));
// error: Source has 0 element(s) but target requires 1
spectrum(zeros());
// error: reshape: 8192 elements do not fill 12288
pipe(y, reshape(64, 64, 3));

// An odd field is not the same after half and double.
// error: add: expected [62,62,3], got [63,63,3]
pipe(zeros(63, 63, 3), maxPool(2), upsample(2), (x) => add(x, zeros(63, 63, 3)));
// error: add: expected [32,32,3], got [64,64,3]
pipe(image, conv(3, { stride: 2 }), (x) => add(x, image));

// error: '3' is not assignable to type '2'
linearRecurrence(movie, movie, zeros(64, 64, 3));
// error: '2' is not assignable to type '3'
matrixRecurrence(zeros(20, 5, 3, 2), zeros(20, 5, 3));
// error: '2' is not assignable to type '3'
matrixRecurrence(zeros(20, 5, 3, 3), zeros(20, 5, 2));

// error: '3' is not assignable to type '2'
oscillator({ dt: 0.1, coupling: (v: typeof y) => v, damping: image });
// error: 'number' is not assignable to type
scope('a', (n: number) => n);

// error: einsum 'qc,kc->qk': c is 3 in the first operand and 4 in the second
einsum('qc,kc->qk', zeros(16, 3), zeros(25, 4));
// error: einsum 'qc,kc->qk': 2 letters for the first operand, which has 3 axes
einsum('qc,kc->qk', image, zeros(25, 4));
// error: einsum 'qc,kc->qk': 2 letters for the second operand, which has 1 axes
einsum('qc,kc->qk', zeros(16, 3), zeros(3));
// error: einsum 'qc,kc->qz': z is in neither operand
einsum('qc,kc->qz', zeros(16, 3), zeros(25, 3));
// error: einsum 'qq,kq->k': q stands twice
einsum('qq,kq->k', zeros(3, 3), zeros(25, 3));
// error: einsum: 'qc,kc' is no formula such as 'qc,kc->qk'
einsum('qc,kc', zeros(16, 3), zeros(25, 3));
// error: einsum: 'q c, k c -> q k' is no formula such as 'qc,kc->qk'; it has spaces
einsum('q c, k c -> q k', zeros(16, 3), zeros(25, 3));
// error: add: expected [25,16], got [25,24]
add(einsum('qc,kc->kq', zeros(16, 3), zeros(25, 3)), zeros(25, 24));

// error: fourier: 3 is not an axis of [64,64,3]
fourier(0, 3)(image);
// error: is not assignable to type '2'
fourierComplex(0)(image);
// error: is not assignable to type '2'
inverseFourier(0, 1)(image);
// error: inverseFourier: 3 is not an axis of [64,64,3]
inverseFourier(3)(fourier(0)(image));
// error: multiplyComplex: expected [64,64,3], got [64,64]
multiplyComplex(fourier(0)(image), fourier(0)(zeros(64, 64)));
// error: add: expected [64,64,3,2], got [64,64,3]
add(fourier(0)(image), image);
// error: Property 'modes' is missing in type '{}' but required in type 'FourierOperatorOptions'
fourierOperator(8, {});
// error: '64' is not assignable to type '32'
longConvolution(zeros(32, 3), zeros(64, 3));
