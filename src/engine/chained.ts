/**
 * The methods of tensors: `x.mul(y).sum()` beside `tf.sum(tf.mul(x, y))`. tfjs-core declares them in its types and
 * leaves it to the union package `@tensorflow/tfjs` to install them; people who write TensorFlow.js code beside a
 * program expect them.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import type {} from '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import type { TensorFlow } from './engine.js';

/** Methods that are the function of the same name with the tensor as its first argument. */
const byName =
  `abs acos acosh add all any argMax argMin asin asinh atan atan2 atanh avgPool batchNorm batchToSpaceND
  broadcastTo cast ceil clipByValue conv1d conv2d conv2dTranspose cos cosh cumprod cumsum depthToSpace depthwiseConv2d
  dilation2d div divNoNan dot elu equal erf euclideanNorm exp expandDims expm1 fft floor floorDiv gather greater
  greaterEqual ifft irfft isFinite isInf isNaN leakyRelu less lessEqual localResponseNormalization log log1p logSigmoid
  logSoftmax logSumExp logicalAnd logicalNot logicalOr logicalXor matMul max maxPool maximum mean min minimum mirrorPad mod
  mul neg norm notEqual oneHot onesLike pad pool pow prelu prod reciprocal relu relu6 reshape resizeBilinear
  resizeNearestNeighbor reverse rfft round rsqrt selu separableConv2d sigmoid sign sin sinh slice softmax softplus
  spaceToBatchND split sqrt square squaredDifference squeeze step stridedSlice sub sum tan tanh tile topk transpose unique
  unsortedSegmentSum unstack zerosLike`.split(/\s+/);

type Method = (tf: TensorFlow, x: Tensor, given: readonly unknown[]) => unknown;

const apply = (operation: unknown, given: readonly unknown[]): unknown =>
  typeof operation === 'function' ? Reflect.apply(operation, undefined, given) : undefined;

const call =
  (
    name: string,
    argumentsOf = (x: Tensor, given: readonly unknown[]): readonly unknown[] => [x, ...given],
  ): Method =>
  (tf, x, given) =>
    apply(Reflect.get(name in tf.image ? tf.image : tf, name), argumentsOf(x, given));

const joined = (x: Tensor, [others, axis]: readonly unknown[]): readonly unknown[] => [
  [x, ...(Array.isArray(others) ? others : [others])],
  axis,
];
const reshaped = (shapeOf: (x: Tensor, given: readonly unknown[]) => unknown): Method =>
  call('reshape', (x, given) => [x, shapeOf(x, given)]);
const cast = (type: string): Method => call('cast', (x) => [x, type]);

const methods: Readonly<Record<string, Method>> = {
  ...Object.fromEntries(byName.map((name) => [name, call(name)])),
  as1D: reshaped(({ size }) => [size]),
  ...Object.fromEntries(
    [2, 3, 4, 5].map((rank) => [`as${rank}D`, reshaped((_, sizes) => sizes.slice(0, rank))]),
  ),
  asScalar: reshaped(() => []),
  asType: call('cast'),
  concat: call('concat', joined),
  flatten: reshaped(({ size }) => [size]),
  reshapeAs: call('reshape', (x, [other]) => [
    x,
    other instanceof Object && 'shape' in other ? other.shape : other,
  ]),
  stack: call('stack', joined),
  toBool: cast('bool'),
  toFloat: cast('float32'),
  toInt: cast('int32'),
  where: call('where', (x, [condition, other]) => [condition, x, other]),
};

/** Installs those that are not there; harmless when repeated. */
export const installMethods = (tf: TensorFlow): void => {
  for (const [name, method] of Object.entries(methods))
    if (!(name in tf.Tensor.prototype))
      Object.defineProperty(tf.Tensor.prototype, name, {
        value(this: Tensor, ...given: readonly unknown[]): unknown {
          return method(tf, this, given);
        },
        writable: true,
        configurable: true,
      });
};
