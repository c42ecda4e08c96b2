/** The report of a sweep, or of any folder of runs: gathered from its run folders, drawn, written as one page. */

import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { engineText } from '../../engine/index.js';
import type { PublishedRow } from '../../experiments/published/index.js';
import { isPresent, readBytesIfPresent } from '../../files/files.js';
import { putFile } from '../../files/put-files.js';
import type { Writing } from '../../files/write-folder.js';
import {
  type Entry,
  parameterScores,
  type Room,
  scoreBars,
  seedCourses,
} from '../../report/figures/index.js';
import {
  gifPicture,
  type Picture,
  pngPicture,
  type Shown,
  svgPicture,
  type Theme,
} from '../../report/index.js';
import { type Gallery, type RunLine, type SweepReport, sweepReportHtml } from '../../report/sweep/index.js';
import { groupsOf, meansTable, scoreGroups, spreadTable } from '../../report/tables/index.js';
import { checkFigures } from '../folder/check-seals.js';
import { files } from '../folder/files.js';
import { packageVersion } from '../folder/versions.js';
import { type CollectedRun, groupedRun } from '../results/collected-runs.js';
import type { Collection } from '../results/collection.js';
import { type Figures, readFigures } from '../run/figures.js';
import { shellWord } from '../run/report.js';
import { entriesOf } from './figure-entries.js';
import { axesOf, distinct, listed, tilesOf, verdictOf, wordsOf } from './sweep-words.js';
import { type Drawing, inBothThemes } from './themes.js';

const scores: readonly string[] = ['foregroundIou', 'foregroundAccuracy', 'iou', 'accuracy', 'loss'];

/** Bytes of pictures from run folders: with their base64 and the charts the page stays below 10 MB. */
const pictureBudget = 6_000_000;
const mostWaves = 2;

/** A drawing for a page and for a phone, in both themes. */
const themed = (drawing: (theme: Theme, room: Room) => ReturnType<Drawing>, alt: string): Effect<Picture> =>
  pipe(
    TE.Do,
    TE.bind('wide', () => inBothThemes((theme) => drawing(theme, 'wide'))),
    TE.bind('narrow', () => inBothThemes((theme) => drawing(theme, 'narrow'))),
    TE.map(({ wide, narrow }) => ({
      ...svgPicture({ ...wide, alt }),
      narrow: svgPicture({ ...narrow, alt }),
    })),
  );

const webPath = (from: string, to: string): string =>
  relative(from, to)
    .split(sep)
    .map((part) => (part === '..' ? part : encodeURIComponent(part)))
    .join('/');

/** The link to a run's report; null where it has none. */
const linkTo = (page: string, { record }: CollectedRun): Effect<string | null> => {
  if (record === null) return TE.right(null);
  const report = join(record.folder, files.report);
  return pipe(
    isPresent(report),
    TE.map((there) => (there ? webPath(dirname(resolve(page)), resolve(report)) : null)),
  );
};

interface Linked extends CollectedRun {
  readonly href: string | null;
}

const inTurn = <A, B>(items: readonly A[], work: (item: A) => Effect<B>): Effect<readonly B[]> =>
  TE.traverseSeqArray(work)([...items]);

const iouOf = ({ record }: CollectedRun): number => record?.scores?.foregroundIou ?? -1;

/** The best finished run of each experiment, with the experiment's name. */
const bestRuns = (runs: readonly Linked[]) =>
  groupsOf(runs).flatMap(({ name, runs: members }) => {
    const [best] = members.filter(({ record }) => record?.scores != null).sort((a, b) => iouOf(b) - iouOf(a));
    return best === undefined ? [] : [{ name: `${name}, seed ${best.seed}`, run: best }];
  });

interface Found {
  readonly shown: Shown;
  readonly bytes: number;
}

/** The figure of a run's report; where the run drew none, its picture on light paper. */
const shownBy = (folder: string, kind: 'waves' | 'segmentations', alt: string): Effect<Found | null> =>
  pipe(
    checkFigures(folder),
    TE.flatMap(() => readFigures(folder)),
    // A file that cannot be read costs the page nothing: the picture beside it says the same.
    TE.orElse(() => TE.right<DrumheadError, Figures>({ waves: null, segmentations: null })),
    TE.flatMap((figures): Effect<Found | null> => {
      const found = figures[kind];
      return found === null
        ? pipe(
            readBytesIfPresent(join(folder, files[kind])),
            TE.map((light) =>
              light === null
                ? null
                : {
                    shown: kind === 'waves' ? gifPicture({ light, alt }) : pngPicture({ light, alt }),
                    bytes: light.length,
                  },
            ),
          )
        : // Its pictures are base64 already: three bytes in four letters.
          TE.right({ shown: { ...found, alt }, bytes: 0.75 * JSON.stringify(found).length });
    }),
  );

/** Pictures from run folders, as many as the page can hold. */
const galleriesOf = (
  best: ReturnType<typeof bestRuns>,
  kind: 'waves' | 'segmentations',
  budget: number,
  altOf: (name: string) => string,
): TE.TaskEither<
  DrumheadError,
  { readonly galleries: readonly Gallery[]; readonly leftOut: number; readonly used: number }
