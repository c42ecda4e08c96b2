/** Micro-batches: the parts of a batch that are computed at once, and the combination of their results. */

import type { Shape } from '../../../dsl/shape.js';
import { volume } from '../../../dsl/shape.js';
import { crossEntropy, type Loss, lossCount } from '../../loss.js';
import type { MicroBatches } from '../../micro-batches.js';
import type { Arrays, Gradients, Inference, Labelled, Samples, Summed } from './values.js';

/** Some samples of a batch. */
export interface MicroBatch {
  readonly count: number;
  readonly inputs: Arrays;
  readonly samples: readonly number[];
  readonly noiseSeed: number;
}

/** A micro-batch with its labels. */
export interface LabelledMicroBatch extends MicroBatch {
  readonly labels: Uint8Array | Int32Array;
  readonly loss: Loss;
  /** The loss count of the whole batch: the total over this micro-batch is divided by it. */
  readonly lossCount: number;
}

/** A micro-batch of a loss that is an output of the program. */
export interface SummedMicroBatch extends MicroBatch {
  /** The output that is minimised. */
  readonly output: string;
  /** As in a labelled micro-batch. */
  readonly lossCount: number;
}

/** A micro-batch with a loss. */
export type LossyMicroBatch = LabelledMicroBatch | SummedMicroBatch;

/** The micro-batches of these sizes with their index. A generator, so that several lanes can take from it in turn. */
export function* microBatchesOf(
  shapes: Readonly<Record<string, Shape>>,
  { inputs, samples, noiseSeed = 0 }: Samples,
  sizes: MicroBatches,
): Generator<readonly [number, MicroBatch]> {
  let begin = 0;
  for (const [index, count] of sizes.entries()) {
    const from = begin;
    const valuesOf = ([name, shape]: readonly [string, Shape]): [string, Float32Array] => {
      const size = volume(shape);
      return [name, inputs[name].subarray(from * size, (from + count) * size)];
    };
    yield [
      index,
      {
        count,
        inputs: Object.fromEntries(Object.entries(shapes).map(valuesOf)),
        samples: samples?.slice(from, from + count) ?? Array.from({ length: count }, (_, i) => from + i),
        noiseSeed,
      },
    ];
    begin += count;
  }
}

/** As `microBatchesOf`, with labels. */
export function* labelledMicroBatchesOf(
  shapes: Readonly<Record<string, Shape>>,
  batch: Labelled,
  sizes: MicroBatches,
): Generator<readonly [number, LabelledMicroBatch]> {
  const perSample = batch.labels.length / batch.count;
  const loss = batch.loss ?? crossEntropy;
  // if every label has weight 0 the loss is 0, not NaN
  const count = lossCount(loss, batch.labels, batch.count) || 1;
  let begin = 0;
  for (const [index, microBatch] of microBatchesOf(shapes, batch, sizes)) {
    const labels = batch.labels.subarray(begin * perSample, (begin + microBatch.count) * perSample);
    yield [index, { ...microBatch, labels, loss, lossCount: count }];
    begin += microBatch.count;
  }
}

/** As `microBatchesOf`, for a loss that is an output, with the loss count of the whole batch. */
export function* summedMicroBatchesOf(
  shapes: Readonly<Record<string, Shape>>,
  batch: Summed,
  sizes: MicroBatches,
  lossCount: number,
): Generator<readonly [number, SummedMicroBatch]> {
  for (const [index, microBatch] of microBatchesOf(shapes, batch, sizes))
    yield [index, { ...microBatch, output: batch.loss.output, lossCount }];
}

/**
 * Adds the losses and gradients of micro-batches, which are already divided by the loss count of the whole batch. They
 * are added in double precision and rounded once. The last statistics are kept.
 */
export const sum = (parts: readonly Gradients[]): Gradients => {
  const last = parts[parts.length - 1];
  if (parts.length === 1) return last;
  const total = (name: string): Float32Array => {
    const totals = new Float64Array(last.gradients[name].length);
    for (const { gradients } of parts)
      for (let i = 0; i < totals.length; i++) totals[i] += gradients[name][i];
    return Float32Array.from(totals);
  };
  return {
    loss: parts.reduce((all, { loss }) => all + loss, 0),
    gradients: Object.fromEntries(Object.keys(last.gradients).map((name) => [name, total(name)])),
    statistics: last.statistics,
  };
};

/** Joins the outputs of micro-batches, one after the other. The last statistics are kept. */
export const join = (parts: readonly Inference[]): Inference => {
  const last = parts[parts.length - 1];
  if (parts.length === 1) return last;
  const joined = (name: string): Float32Array => {
    const pieces = parts.map(({ outputs }) => outputs[name]);
    const whole = new Float32Array(pieces.reduce((size, piece) => size + piece.length, 0));
    let begin = 0;
    for (const piece of pieces) {
      whole.set(piece, begin);
      begin += piece.length;
    }
    return whole;
  };
  return {
    outputs: Object.fromEntries(Object.keys(last.outputs).map((name) => [name, joined(name)])),
    statistics: last.statistics,
  };
};
