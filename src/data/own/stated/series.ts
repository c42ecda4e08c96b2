/** The settings of a task of time series in a person's files. */

import * as t from 'io-ts';
import { real, record, text, where, whole, withDefault } from '../../../base/codec.js';

const columns = t.readonlyArray(text);

/**
 * - `folder`: `CLASS/NAME.csv`, each file one sequence; or one or more files of long series, where `past` rows are
 *   given and the `future` rows after them are to be predicted.
 * - `columns`: the columns that are read, in this order; empty: all that are numbers in the first row.
 * - `past`, `future`: rows; `every`: rows from one window to the next. `future: 0`: sequences with classes.
 * - `asked`: the columns to predict; empty: all that are read.
 * - `validationShare`, `testShare`: sequences are drawn by `seed`; of a series the last rows are taken, first
 *   validation, then test.
 */
export type SeriesTask = t.TypeOf<typeof seriesTask>;

export const seriesTask = where(
  record('series', {
    name: t.literal('series'),
    folder: text,
    columns: withDefault<readonly string[]>(columns, []),
    asked: withDefault<readonly string[]>(columns, []),
    past: withDefault(whole(0, 1_000_000), 0),
    future: withDefault(whole(0, 1_000_000), 0),
    every: withDefault(whole(1, 1_000_000), 1),
    validationShare: withDefault(real(0, 0.9), 0.15),
    testShare: withDefault(real(0, 0.9), 0.15),
    seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 0),
  }),
  ({ past, future, asked, every }) =>
    past > 0 === future > 0
      ? future === 0 && (asked.length > 0 || every > 1)
        ? 'asked and every are of forecasts; give past and future too'
        : null
      : 'a forecast has both past and future, in rows; sequences with classes have neither',
);

export const describeSeries = ({ folder, past, future, every }: SeriesTask): string =>
  future > 0
    ? `series read from ${folder}: ${future} rows after ${past}, a window every ${every === 1 ? 'row' : `${every} rows`}`
    : `sequences in a folder for each class, read from ${folder}`;
