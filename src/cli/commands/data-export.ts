/** The folder and the format of `drumhead data --export`. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import type { Dataset } from '../../data/dataset.js';
import type { Watch } from '../../data/made/generate.js';
import { writeNpyPairs } from '../../data/own/pairs/npy-pairs.js';
import { writePngPairs } from '../../data/own/pairs/write-png-pairs.js';
import { mayWrite, type Writing } from '../../files/write-folder.js';
import { oneOf } from '../flags/flags.js';

const formats = ['npy', 'png'] as const;

/** The folder, and the settings of the export. */
export interface DataExport {
  readonly folder: string;
  readonly format: (typeof formats)[number];
}

/**
 * The export that the flags ask for; null without --export.
 *
 * **Errors** UnknownName; DecodeError for a format without a folder.
 */
export const exportAsked = (
  folder: string | undefined,
  format: string | undefined,
): Checked<DataExport | null> => {
  if (folder === undefined)
    return format === undefined
      ? E.right(null)
      : E.left(decodeError('--format', 'it is the format of an export; say where to with --export FOLDER'));
  return pipe(
    oneOf('format', formats)(format ?? 'npy'),
    E.map((found) => ({ folder, format: found })),
  );
};

/** Checks that it can be written, before the data is made. */
export const mayExport = (asked: DataExport | null, writing: Writing): Effect<void> =>
  asked === null ? TE.right(undefined) : mayWrite(asked.folder, writing);

/** Writes the data; returns the paths written. */
export const exportData = (
  dataset: Dataset,
  { folder, format }: DataExport,
  watch: Watch,
  writing: Writing,
): Effect<readonly string[]> =>
  format === 'npy'
    ? writeNpyPairs(dataset, folder, writing)
    : pipe(
        writePngPairs(dataset, folder, watch, writing),
        TE.map((path) => [path]),
      );
