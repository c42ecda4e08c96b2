/** Parts: the pieces of a batch that are computed at once, and how their results become the batch's. */

import type { Shape } from '../../../dsl/shape.js';
import { volume } from '../../../dsl/shape.js';
import { crossEntropy, type Loss, lossCount } from '../../loss.js';
import type { Cut } from '../../micro-batches.js';
import type { Arrays, Gradients, Inference, Labelled, Samples } from './values.js';

/** Some samples of a batch. */
export interface Part {
  readonly count: number;
  readonly inputs: Arrays;
  readonly samples: readonly number[];
  readonly noiseSeed: number;
}

export interface LabelledPart extends Part {
  readonly labels: Uint8Array | Int32Array;
  readonly loss: Loss;
  /** The count of the whole batch: what the total over this part is divided by. */
  readonly lossCount: number;
}

/** The parts of a cut with their place in it. A generator, so that all who take from it share the parts out. */
export function* partsOf(
  shapes: Readonly<Record<string, Shape>>,
  { inputs, samples, noiseSeed = 0 }: Samples,
  cut: Cut,
): Generator<readonly [number, Part]> {
  let begin = 0;
  for (const [place, count] of cut.entries()) {
    const from = begin;
    const cutOut = ([name, shape]: readonly [string, Shape]): [string, Float32Array] => {
      const size = volume(shape);
      return [name, inputs[name].subarray(from * size, (from + count) * size)];
    };
    yield [
      place,
      {
        count,
        inputs: Object.fromEntries(Object.entries(shapes).map(cutOut)),
        samples: samples?.slice(from, from + count) ?? Array.from({ length: count }, (_, i) => from + i),
        noiseSeed,
      },
    ];
    begin += count;
  }
}

/** As `partsOf`, with the labels. */
export function* labelledPartsOf(
  shapes: Readonly<Record<string, Shape>>,
  batch: Labelled,
  cut: Cut,
): Generator<readonly [number, LabelledPart]> {
  const perSample = batch.labels.length / batch.count;
  const loss = batch.loss ?? crossEntropy;
  // Nothing that counts has no loss, rather than none that is a number.
  const count = lossCount(loss, batch.labels, batch.count) || 1;
  let begin = 0;
  for (const [place, part] of partsOf(shapes, batch, cut)) {
    const labels = batch.labels.subarray(begin * perSample, (begin + part.count) * perSample);
    yield [place, { ...part, labels, loss, lossCount: count }];
    begin += part.count;
  }
}

/**
 * Losses and gradients are totals divided by the count of the whole batch already; the last statistics stand. Shares
 * are added in double precision and rounded once, however many there are.
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

/** Outputs one after the other; the last statistics stand. */
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
