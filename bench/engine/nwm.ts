/**
 * One training step of the Neural Wave Machine written straight in TensorFlow.js, the workload that the kernels of
 * src/engine/wasm are tuned for: three encoders, T kick-drift steps, projection over time, per-pixel MLP, mean
 * cross-entropy, Adam.
 */

import type { Scalar, Tensor, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs';
import { dense, type TensorFlow } from '../../src/engine/index.js';

export interface Size {
  readonly batch: number;
  readonly grid: number;
  readonly steps: number;
}

const as4D = (x: Tensor): Tensor4D => x.as4D(x.shape[0], x.shape[1] ?? 1, x.shape[2] ?? 1, x.shape[3] ?? 1);
const as2D = (x: Tensor): Tensor2D => x.as2D(x.shape[0], x.shape[1] ?? 1);

const channels = 2;
const hidden = 16;
const classes = 6;
const dt = 0.1;

export interface NwmStep {
  /** One training step; the loss. */
  readonly train: () => number;
  /** The forward pass only; the loss. */
  readonly infer: () => number;
  readonly dispose: () => void;
}

export const nwmStep = (tf: TensorFlow, { batch, grid, steps }: Size): NwmStep => {
  const bins = Math.floor(steps / 2) + 1;
  let seed = 1;
  const variable = (shape: number[], scale: number): Variable =>
    tf.tidy(() => tf.variable(tf.randomUniform(shape, -scale, scale, 'float32', seed++)));
  const conv = (from: number, to: number): { filter: Variable; bias: Variable } => ({
    filter: variable([3, 3, from, to], 1 / Math.sqrt(9 * from)),
    bias: variable([to], 1 / Math.sqrt(9 * from)),
  });
  const layer = (from: number, to: number): { weight: Variable; bias: Variable } => ({
    weight: variable([from, to], 1 / Math.sqrt(from)),
    bias: variable([to], 1 / Math.sqrt(from)),
  });
  const encoder = (layers: number[]) => layers.slice(1).map((to, i) => conv(layers[i], to));
  const omegaLayers = encoder([3, hidden, hidden, channels]);
  const alphaLayers = encoder([3, hidden, hidden, channels]);
  const initialLayers = encoder([3, hidden, hidden, hidden, channels]);
  const coupling = variable([3, 3, channels, channels], 0.3);
  const projection = variable([steps, bins], 1 / Math.sqrt(steps));
  const mlp = [layer(bins * channels, 256), layer(256, 256), layer(256, 256), layer(256, classes)];
  const optimizer = tf.train.adam(1e-3);
  const image: Tensor4D = tf.randomUniform([batch, grid, grid, 3], 0, 1, 'float32', 7);
  const target = tf.tidy(() =>
    as2D(tf.oneHot(tf.randomUniform([batch * grid * grid], 0, classes, 'int32', 8).toInt(), classes)),
  );

  const encode = (layers: { filter: Variable; bias: Variable }[], last: 'relu' | 'tanh'): Tensor4D =>
    layers.reduce<Tensor4D>((x, { filter, bias }, i) => {
      const sum: Tensor4D = tf.add(tf.conv2d(x, as4D(filter), 1, 'same'), bias);
      return i === layers.length - 1 && last === 'tanh' ? tf.tanh(sum) : tf.relu(sum);
    }, image);
  const padCircular = (x: Tensor4D): Tensor4D => {
    const rows = tf.concat(
      [tf.slice(x, [0, grid - 1, 0, 0], [-1, 1, -1, -1]), x, tf.slice(x, [0, 0, 0, 0], [-1, 1, -1, -1])],
      1,
    );
    return tf.concat(
      [
        tf.slice(rows, [0, 0, grid - 1, 0], [-1, -1, 1, -1]),
        rows,
        tf.slice(rows, [0, 0, 0, 0], [-1, -1, 1, -1]),
      ],
      2,
    );
  };
  const loss = (): Scalar => {
    const omega = encode(omegaLayers, 'relu');
    const alpha = encode(alphaLayers, 'relu');
    let y = encode(initialLayers, 'tanh');
    let z: Tensor4D = tf.zerosLike(y);
    const ys: Tensor4D[] = [];
    for (let t = 0; t < steps; t++) {
      const force = tf.tanh(tf.conv2d(padCircular(y), as4D(coupling), 1, 'valid'));
      z = tf.add(z, tf.mul(dt, tf.sub(tf.sub(force, tf.mul(omega, y)), tf.mul(alpha, z))));
      y = tf.add(y, tf.mul(dt, z));
      ys.push(y);
    }
    const pixels = batch * grid * grid;
    // [T, B*H*W*c] -> [B*H*W*c, K] with the projection, then features k*c + channel
    const sequence = tf.stack(ys, 0).as2D(steps, pixels * channels);
    const projected = tf.matMul(sequence, as2D(projection), true, false);
    const features = tf
      .transpose(tf.reshape(projected, [pixels, channels, bins]), [0, 2, 1])
      .as2D(pixels, bins * channels);
    const logits = mlp.reduce<Tensor2D>(
      (x, { weight, bias }, i) => dense(tf, x, as2D(weight), bias, i === mlp.length - 1 ? 'linear' : 'relu'),
      features,
    );
    return tf.mean(tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), target), 1))).asScalar();
  };
  const read = (value: Tensor | null): number => {
    const number = value?.dataSync()[0] ?? Number.NaN;
    value?.dispose();
    return number;
  };
  return {
    train: () => read(optimizer.minimize(loss, true)),
    infer: () => read(tf.tidy(loss)),
    dispose: () => {
      tf.disposeVariables();
      optimizer.dispose();
    },
  };
};
