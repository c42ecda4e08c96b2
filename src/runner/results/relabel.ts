/** Gives a finished run another label in its record; its result does not change. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { sha256Hex } from '../../base/canonical.js';
import type { Effect } from '../../base/error.js';
import { files, writeText } from '../folder/files.js';
import { inFolder } from '../folder/ongoing/lock.js';
import { readExperiment, readRunRecord } from '../folder/record.js';
import { writeChecked } from '../folder/sealed-json.js';

/**
 * Writes the label into the experiment.json of a run folder, and its checksum into run.json.
 *
 * **Errors** FileError, also while a process works on the run; DecodeError where its record is damaged.
 */
export const relabelRun = (folder: string, label: string): Effect<void> => {
  const path = join(folder, files.experiment);
  return pipe(
    readExperiment(folder),
    TE.flatMap((experiment) =>
      experiment.label === label
        ? TE.right(undefined)
        : inFolder(
            folder,
            pipe(
              readRunRecord(folder),
              TE.flatMap((record) => {
                const text = `${JSON.stringify({ ...experiment, label }, null, 2)}\n`;
                return pipe(
                  writeText(path, text),
                  TE.flatMap(() =>
                    writeChecked(join(folder, files.run), {
                      ...record,
                      experiment: sha256Hex(new TextEncoder().encode(text)),
                    }),
                  ),
                  TE.map(() => undefined),
                );
              }),
            ),
          ),
    ),
  );
};
