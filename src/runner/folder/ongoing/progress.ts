/**
 * progress.json: the progress of a running run, written about once a second for `drumhead status`.
 *
 * Nothing depends on it: a run continues from its checkpoint. A write that fails is ignored.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as t from 'io-ts';
import type { Effect } from '../../../base/error.js';
import type { RunEvent } from '../../environment.js';
import { files } from '../files.js';
import { readChecked, writeChecked } from '../sealed-json.js';

/** The progress of a training, as it is written and as a sweep receives it. */
export const progressFields = {
  /** The current epoch, from 1. */
  epoch: t.number,
  /** Steps done of the whole training. */
  done: t.number,
  total: t.number,
  loss: t.number,
  samplesPerSecond: t.number,
  secondsLeft: t.number,
};

const codec = t.type(progressFields);
/** The content of progress.json. */
export type Progress = t.TypeOf<typeof codec>;

/** The last progress that the run in a folder wrote. **Errors** FileError, DecodeError. */
export const readProgress = (folder: string): Effect<Progress> =>
  readChecked(join(folder, files.progress), codec);

export interface Heartbeat {
  /** Takes an event of the run. A step is written if the last write is long enough ago. */
  readonly see: (event: RunEvent) => void;
  /** Waits for the last write and removes the file, when the run ends. */
  readonly end: () => Promise<void>;
}

const secondsBetween = 1;

/** Writes down the progress of a run in its folder. */
export const heartbeat = (folder: string, now: () => number): Heartbeat => {
  const path = join(folder, files.progress);
  let last = Number.NEGATIVE_INFINITY;
  let writing: Promise<unknown> | null = null;
  const write = async (progress: Progress): Promise<void> => {
    await writeChecked(path, progress)();
    writing = null;
  };
  return {
    see: (event) => {
      // A clock that was set back must not stop the writing.
      if (event.kind !== 'step' || writing !== null || Math.abs(now() - last) < secondsBetween) return;
      last = now();
      const { epoch, done, total, loss, samplesPerSecond, secondsLeft } = event;
      writing = write({ epoch, done, total, loss, samplesPerSecond, secondsLeft });
    },
    end: async () => {
      await writing;
      await rm(path, { force: true }).catch(() => {});
    },
  };
};
