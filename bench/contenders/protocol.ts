/** The messages to and from a contender, a process of its own: one JSON per line. */

import * as t from 'io-ts';
import { choice } from '../../src/base/codec.js';
import { modelCodec } from '../../src/models/catalogue.js';
import { fieldNetworkCodec, networkCodec } from '../networks.js';

export const contenders = [
  'native-2',
  'native-1',
  'fused-2',
  'fused-1',
  'op-by-op',
  'stock',
  'tensorflow',
  'torch',
  'torch-compiled',
  'jax',
] as const;
export type Contender = (typeof contenders)[number];

const sizes = t.type({ height: t.number, width: t.number, channels: t.number, classes: t.number });

export const requestCodec = t.union([
  /** Prepares a model with random weights and a random batch. */
  t.type({
    kind: t.literal('open'),
    contender: choice(...contenders),
    model: t.union([networkCodec, fieldNetworkCodec, modelCodec]),
    sizes,
    batch: t.number,
    threads: t.number,
  }),
  /** One training step (forward, backward, Adam) or one inference of the batch. */
  t.type({ kind: t.literal('step'), phase: choice('train', 'infer') }),
]);
export type Request = t.TypeOf<typeof requestCodec>;

export const answerCodec = t.union([
  t.type({ kind: t.literal('done'), seconds: t.number, peakBytes: t.number }),
  t.type({ kind: t.literal('failed'), message: t.string }),
]);
export type Answer = t.TypeOf<typeof answerCodec>;
