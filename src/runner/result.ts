/** The result of a finished run. */

import * as t from 'io-ts';
import { scoresCodec } from './state.js';

/** What a finished run says of itself, in result.json. */
export const resultCodec = t.type({
  identity: t.string,
  name: t.string,
  seed: t.number,
  /** The epoch whose weights were kept: the best on validation, or the last. */
  epoch: t.number,
  epochs: t.number,
  test: scoresCodec,
  weights: t.type({ parameters: t.number, sha256: t.string }),
});
export type Result = t.TypeOf<typeof resultCodec>;
