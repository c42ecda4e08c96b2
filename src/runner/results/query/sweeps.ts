/** Finds the sweeps that a run folder belongs to, from the records of all sweeps. */

import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Effect, errorMessage } from '../../../base/error.js';
import { readSweep, recordedSweeps } from '../../folder/sweep-file.js';
import type { SweepsOf } from './tables.js';

/** The recorded sweeps, and a sentence for each record that cannot be used. */
export interface SweepsFound {
  readonly sweepsOf: SweepsOf;
  readonly notes: readonly string[];
}

/**
 * Reads the records below `runs/sweeps`. A damaged one, or one with labels that are not what ran, is left out with a
 * note. Never fails.
 */
export const sweepsIn =
  (runs: string): Effect<SweepsFound> =>
  async () => {
    const sweeps = new Map<string, string[]>();
    const notes: string[] = [];
    for (const name of await recordedSweeps(runs)) {
      const record = await readSweep(runs, name)();
      if (E.isLeft(record)) {
        notes.push(
          `left out, so that no run is told to be of ${name}: ${errorMessage(record.left).replaceAll(/\s*\n\s*/g, ' ')}`,
        );
        continue;
      }
      for (const run of record.right.runs) {
        if (run.folder === null) continue;
        const path = resolve(run.folder);
        sweeps.set(path, [...(sweeps.get(path) ?? []), name]);
      }
    }
    return E.right({ sweepsOf: (folder) => [...new Set(sweeps.get(resolve(folder)) ?? [])], notes });
  };
