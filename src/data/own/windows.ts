/** The windows that are cut from long series, counted before one is cut. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../../base/error.js';
import { grouped, limits } from '../../base/limits.js';
import type { SplitName } from '../dataset.js';
import type { SeriesTask } from './stated/series.js';

/** The most numbers that are held of a folder of series. */
export const mostNumbers = limits.datasetValues / 4;

/** Of one series the first row of a split, and the number of its windows there. */
interface Part {
  readonly begin: number;
  readonly windows: number;
}

/** The windows of one split. */
interface Windows {
  /** In the order of the series. */
  readonly parts: readonly Part[];
  readonly all: number;
}

/** The number of windows of so many rows in a part of a series. */
const windowsIn = (begin: number, end: number, rows: number, every: number): number =>
  Math.max(0, Math.floor((end - begin - rows) / every) + 1);

/**
 * The windows of a split; those of different splits share no row.
 *
 * @param counts the rows of each series
 * @param columns those that a window has of the past, and of the future
 *
 * **Errors** DecodeError if they are too many to be held.
 */
export const windowsOf = (
  { folder, past, future, every, validationShare, testShare }: SeriesTask,
  split: SplitName,
  counts: readonly number[],
  columns: { readonly past: number; readonly future: number },
): Checked<Windows> => {
  const parts = counts.map((count): Part => {
    const test = count - Math.round(testShare * count);
    const validation = test - Math.round(validationShare * test);
    const [begin, end] = { train: [0, validation], validation: [validation, test], test: [test, count] }[
      split
    ];
    return { begin, windows: windowsIn(begin, end, past + future, every) };
  });
  const all = parts.reduce((sum, { windows }) => sum + windows, 0);
  return all > limits.samples || all * Math.max(past * columns.past, future * columns.future) > mostNumbers
    ? E.left(
        decodeError(
          folder,
          `task.every: ${grouped(all)} windows of ${past} and ${future} rows are too many to be held; take a larger one`,
        ),
      )
    : E.right({ parts, all });
};
