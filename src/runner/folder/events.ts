/**
 * The event file of a run, for `tensorboard --logdir runs` while it trains.
 *
 * This file alone is appended to instead of replaced, since TensorBoard keeps it open and reads on. Each
 * record carries its checksum; half a record, left by a kill, is cut off before the next is appended.
 */

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Effect, fileError } from '../../base/error.js';
import { fileVersion, recordEnds, scalarRecord } from '../../formats/tensorboard/event.js';
import type { EpochMetrics } from '../training/state.js';
import { files } from './files.js';

/** The scalars of an epoch under TensorBoard's tags. Scores that were not computed are left out. */
export const scalarsOf = ({
  trainLoss,
  rate,
  validation,
}: EpochMetrics): Readonly<Record<string, number>> => ({
  'loss/train': trainLoss,
  'training/rate': rate,
  ...Object.fromEntries(
    Object.entries(validation ?? {})
      .filter((entry): entry is [string, number] => typeof entry[1] === 'number' && !isCount(entry[0]))
      .map(([score, value]) => [score === 'loss' ? 'loss/validation' : `validation/${score}`, value]),
  ),
});

const isCount = (score: string): boolean => score.startsWith('images');

/** Writes all bytes from a position on: one call may write only some of them. */
const writeAt = async (file: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  let done = 0;
  while (done < bytes.length)
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
};

/**
 * Makes the event file hold exactly a history, one record an epoch: records beyond it or damaged are cut off, missing
 * ones are appended.
 *
 * **Errors** FileError.
 */
export const writeEvents = (folder: string, history: readonly EpochMetrics[]): Effect<void> => {
  const path = join(folder, files.events);
  return TE.tryCatch(
    async () => {
      // Created if it does not exist, never emptied. Links are not followed, on systems that support that.
      // Not opened in append mode, since Windows does not truncate such a file.
      const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
      const file = await open(path, O_RDWR | O_CREAT | (O_NOFOLLOW ?? 0), 0o666);
      try {
        const ends = recordEnds(await file.readFile());
        const kept = Math.min(ends.length, history.length + 1);
        const end = kept === 0 ? 0 : ends[kept - 1];
        await file.truncate(end);
        const wallTime = Date.now() / 1000;
        const records = [
          ...(kept === 0 ? [fileVersion(wallTime)] : []),
          ...history
            .slice(Math.max(0, kept - 1))
            .map((metrics) => scalarRecord({ wallTime, step: metrics.epoch, scalars: scalarsOf(metrics) })),
        ];
        await writeAt(file, Buffer.concat(records), end);
      } finally {
        await file.close();
      }
    },
    (cause) => fileError(path, cause),
  );
};
