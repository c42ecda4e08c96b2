/** `drumhead report`: one page for a sweep. */

import { dirname, join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import { presetNamed } from '../../experiments/catalogue.js';
import { mayPutFile } from '../../files/put-files.js';
import { sweepPath } from '../../runner/folder/sweep-file.js';
import { writeSweepReport } from '../../runner/pictures/sweep-report.js';
import { type Collection, collect } from '../../runner/results/collection.js';
import { readPublished } from '../../runner/results/published.js';
import { sayingMoves } from '../edge.js';
import { allFlags, type Idle, noneIdle } from '../flags/all-flags.js';
import { sweepFrom } from '../source/source.js';

export interface ReportFlags extends Idle {
  readonly runs: string;
  readonly preset: string;
  /** Settings that change the named experiment. */
  readonly set?: readonly string[];
  readonly out?: string;
  readonly force?: boolean;
}

/** The path of the page: beside the sweep's record, or in the named folder. */
const pageOf = ({ name, sweep }: Collection, { out, runs }: ReportFlags): string => {
  if (out !== undefined) return out.endsWith('.html') ? out : join(out, 'report.html');
  return sweep === null
    ? join(name, 'report.html')
    : join(dirname(sweepPath(runs, sweep.name)), 'report.html');
};

/** Writes the report of a sweep or of a folder of runs. */
export const report = (name: string, flags: ReportFlags): Effect<string> =>
  pipe(
    TE.fromEither(allFlags({ idle: noneIdle(flags), preset: presetNamed(flags.preset) })),
    TE.bind('collection', () =>
      collect(name, flags.runs, sweepFrom(name, flags.preset, { set: flags.set ?? [] })),
    ),
    TE.let('page', ({ collection }) => pageOf(collection, flags)),
    TE.tap(({ page }) => mayPutFile(page, flags)),
    TE.bind('published', () => readPublished),
    TE.flatMap(({ collection, published, page }) =>
      writeSweepReport(collection, published, page, sayingMoves(flags)),
    ),
    TE.map((path) => `report: ${path}`),
  );
