/**
 * TensorFlow.js's unchanged wasm backend, with only the gradients that it lacks for these models: that of a
 * convolution for its filter, written as tfjs users do, as a convolution with batch and channels swapped; and
 * that of max pooling.
 */

import * as tf from '@tensorflow/tfjs';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { installGradients } from '../../src/engine/gradients.js';
import type { Engine } from '../../src/engine/index.js';
import { limitBytes } from '../../src/engine/index.js';
import { wasmBinaryFolder } from '../../src/engine/wasm/binaries.js';
import { installMaxPoolGrad } from '../../src/engine/wasm/kernels/max-pool-grad.js';

type Four = [number, number, number, number];
type Pair = [number, number];

const four = ([a, b, c, d]: readonly number[]): Four => [a, b, c, d];
const one = (dy: tf.Tensor | tf.Tensor[]): tf.Tensor4D => {
  const first = Array.isArray(dy) ? dy[0] : dy;
  return first.reshape(four(first.shape));
};
const numbers = (attribute: unknown): readonly number[] =>
  Array.isArray(attribute) ? attribute.map(Number) : [Number(attribute), Number(attribute)];
const pair = ([a, b]: readonly number[]): Pair => [a, b];

/** x [B, H, W, I], dy [B, h, w, O]: the filter's gradient [kh, kw, I, O]. */
const byFilter = (x: tf.Tensor4D, dy: tf.Tensor4D, shape: Four, stride: Pair, pad: 'same' | 'valid') =>
  tf.tidy(() => {
    const g = tf.backend_util.computeConv2DInfo(four(x.shape), shape, stride, 1, pad);
    const { top, bottom, left, right } = g.padInfo;
    const around = tf.pad(x, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
    const images = tf
      .transpose(around, [3, 1, 2, 0])
      .as4D(shape[2], -1 as number, around.shape[2] ?? 0, x.shape[0]);
    const filters = tf.transpose(dy, [1, 2, 0, 3]).as4D(dy.shape[1], dy.shape[2], dy.shape[0], dy.shape[3]);
    const found = tf.conv2d(images, filters, 1, 'valid', 'NHWC', stride);
    return tf.transpose(
      tf.slice(found, [0, 0, 0, 0], [shape[2], shape[0], shape[1], shape[3]]),
      [1, 2, 0, 3],
    );
  });

const installFilterGradients = (): void => {
  const padOf = (pad: unknown): 'same' | 'valid' => (pad === 'same' ? 'same' : 'valid');
  tf.registerGradient({
    kernelName: 'Conv2D',
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, [image, filter], { strides, pad }) => {
      const [slope, x, w] = [one(dy), one(image), one(filter)];
      const stride = pair(numbers(strides));
      return {
        x: () => tf.conv2dTranspose(slope, w, four(x.shape), stride, padOf(pad)),
        filter: () => byFilter(x, slope, four(w.shape), stride, padOf(pad)),
      };
    },
  });
  tf.registerGradient({
    kernelName: 'Conv2DBackpropInput',
    inputsToSave: ['dy', 'filter'],
    gradFunc: (ddx, [below, filter], { strides, pad }) => {
      const [slope, x, w] = [one(ddx), one(below), one(filter)];
      const stride = pair(numbers(strides));
      return {
        dy: () => tf.conv2d(slope, w, stride, padOf(pad)),
        filter: () => byFilter(slope, x, four(w.shape), stride, padOf(pad)),
      };
    },
  });
};

/**
 * Opens it, with one thread, since TensorFlow.js has no more under Node. Do not open another engine in this
 * process.
 */
export const openStock = async (): Promise<Engine> => {
  const folder = wasmBinaryFolder();
  if (folder !== undefined) setWasmPaths(folder);
  await tf.setBackend('wasm');
  await tf.ready();
  installMaxPoolGrad();
  installGradients(tf);
  installFilterGradients();
  return {
    name: 'wasm',
    why: 'stock',
    version: `tfjs ${tf.version.tfjs}, wasm ${version_wasm}`,
    limitBytes: limitBytes.wasm,
    tf,
    fused: false,
  };
};
