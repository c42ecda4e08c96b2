/** A row of a benchmark's results. */

import * as t from 'io-ts';
import { choice } from '../src/base/codec.js';
import { phases } from './cases.js';
import { contenders } from './contenders/protocol.js';

export const rowCodec = t.readonly(
  t.strict({
    case: t.string,
    contender: choice(...contenders),
    phase: choice(...phases),
    batch: t.number,
    secondsMedian: t.number,
    secondsMin: t.number,
    /** Peak memory of the contender's process so far. */
    peakBytes: t.number,
    /** By the median. */
    gflops: t.number,
  }),
);
export type Row = t.TypeOf<typeof rowCodec>;

export const rowsCodec = t.readonlyArray(rowCodec);

/** One row per line, so that two files can be compared by eye. */
export const encodeRows = (rows: readonly Row[]): string =>
  `[\n${rows.map((row) => `  ${JSON.stringify(rowCodec.encode(row))}`).join(',\n')}\n]\n`;
