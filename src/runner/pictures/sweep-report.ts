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
  type ChiefScore,
  chiefOf,
  type Entry,
  parameterScores,
  type Room,
  scoreBars,
  seedCourses,
} from '../../report/figures/index.js';
import { gifPicture, pngPicture, type Shown, type Theme } from '../../report/index.js';
import {
  type Gallery,
  type RunLine,
  type ScorePicture,
  type SweepReport,
  sweepReportHtml,
} from '../../report/sweep/index.js';
import { scoreGroups, wordsOfScore } from '../../report/tables/index.js';
import { checkFigures } from '../folder/check-seals.js';
import { files } from '../folder/files.js';
import { packageVersion } from '../folder/versions.js';
import { type CollectedRun, groupedRun, stateIn } from '../results/collected-runs.js';
import type { Collection } from '../results/collection.js';
import { shellWord } from '../run/report/again.js';
import { type Figures, noFigures, readFigures } from '../run/report/figures.js';
import { type Best, bestRuns, byRank, chiefIn, inTurn, type Linked } from './best-runs.js';
import { entriesOf } from './figure-entries.js';
import { answersOf, gradedOf } from './sweep-answers.js';
import { tablesOf } from './sweep-tables.js';
import { axesOf, distinct, listed, tilesOf, verdictOf, wordsOf } from './sweep-words.js';
import { type Drawing, themed } from './themes.js';

/** Bytes of pictures from run folders: with their base64 and the charts the page stays below 10 MB. */
const pictureBudget = 6_000_000;
const mostWaves = 2;

const webPath = (from: string, to: string): string =>
  relative(from, to)
    .split(sep)
    .map((part) => (part === '..' ? part : encodeURIComponent(part)))
    .join('/');

/** The link to a run's report; null if it has none. */
const linkTo = (page: string, { record }: CollectedRun): Effect<string | null> => {
  if (record === null) return TE.right(null);
  const report = join(record.folder, files.report);
  return pipe(
    isPresent(report),
    TE.map((there) => (there ? webPath(dirname(resolve(page)), resolve(report)) : null)),
  );
};

interface Found {
  readonly shown: Shown;
  readonly bytes: number;
}

/** The figure of a run's report; if it drew none, its picture on light paper. */
const shownBy = (folder: string, kind: 'waves' | 'segmentations', alt: string): Effect<Found | null> =>
  pipe(
    checkFigures(folder),
    TE.flatMap(() => readFigures(folder)),
    // A figure that cannot be read is no loss: the picture beside it shows the same.
    TE.orElse(() => TE.right<DrumheadError, Figures>(noFigures)),
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
  best: readonly Best[],
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

const chiefLine = (run: Pick<CollectedRun, 'experiment' | 'record'>): RunLine['chief'] => {
  const { name, value } = chiefIn(run);
  return { words: wordsOfScore(name), value };
};

const lineOf = ({ experiment, label, seed, record, unread, href }: Linked): RunLine => ({
  experiment: label.name,
  seed,
  state: stateIn({ record, unread }),
  epochs: record?.epochs ?? 0,
  planned: experiment.training.epochs,
  chief: chiefLine({ experiment, record }),
  href,
});

/** A command that works in the folder in which the page was made. */
const againCommand = (command: string, { again, root }: Collection): string =>
  `npx drumhead ${command} ${shellWord(again)}${root === 'runs' ? '' : ` --runs ${shellWord(root)}`}`;

/** The number of different sizes of the finished models. */
const sizesOf = (entries: readonly Entry[]): number =>
  new Set(entries.flatMap(({ parameters, runs }) => (runs.length === 0 ? [] : (parameters ?? [])))).size;

/** Entries that are drawn in one picture, with the score that they show first. */
interface Alike {
  readonly chief: ChiefScore;
  readonly entries: readonly Entry[];
}

const alike = (entries: readonly Entry[], keyOf: (entry: Entry) => string): readonly Alike[] =>
  distinct(entries.map(keyOf)).map((key) => {
    const own = entries.filter((entry) => keyOf(entry) === key);
    return { chief: chiefOf(own[0]), entries: own };
  });

const byScore = (entry: Entry): string => chiefOf(entry).name;

/** Shares of several tasks have one axis; errors have the size of what a task asks for, so each task has its own. */
const byAxis = (entry: Entry): string =>
  chiefOf(entry).better === 'less' ? `${byScore(entry)} ${entry.task}` : byScore(entry);

/** Pictures for each first score. */
const picturesOf = (
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
  drawing: (of: Alike) => (theme: Theme, room: Room) => ReturnType<Drawing>,
  alt: string,
): Effect<readonly ScorePicture[]> =>
  inTurn(alike(entries, keyOf), (of) =>
    pipe(
      themed(drawing(of), alt),
      TE.map((picture) => ({ score: wordsOfScore(of.chief.name), picture })),
    ),
  );

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
  const segmented = entries.filter((entry) => chiefOf(entry).name === 'foregroundIou');
  const bought = segmented.filter(({ task }) => sizesOf(segmented.filter((one) => one.task === task)) > 1);
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
      picturesOf(
        entries,
        byScore,
        ({ chief: { name, better }, entries: own }) =>
          (theme, room) =>
            scoreBars({
              entries: own,
              score: name,
              theme,
              room,
              ...(name === 'foregroundIou' ? {} : { better }),
            }),
        'Test scores as bars',
      ),
    ),
    TE.bind('curves', () =>
      picturesOf(
        entries,
        byAxis,
        ({ chief: { name }, entries: own }) =>
          (theme, room) =>
            seedCourses({ entries: own, score: name, theme, room }),
        'Learning curves over seeds',
      ),
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
        [...bestRuns(runs)]
          .sort((a, b) => byRank(a.run, b.run))
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
    TE.bind('answers', ({ runs, waves, predictions }) =>
      answersOf(bestRuns(runs), pictureBudget - waves.used - predictions.used),
    ),
    TE.bind('graded', ({ runs }) => gradedOf(bestRuns(runs))),
    TE.map(
      ({ runs, bars, curves, parameters, graded, waves, predictions, answers }): SweepReport => ({
        name: collection.name,
        words: wordsOf(collection),
        verdict: verdictOf(collection, entries),
        tiles: tilesOf(collection, entries),
        settings: axesOf(collection),
        published: entries.some((entry) => entry.published !== null),
        tables: tablesOf(collection.name, groups, entries),
        foreground: segmented.length > 0,
        bars,
        curves,
        ...(parameters === null ? {} : { parameters }),
        graded,
        waves: waves.galleries,
        predictions: predictions.galleries,
        answers: answers.galleries,
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
        notes: [
          ...collection.notes,
          ...(answers.leftOut === 0
            ? []
            : [
                `what ${answers.leftOut} more experiments answer would have made this page too large; it is in the runs’ own reports`,
              ]),
        ],
      }),
    ),
  );
};

/**
 * Writes the report and gives its path.
 *
 * **Errors** DecodeError for a collection without runs, and if another file is in its place, which `force`
 * moves aside; FileError.
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
