/** The result of a finished run. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import type { DrumheadError } from '../base/error.js';
import { isPresent } from '../data/files.js';
import { readChecked } from './checked.js';
import { files } from './folder.js';
import { scoresCodec } from './state.js';

/** What a finished run says of itself, in result.json. No times: the same run gives the same bytes. */
export const resultCodec = t.type({
  identity: t.string,
  name: t.string,
  seed: t.number,
  /** The epoch whose weights were kept: the best on validation, or the last. */
  epoch: t.number,
  epochs: t.number,
  test: scoresCodec,
  weights: t.type({ parameters: t.number, sha256: t.string }),
  /** Of metrics.ndjson. */
  metrics: t.type({ sha256: t.string }),
});
export type Result = t.TypeOf<typeof resultCodec>;

/**
 * The result in a run folder; null where the run is not finished.
 *
 * **Errors** DecodeError where it is damaged or of a newer drumhead; FileError.
 */
export const readResult = (folder: string): TE.TaskEither<DrumheadError, Result | null> => {
  const path = join(folder, files.result);
  return pipe(
    isPresent(path),
    TE.chain((there) => (there ? readChecked<Result | null>(path, resultCodec) : TE.right(null))),
  );
};
