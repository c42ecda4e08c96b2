/** The settings that all generated tasks have: how many samples, and the seed. */

import { whole, withDefault } from '../../base/codec.js';

/** Codecs of `train`, `validation`, `test` and `seed`, with these defaults. */
export const countsOf = (train: number, validation: number, test: number) => ({
  train: withDefault(whole(1, 1_000_000), train),
  validation: withDefault(whole(0, 1_000_000), validation),
  test: withDefault(whole(1, 1_000_000), test),
  seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 0),
});

/** Samples of each split in words: '10,000 / 1,000 / 1,000 samples'. */
export const describeSamples = (counts: {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}): string =>
  `${[counts.train, counts.validation, counts.test].map((n) => n.toLocaleString('en-US')).join(' / ')} samples`;
