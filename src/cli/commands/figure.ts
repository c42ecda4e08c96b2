/** `drumhead figure`: pictures of runs, where one wants them. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { parseEngineChoice } from '../../engine/index.js';
import { presetNamed } from '../../experiments/catalogue.js';
import { mayHoldFiles } from '../../files/make-folder.js';
import { mayPut, putFiles } from '../../files/put-files.js';
import {
  type BarScore,
  type CourseScore,
  type Entry,
  parameterScores,
  scoreBars,
  seedCourses,
} from '../../report/figures/index.js';
import { entriesOf } from '../../runner/pictures/figure-entries.js';
import { type Drawing, drawingFiles, drawingNames, inBothThemes } from '../../runner/pictures/themes.js';
import { collect } from '../../runner/results/collection.js';
import { readPublished } from '../../runner/results/published.js';
import { remark, sayingMoves } from '../edge.js';
import { allFlags, noneIdle } from '../flags/all-flags.js';
import { oneOf } from '../flags/flags.js';
import { sweepFrom } from '../source/source.js';
import {
  drawBeside,
  drawSegmentations,
  drawWaves,
  type FigureFlags,
  listed,
  lookFlags,
} from './figure-of-run.js';

export const figureKinds = ['scores', 'curves', 'parameters', 'waves', 'segmentations', 'nwm-lstm'] as const;
type FigureKind = (typeof figureKinds)[number];

const barScores: readonly BarScore[] = ['foregroundIou', 'foregroundAccuracy', 'iou', 'accuracy', 'loss'];
const courseScores: readonly CourseScore[] = [...barScores, 'trainLoss'];

const kindNamed = oneOf('figure', figureKinds);

/** Why a figure would be empty; null where there is something to draw. What was published is something too. */
const lackingFor = (kind: FigureKind, entries: readonly Entry[]): string | null => {
  const there =
    kind === 'curves'
      ? entries.some(({ courses }) => courses.some(({ epochs }) => epochs.length > 0))
      : entries.some(
          ({ runs, parameters, published, publishedParameters }) =>
            (runs.length > 0 && (kind !== 'parameters' || parameters !== null)) ||
            (published !== null && (kind !== 'parameters' || publishedParameters !== null)),
        );
  if (there) return null;
  return `there is nothing to draw: no run here ${kind === 'curves' ? 'has kept an epoch' : 'is finished'} yet`;
};

/** The figures of many runs. */
const ofSweep = (
  name: string,
  flags: FigureFlags,
  file: FigureKind,
  drawing: (entries: readonly Entry[]) => Drawing,
): Effect<string> =>
  pipe(
    TE.Do,
    TE.tap(() => mayPut(flags.out, drawingNames(file), flags)),
    TE.bind('collection', () => collect(name, flags.runs, sweepFrom(name, flags.preset ?? 'full'))),
    TE.bind('published', () => readPublished),
    TE.flatMap(({ collection, published }) => {
      for (const note of collection.notes) remark(note);
      const entries = entriesOf(collection.runs, published);
      const lacking = entries.length === 0 ? 'there are no runs here' : lackingFor(file, entries);
      return lacking !== null
        ? TE.left(decodeError(name, lacking))
        : pipe(
            inBothThemes(drawing(entries)),
            TE.flatMap((both) => TE.fromEither(drawingFiles(file, both))),
            TE.flatMap((drawn) => putFiles(flags.out, drawn, sayingMoves(flags))),
          );
    }),
    TE.map(listed),
  );

/** The names that a kind of figure takes: how many, and of what. */
const subjects: Readonly<Record<FigureKind, readonly [count: number, what: string]>> = {
  scores: [1, 'a sweep or a folder of runs'],
  curves: [1, 'a sweep or a folder of runs'],
  parameters: [1, 'a sweep or a folder of runs'],
  waves: [1, 'a finished run, by its folder or its name'],
  segmentations: [1, 'a finished run, by its folder or its name'],
  'nwm-lstm': [2, 'two finished runs of one task, by folder or name'],
};

const subjectsOf = (kind: FigureKind, names: readonly string[]): Checked<readonly string[]> => {
  const [count, what] = subjects[kind];
  return names.length === count
    ? E.right(names)
    : E.left(
        decodeError(
          `figure ${kind}`,
          `wants ${what}; it was given ${names.length} ${names.length === 1 ? 'name' : 'names'}`,
        ),
      );
};

/** A figure whose names and flags are checked. */
const drawingOf = (
  kind: FigureKind,
  names: readonly string[],
  flags: FigureFlags,
): Checked<Effect<string>> => {
  const common = {
    idle: noneIdle(flags),
    names: subjectsOf(kind, names),
    engine: parseEngineChoice(flags.engine),
    preset: presetNamed(flags.preset ?? 'full'),
  };
  switch (kind) {
    case 'scores':
      return pipe(
        allFlags({ ...common, score: oneOf('score', barScores)(flags.score) }),
        E.map(({ score }) =>
          ofSweep(names[0], flags, 'scores', (entries) => (theme) => scoreBars({ entries, score, theme })),
        ),
      );
    case 'curves':
      return pipe(
        allFlags({ ...common, score: oneOf('score', courseScores)(flags.score) }),
        E.map(({ score }) =>
          ofSweep(names[0], flags, 'curves', (entries) => (theme) => seedCourses({ entries, score, theme })),
        ),
      );
    case 'parameters':
      return pipe(
        allFlags(common),
        E.map(() =>
          ofSweep(names[0], flags, 'parameters', (entries) => (theme) => parameterScores({ entries, theme })),
        ),
      );
    case 'waves':
      return pipe(
        allFlags({ ...common, look: lookFlags(flags) }),
        E.map(() => drawWaves(names[0], flags)),
      );
    case 'segmentations':
      return pipe(
        allFlags({ ...common, look: lookFlags(flags) }),
        E.map(() => drawSegmentations(names[0], flags)),
      );
    case 'nwm-lstm':
      return pipe(
        allFlags({ ...common, look: lookFlags(flags) }),
        E.map(() => drawBeside(names, flags)),
      );
  }
};

/** Draws a figure of runs and lists the files. */
export const figure = (kind: string, names: readonly string[], flags: FigureFlags): Effect<string> =>
  pipe(
    kindNamed(kind),
    E.flatMap((found) => drawingOf(found, names, flags)),
    TE.fromEither,
    TE.tap(() => mayHoldFiles(flags.out)),
    TE.flatten,
  );
