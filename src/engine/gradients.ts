/**
 * Gradients whatever the engine: TensorFlow.js's own (`kernel-gradients.ts`), and in place of those that it lacks or gets
 * wrong in 4.22, those of this file.
 */

import type { KernelConfig, Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from './engine.js';
import { kernelGradients } from './kernel-gradients.js';

const first = (dy: Tensor | Tensor[]): Tensor => (Array.isArray(dy) ? dy[0] : dy);

/** Sums a gradient over the axes along which an input was broadcast. */
const unbroadcast = (tf: TensorFlow, gradient: Tensor, input: Tensor): Tensor => {
  const axes = tf.broadcast_util.getReductionAxes(input.shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, input.shape);
};

/** Whether the current engine has a kernel of this name. */
export const hasKernel = (tf: TensorFlow, name: string): boolean => {
  const found: KernelConfig | undefined = tf.getKernel(name, tf.getBackend());
  return found !== undefined;
};

/** One kernel if the engine has it, otherwise a composition. */
const inOnePass =
  (kernelName: string, otherwise: (tf: TensorFlow, dy: Tensor, y: Tensor) => Tensor) =>
  (tf: TensorFlow, dy: Tensor, y: Tensor): Tensor =>
    hasKernel(tf, kernelName) ? first(tf.engine().runKernel(kernelName, { dy, y })) : otherwise(tf, dy, y);
// if x is NaN, so are y and its step
const reluGrad = inOnePass('ReluGrad', (tf, dy, y) => tf.mul(dy, tf.step(y)));
const tanhGrad = inOnePass('TanhGrad', (tf, dy, y) => tf.mul(dy, tf.sub(1, tf.square(y))));

/** Comparisons are flat: without these, `where(greater(x, 0), …)` has no gradient though GreaterEqual has one. */
const comparisons = ['Greater', 'Less', 'LessEqual', 'Equal', 'NotEqual'];

/** Registers all gradients. Call it before any gradient is taken; calling it again is harmless. */
export const installGradients = (tf: TensorFlow): void => {
  for (const gradient of kernelGradients(tf)) tf.registerGradient(gradient);
  for (const kernelName of comparisons) {
    tf.registerGradient({
      kernelName,
      inputsToSave: ['a', 'b'],
      gradFunc: (_, [a, b]) => ({ a: () => tf.zerosLike(a), b: () => tf.zerosLike(b) }),
    });
  }
  // tfjs's own gradients of these do not sum over broadcast axes
  const binary = (
    kernelName: string,
    byA: (dy: Tensor, a: Tensor, b: Tensor) => Tensor,
    byB: (dy: Tensor, a: Tensor, b: Tensor) => Tensor,
  ): void =>
    tf.registerGradient({
      kernelName,
      inputsToSave: ['a', 'b'],
      gradFunc: (dy, [a, b]) => ({
        a: () => unbroadcast(tf, byA(first(dy), a, b), a),
        b: () => unbroadcast(tf, byB(first(dy), a, b), b),
      }),
    });
  // The gradient goes to b if it is the larger, else to a, also if both are equal or one is NaN.
  const where = (dy: Tensor, mask: Tensor): Tensor => tf.mul(dy, tf.cast(mask, 'float32'));
  binary(
    'Maximum',
    (dy, a, b) => where(dy, tf.logicalNot(tf.less(a, b))),
    (dy, a, b) => where(dy, tf.less(a, b)),
  );
  binary(
    'Minimum',
    (dy, a, b) => where(dy, tf.logicalNot(tf.greater(a, b))),
    (dy, a, b) => where(dy, tf.greater(a, b)),
  );
  // tfjs's own gradients compute b^2, which is 0 or infinite where the gradient is neither.
  binary(
    'RealDiv',
    (dy, _, b) => tf.div(dy, b),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, tf.div(a, b)), b)),
  );
  binary(
    'SquaredDifference',
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(a, b))),
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(b, a))),
  );
  // tfjs's own fail if there is only one part
  const all = (dy: Tensor | Tensor[]): Tensor[] => (Array.isArray(dy) ? dy : [dy]);
  tf.registerGradient({
    kernelName: 'Unpack',
    gradFunc: (dy, _, attrs) => ({ value: () => tf.stack(all(dy), Number(attrs.axis)) }),
  });
  tf.registerGradient({
    kernelName: 'SplitV',
    gradFunc: (dy, _, attrs) => ({ x: () => tf.concat(all(dy), Number(attrs.axis)) }),
  });
  // tfjs has none, since it splits tf.fused.matMul into parts while gradients are recorded; see `dense` in ops.ts
  tf.registerGradient({
    kernelName: '_FusedMatMul',
    inputsToSave: ['a', 'b'],
    outputsToSave: [true],
    gradFunc: (dy, [a, b, y], { activation }) => {
      const before = activation === 'relu' ? reluGrad(tf, first(dy), y) : first(dy);
      return {
        a: () => tf.matMul(before, b, false, true),
        b: () => tf.matMul(a, before, true, false),
        bias: () => tf.sum(before, [0, 1]),
      };
    },
  });
  // computed from the output, which the next layer keeps anyway, instead of the input, which nothing else needs
  const fromOutput = (
    kernelName: string,
    gradient: (tf: TensorFlow, dy: Tensor, y: Tensor) => Tensor,
  ): void =>
    tf.registerGradient({
      kernelName,
      outputsToSave: [true],
      gradFunc: (dy, [y]) => ({ x: () => gradient(tf, first(dy), y) }),
    });
  fromOutput('Relu', reluGrad);
  fromOutput('Reciprocal', (_, dy, y) => tf.neg(tf.mul(tf.mul(dy, y), y)));
  fromOutput('Tanh', tanhGrad);
  batchNormGradient(tf);
  // tfjs's own returns a transposed gradient if the axis is not the last one
  tf.registerGradient({
    kernelName: 'Cumsum',
    gradFunc: (dy, _, attrs) => ({
      x: () => tf.cumsum(first(dy), Number(attrs.axis), attrs.exclusive === true, attrs.reverse !== true),
    }),
  });
};

/**
 * The gradient of drumhead's own kernel BatchNormTrain: one pass over dy and x gives two sums, from which all three
 * gradients follow.
 */
const batchNormGradient = (tf: TensorFlow): void =>
  tf.registerGradient({
    kernelName: 'BatchNormTrain',
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, true, true, false, false],
    gradFunc: (slopes, [x, scale, mean, variance], { epsilon }) => {
      const dy = first(slopes);
      let sums: readonly number[] | undefined;
      // as plain numbers, since tensors made for one gradient are freed before the next is computed
      const summed = (): readonly number[] => {
        sums ??= Array.from(first(tf.engine().runKernel('BatchNormSums', { dy, x, mean })).dataSync());
        return sums;
      };
      const channels = mean.size;
      const spread = (): Float32Array =>
        Float32Array.from(variance.dataSync(), (value) => Math.sqrt(value + Number(epsilon)));
      return {
        x: () =>
          first(
            tf
              .engine()
              .runKernel(
                'BatchNormInputGrad',
                { dy, x, mean, variance, scale },
                { epsilon, sums: [...summed()] },
              ),
          ),
        scale: () => tf.tensor1d(spread().map((s, c) => summed()[channels + c] / s)),
        shift: () => tf.tensor1d(summed().slice(0, channels)),
      };
    },
  });
