/** The publication's two CSV files, read from this package. */

import { fileURLToPath } from 'node:url';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import { decodePublished, type PublishedRow } from '../../experiments/published/index.js';
import { readBytes } from '../../files/files.js';

/** In `src` as in `dist`, where the build copies the files. */
const folder = new URL('../../experiments/published/', import.meta.url);

const readText = (name: string): Effect<string> =>
  pipe(
    readBytes(fileURLToPath(new URL(name, folder))),
    TE.map((bytes) => new TextDecoder().decode(bytes)),
  );

/** Every published line. **Errors** FileError, DecodeError: the package is damaged. */
export const readPublished: Effect<readonly PublishedRow[]> = pipe(
  TE.Do,
  TE.bind('scores', () => readText('published_scores.csv')),
  TE.bind('spread', () => readText('published_spread.csv')),
  TE.flatMapEither(({ scores, spread }) => decodePublished(scores, spread)),
);
