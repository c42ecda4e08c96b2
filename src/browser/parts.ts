/** Micro-batches in messages between two workers of drumhead. */

import * as t from 'io-ts';
import { record, whole } from '../base/codec.js';
import type { CrossEntropy, Dice, Focal, Loss } from '../compile/loss.js';
import type {
  LabelledMicroBatch,
  LossyMicroBatch,
  MicroBatch,
  SummedMicroBatch,
} from '../compile/tfjs/session/micro-batch.js';
import { arrays, labels, type Same } from './wire.js';

const part = {
  count: whole(1, 1_000_000),
  samples: t.readonlyArray(t.number),
  noiseSeed: t.number,
  inputs: arrays,
};

const weights = t.readonlyArray(t.number);

// an experiment's loss has more fields, such as its target
const crossEntropy: Same<CrossEntropy> = t.type({ name: t.literal('cross-entropy'), weights });
const focal: Same<Focal> = t.type({ name: t.literal('focal'), weights, gamma: t.number });
const dice: Same<Dice> = t.type({ name: t.literal('dice'), weights, smoothing: t.number });
const loss: Same<Loss> = t.union([crossEntropy, focal, dice]);

const labelled: Same<LabelledMicroBatch> = record('labelled', { ...part, labels, loss, lossCount: t.number });
const summed: Same<SummedMicroBatch> = record('summed', { ...part, output: t.string, lossCount: t.number });

/** Some samples of a batch. */
export const microBatch: Same<MicroBatch> = record('micro-batch', part);

/** Some samples of a batch, with their loss. */
export const lossyMicroBatch: Same<LossyMicroBatch> = t.union([labelled, summed]);
