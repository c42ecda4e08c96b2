/** Exports: a program and its weights, in formats that others read. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import type { GraphModelOptions } from '../../compile/graph-model/index.js';
import { type Files, type Writing, writeFolder } from '../../files/write-folder.js';
import { type ExportFormat, filesOf } from './formats.js';
import type { Trained } from './trained.js';

export { type ExportFormat, exportFormats, formatNamed } from './formats.js';
export { readTrained, type Trained, untrained } from './trained.js';

/**
 * Writes an export to a folder, whole or not at all; an earlier export there is replaced unless somebody
 * changed it.
 *
 * @returns the files that were written
 *
 * **Errors** as `filesOf`; DecodeError where the folder holds other things; FileError.
 */
export const exportTrained = (
  trained: Trained,
  format: ExportFormat,
  folder: string,
  options: GraphModelOptions = {},
  writing: Writing = {},
): Effect<Files> =>
  pipe(
    TE.fromEither(filesOf(trained, format, options)),
    TE.tap((files) => writeFolder(folder, files, writing)),
  );