> =>
  pipe(
    inTurn(best, ({ name, run }) =>
      pipe(
        shownBy(run.record?.folder ?? '', kind, altOf(name)),
        TE.map((found) => ({ name, href: run.href, found })),
      ),
    ),
    TE.map((all) => {
      const galleries: Gallery[] = [];
      let used = 0;
      let leftOut = 0;
      for (const { name, href, found } of all) {
        if (found === null) continue;
        if (used + found.bytes > budget) leftOut++;
        else {
          used += found.bytes;
          galleries.push({ name, href, picture: found.shown });
        }
      }
      return { galleries, leftOut, used };
    }),
  );

const lineOf = ({ experiment, label, seed, record, href }: Linked): RunLine => ({
  experiment: label.name,
  seed,
  state: record === null ? 'not begun' : record.state,
  epochs: record?.epochs ?? 0,
  planned: experiment.training.epochs,
  foregroundIou: record?.scores?.foregroundIou ?? null,
  href,
});

/** A command as a person types it where the page was made. */
const againCommand = (command: string, { again, root }: Collection): string =>
  `npx drumhead ${command} ${shellWord(again)}${root === 'runs' ? '' : ` --runs ${shellWord(root)}`}`;

/** How many sizes the finished models have. */
const sizesOf = (entries: readonly Entry[]): number =>
  new Set(entries.flatMap(({ parameters, runs }) => (runs.length === 0 ? [] : (parameters ?? [])))).size;

const gather = (
  collection: Collection,
  published: readonly PublishedRow[],
  page: string,
): Effect<SweepReport> => {
  const entries = entriesOf(collection.runs, published);
  const groups = scoreGroups(collection.runs.map(groupedRun), published);
  const engines = distinct(
    collection.runs.flatMap(({ record }) =>
      record === null || record.engine === null
        ? []
        : [engineText(record.engine, { number: record.arithmetic, kernels: record.kernels })],
    ),
  );
  // Models of one size cannot be drawn against their size.
  const bought = entries.filter(({ task }) => sizesOf(entries.filter((one) => one.task === task)) > 1);
  return pipe(
    TE.Do,
    TE.bind('runs', () =>
      inTurn(collection.runs, (run) =>
        pipe(
          linkTo(page, run),
          TE.map((href): Linked => ({ ...run, href })),
        ),
      ),
    ),
    TE.bind('bars', () =>
      themed((theme, room) => scoreBars({ entries, theme, room }), 'Test scores as bars'),
    ),
    TE.bind('curves', () =>
      themed((theme, room) => seedCourses({ entries, theme, room }), 'Learning curves over seeds'),
    ),
    TE.bind('parameters', () =>
      bought.length === 0
        ? TE.right(null)
        : themed(
            (theme, room) => parameterScores({ entries: bought, theme, room }),
            'Test scores against parameters',
          ),
    ),
    TE.bind('waves', ({ runs }) =>
      galleriesOf(
        bestRuns(runs)
          .sort((a, b) => iouOf(b.run) - iouOf(a.run))
          .filter(({ run }) => 'readout' in run.experiment.model)
          .slice(0, mostWaves),
        'waves',
        pictureBudget / 2,
        (name) => `Waves of ${name}`,
      ),
    ),
    TE.bind('predictions', ({ runs, waves }) =>
      galleriesOf(
        bestRuns(runs),
        'segmentations',
        pictureBudget - waves.used,
        (name) => `Predictions of ${name}`,
      ),
    ),
    TE.map(
      ({ runs, bars, curves, parameters, waves, predictions }): SweepReport => ({
        name: collection.name,
        words: wordsOf(collection),
        verdict: verdictOf(collection, entries),
        tiles: tilesOf(collection, entries),
        settings: axesOf(collection),
        published: entries.some((entry) => entry.published !== null),
        tables: [
          meansTable(collection.name, groups, scores),
          spreadTable(collection.name, groups, scores.slice(0, 3)),
        ],
        bars,
        curves,
        ...(parameters === null ? {} : { parameters }),
        waves: waves.galleries,
        predictions: predictions.galleries,
        leftOut: predictions.leftOut,
        runs: runs.map(lineOf),
        commands:
          collection.sweep === null
            ? [`npx drumhead report ${shellWord(collection.again)}`]
            : ['sweep', 'table'].map((command) => againCommand(command, collection)),
        environment: [
          ...(engines.length === 0 ? [] : [{ label: 'engines', value: listed(engines) }]),
          { label: 'page made by', value: `drumhead ${packageVersion()}` },
        ],
        notes: collection.notes,
      }),
    ),
  );
};

/**
 * Writes the report and gives its path.
 *
 * **Errors** DecodeError for a collection without runs, and where another file is there, which `force` moves aside; FileError.
 */
export const writeSweepReport = (
  collection: Collection,
  published: readonly PublishedRow[],
  page: string,
  writing: Writing = {},
): Effect<string> =>
  collection.runs.length === 0
    ? TE.left(decodeError(collection.name, 'there are no runs here to report'))
    : pipe(
        gather(collection, published, page),
        TE.flatMap((report) => putFile(page, new TextEncoder().encode(sweepReportHtml(report)), writing)),
      );
