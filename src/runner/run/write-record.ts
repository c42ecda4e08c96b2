/** Writes the record of a run before its first step, and reports what has changed since the run began. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, type Effect, errorMessage } from '../../base/error.js';
import { files, writeText } from '../folder/files.js';
import {
  environmentCodec,
  type Recorded,
  type RunRecord,
  runCodec,
  type Settings,
} from '../folder/record.js';
import { isFromLater } from '../folder/seal.js';
import { readCheckedIfPresent, writeChecked } from '../folder/sealed-json.js';
import { commitHere, versionsOf } from '../folder/versions.js';
import type { Prepared } from './prepare.js';
import { runTexts } from './run-texts.js';

const names: Readonly<Record<keyof Settings, string>> = {
  drumhead: 'drumhead',
  commit: 'commit',
  language: 'language',
  node: 'Node',
  platform: 'platform',
  processor: 'processor',
  engine: 'engine',
  engineVersion: 'engine version',
  cut: 'micro-batches',
};
const keys: readonly (keyof Settings)[] = [
  'drumhead',
  'commit',
  'language',
  'node',
  'platform',
  'processor',
  'engine',
  'engineVersion',
  'cut',
];

const shown = (value: Settings[keyof Settings]): string =>
  value === null ? 'unknown' : typeof value === 'object' ? value.join(' + ') : String(value);

/** The changes between the settings of a run so far and those of its continuation. */
const differences = (before: Recorded, now: Settings): Recorded['changes'] =>
  keys
    .map((key) => {
      const last = before.changes.findLast(({ what }) => what === names[key]);
      return { what: names[key], from: last?.to ?? shown(before[key]), to: shown(now[key]) };
    })
    .filter(({ from, to }) => from !== to);

/** A file that was read, and a sentence if it was damaged. */
interface Reread<A> {
  readonly value: A | null;
  readonly notes: readonly string[];
}

/**
 * A damaged file counts as none and is written again, with a sentence. The file of a newer drumhead is an
 * error.
 */
const orNote = <A>(read: Effect<A | null>): Effect<Reread<A>> =>
  pipe(
    read,
    TE.map((value): Reread<A> => ({ value, notes: [] })),
    TE.orElse((error) =>
      error._tag === 'FileError' || isFromLater(error)
        ? TE.left(error)
        : TE.right<DrumheadError, Reread<A>>({
            value: null,
            notes: [`${errorMessage(error)}; it is written anew`],
          }),
    ),
  );

/**
 * Writes the record of a run that begins or continues.
 *
 * @returns a sentence for each change since it began
 *
 * **Errors** DecodeError if a newer drumhead wrote it, and then nothing is touched; FileError.
 */
export const writeRecord = (prepared: Prepared, workers: number): Effect<readonly string[]> => {
  const { folder, engine, microBatches, data } = prepared;
  const { record: described, ...written } = runTexts(prepared);
  const record = (before: RunRecord | null): RunRecord => ({
    ...described,
    ...(data === undefined ? {} : { data }),
    ...(before !== null && before.figures === undefined ? {} : { figures: 'sealed' as const }),
  });
  const path = (file: keyof typeof files): string => join(folder, files[file]);
  return pipe(
    TE.Do,
    TE.bind('before', () => orNote(readCheckedIfPresent(path('run'), runCodec))),
    TE.bind('recorded', () => orNote(readCheckedIfPresent(path('environment'), environmentCodec))),
    TE.bind('commit', () => TE.fromTask(commitHere)),
    TE.flatMap(({ before, recorded: { value: recorded, notes }, commit }) => {
      const versions = versionsOf(engine);
      const now = { ...versions, commit, cut: [...microBatches] };
      const changed = recorded === null ? [] : differences(recorded, now);
      const said = changed.map(
        ({ what, from, to }) =>
          `this run began with ${what} ${from} and goes on with ${to}: what comes may differ in its last bits`,
      );
      const environment: Recorded =
        recorded === null
          ? { ...now, workers, changes: [] }
          : { ...recorded, changes: [...recorded.changes, ...changed] };
      return pipe(
        writeText(path('experiment'), written.experiment),
        TE.flatMap(() => writeText(path('program'), written.program)),
        TE.flatMap(() => writeChecked(path('run'), record(before.value))),
        TE.flatMap(() => writeChecked(path('environment'), environment)),
        TE.map(() => [...before.notes, ...notes, ...said]),
      );
    }),
  );
};
