/** Micro-batches in messages between two workers of drumhead: every field is checked, by hand since so many types are dear. */

import * as t from 'io-ts';
import { whole } from '../base/codec.js';
import type { Loss } from '../compile/loss.js';
import type { LossyMicroBatch, MicroBatch } from '../compile/tfjs/session/micro-batch.js';
import { arrays, labels, type Same } from './wire.js';

const count = whole(1, 1_000_000);
const numbers = t.readonlyArray(t.number);

/** An experiment's loss has more fields, such as its target. */
const isLoss = (u: unknown): u is Loss =>
  t.UnknownRecord.is(u) &&
  numbers.is(u.weights) &&
  (u.name === 'cross-entropy' ||
    (u.name === 'focal' && t.number.is(u.gamma)) ||
    (u.name === 'dice' && t.number.is(u.smoothing)));

const isMicroBatch = (u: unknown): u is MicroBatch =>
  t.UnknownRecord.is(u) &&
  count.is(u.count) &&
  numbers.is(u.samples) &&
  t.number.is(u.noiseSeed) &&
  arrays.is(u.inputs);

const isLossy = (u: unknown): u is LossyMicroBatch =>
  t.UnknownRecord.is(u) &&
  isMicroBatch(u) &&
  t.number.is(u.lossCount) &&
  ('labels' in u ? labels.is(u.labels) && isLoss(u.loss) : t.string.is(u.output));

const codecOf = <A>(is: t.Is<A>): Same<A> =>
  new t.Type<A, A, unknown>(
    'micro-batch',
    is,
    (u, context) => (is(u) ? t.success(u) : t.failure(u, context, 'it is not a micro-batch')),
    t.identity,
  );

/** Some samples of a batch. */
export const microBatch: Same<MicroBatch> = codecOf(isMicroBatch);

/** Some samples of a batch, with their loss. */
export const lossyMicroBatch: Same<LossyMicroBatch> = codecOf(isLossy);
