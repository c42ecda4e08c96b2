/**
 * GFLOP/s of the matrix products of the per-pixel readout, forward and backward.
 *
 *   npx tsx bench/engine/products.ts
 */

import type { Tensor } from '@tensorflow/tfjs';
import * as E from 'fp-ts/lib/Either.js';
import { describe } from '../../src/base/error.js';
import { openEngine } from '../../src/engine/index.js';
import { processorTime } from './clock.js';

const opened = await openEngine('wasm')();
if (E.isLeft(opened)) throw new Error(describe(opened.left));
const { tf } = opened.right;

const measure = (name: string, operations: number, work: () => Tensor): void => {
  const times = Array.from({ length: 8 }, () => {
    const start = processorTime();
    work().dispose();
    return processorTime() - start;
  });
  const best = Math.min(...times.slice(2));
  console.log(
    `${name.padEnd(40)} ${best.toFixed(1).padStart(8)} ms ${(operations / best / 1e6).toFixed(1).padStart(7)} GFLOP/s`,
  );
};

const random = (...shape: [number, number]): Tensor => tf.randomUniform(shape, -1, 1, 'float32', 1);
const pixels = 16384;
for (const [from, to] of [
  [102, 256],
  [256, 256],
  [256, 6],
] as const) {
  const x = random(pixels, from);
  const w = random(from, to);
  const dy = random(pixels, to);
  const operations = 2 * pixels * from * to;
  measure(`${from} -> ${to} forward`, operations, () => tf.matMul(x, w));
  measure(`${from} -> ${to} by input`, operations, () => tf.matMul(dy, w, false, true));
  measure(`${from} -> ${to} by weight`, operations, () => tf.matMul(x, dy, true, false));
  tf.dispose([x, w, dy]);
}
const sequence = random(100, 2 * pixels);
const projection = random(100, 51);
const dy = random(2 * pixels, 51);
const operations = 2 * 2 * pixels * 100 * 51;
measure('time projection forward', operations, () => tf.matMul(sequence, projection, true, false));
measure('time projection by sequence', operations, () => tf.matMul(projection, dy, false, true));
measure('time projection by weight', operations, () => tf.matMul(sequence, dy, false, false));
