/** Temporary folders for one query. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, type Effect, fileError } from '../../../base/error.js';

/** Runs work with a temporary folder, and removes it. */
export const inTemporary = <A>(work: (folder: string) => Effect<A>): Effect<A> =>
  pipe(
    TE.tryCatch(
      () => mkdtemp(join(tmpdir(), 'drumhead-query-')),
      (cause): DrumheadError => fileError(tmpdir(), cause),
    ),
    TE.flatMap((folder) => async () => {
      try {
        return await work(folder)();
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }),
  );
