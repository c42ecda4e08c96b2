/** Micro-batches in messages between two workers of drumhead. */

import * as t from 'io-ts';
import type { LossyMicroBatch, MicroBatch } from '../compile/tfjs/session/micro-batch.js';
import { arrays, labels, type Same } from './wire.js';

const isMicroBatch = (u: unknown): u is MicroBatch =>
  typeof u === 'object' &&
  u !== null &&
  'count' in u &&
  'samples' in u &&
  'noiseSeed' in u &&
  'inputs' in u &&
  arrays.is(u.inputs);

const isLossy = (u: unknown): u is LossyMicroBatch =>
  isMicroBatch(u) && 'lossCount' in u && ('labels' in u ? labels.is(u.labels) && 'loss' in u : 'output' in u);

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
