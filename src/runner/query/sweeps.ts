/** Which sweeps a run folder belongs to, from the records of all sweeps. */

import { readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, describe } from '../../base/error.js';
import { readSweep } from '../sweep/file.js';
import type { SweepsOf } from './tables.js';

const recorded = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    if (entry.isFile() && entry.name === 'sweep.json') found.push(folder);
    if (entry.isDirectory()) found.push(...(await recorded(join(folder, entry.name))));
  }
  return found.sort();
};

/** The sweeps that were recorded, and a sentence for each record that cannot be taken. */
export interface SweepsFound {
  readonly sweepsOf: SweepsOf;
  readonly notes: readonly string[];
}

/** Reads the records below `runs/sweeps`; one that is damaged, or whose labels lie, is left out and said. Never fails. */
export const sweepsIn =
  (runs: string): TE.TaskEither<DrumheadError, SweepsFound> =>
  async () => {
    const root = join(runs, 'sweeps');
    const sweeps = new Map<string, string[]>();
    const notes: string[] = [];
    for (const folder of await recorded(root)) {
      const name = relative(root, folder).split(sep).join('/');
      const record = await readSweep(runs, name)();
      if (E.isLeft(record)) {
        notes.push(
          `left out, so that no run is told to be of ${name}: ${describe(record.left).replaceAll(/\s*\n\s*/g, ' ')}`,
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
