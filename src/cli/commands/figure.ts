/** `drumhead figure`: writes pictures of runs to a given file. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, decodeError, type Effect, unknownName } from '../../base/error.js';
import { parseEngineChoice } from '../../engine/index.js';
import { presetNamed } from '../../experiments/catalogue.js';
import type { Better } from '../../experiments/scores/measures.js';
import { mayHoldFiles } from '../../files/make-folder.js';
import { mayPut, putFiles } from '../../files/put-files.js';
import { chiefOf, type Entry, parameterScores, scoreBars, seedCourses } from '../../report/figures/index.js';
import { known } from '../../report/scores.js';
import { entriesOf } from '../../runner/pictures/figure-entries.js';
import { type Drawing, drawingFiles, drawingNames, inBothThemes } from '../../runner/pictures/themes.js';
import { collect } from '../../runner/results/collection.js';
import { readPublished } from '../../runner/results/published.js';
import { remark, sayingMoves } from '../edge.js';
import { allFlags, noneIdle } from '../flags/all-flags.js';
import { oneOf } from '../flags/flags.js';
import { sweepFrom } from '../source/source.js';
import {
  drawAnswersOf,
  drawBeside,
  drawSegmentations,
  drawWaves,
  type FigureFlags,
  listed,
  lookFlags,
} from './figure-of-run.js';

export const figureKinds = [
  'scores',
  'curves',
  'parameters',
  'waves',
  'segmentations',
  'answers',
  'nwm-lstm',
] as const;
type FigureKind = (typeof figureKinds)[number];

const kindNamed = oneOf('figure', figureKinds);

/** The scores that these runs have, their main scores first. */
const scoresIn = (kind: FigureKind, entries: readonly Entry[]): readonly string[] => {
  const scores = entries.flatMap(({ runs, courses }) =>
    kind === 'curves'
      ? courses.flatMap(({ epochs }) => epochs.flatMap(({ validation = {} }) => Object.keys(validation)))
      : runs.flatMap((run) => Object.keys(run.scores)),
  );
  const counts = ['samples', 'images', 'imagesWithoutForeground'];
  return [
    ...new Set([
      ...entries.map((entry) => chiefOf(entry).name),
      ...scores.filter((name) => !counts.includes(name)),
      ...(kind === 'curves' ? ['trainLoss'] : []),
    ]),
  ];
};

/** The score of a figure, the experiments that have it, and its direction if they declare one. */
interface Scored {
  readonly score: string;
  readonly entries: readonly Entry[];
  readonly better?: Better;
  readonly note: string | null;
}

/** The requested score, else the main score of these runs. */
const scoredBy = (
  kind: FigureKind,
  entries: readonly Entry[],
  asked: string | undefined,
): Checked<Scored> => {
  const known = scoresIn(kind, entries);
  const chiefs = [...new Set(entries.map((entry) => chiefOf(entry).name))];
  const score = asked ?? chiefs[0] ?? 'foregroundIou';
  if (entries.length > 0 && !known.includes(score)) return E.left(unknownName('score', score, known));
  const own = asked === undefined ? entries.filter((entry) => chiefOf(entry).name === score) : entries;
  const declared = own.map(chiefOf).find(({ name }) => name === score && name !== 'foregroundIou');
  return E.right({
    score,
    entries: own,
    ...(declared === undefined ? {} : { better: declared.better }),
    note:
      own.length === entries.length
        ? null
        : `drawn by ${score}; ${entries.length - own.length} more experiments show ${chiefs.slice(1).join(', ')} first: --score names one`,
  });
};

/** Whether an experiment has a score that the figure `parameters` draws: one of classes. */
const hasClassScores = ({ runs, published }: Entry): boolean =>
  published !== null ||
  runs.some(({ scores }) => known(scores.foregroundIou) || known(scores.foregroundAccuracy));

/** Why a figure would be empty; null if there is something to draw, such as published scores. */
const lackingFor = (kind: FigureKind, entries: readonly Entry[]): string | null => {
  if (kind === 'parameters' && entries.some(({ runs }) => runs.length > 0) && !entries.some(hasClassScores))
    return 'there is nothing to draw: it is of foreground accuracy and IoU, and no run here has them; `drumhead figure scores` draws the scores that they have';
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
  drawing: (scored: Scored) => Drawing,
): Effect<string> =>
  pipe(
    TE.Do,
    TE.tap(() => mayPut(flags.out, drawingNames(file), flags)),
    TE.bind('collection', () =>
      collect(name, flags.runs, sweepFrom(name, flags.preset ?? 'full', { set: flags.set ?? [] })),
    ),
    TE.bind('published', () => readPublished),
    TE.flatMap(({ collection, published }) => {
      for (const note of collection.notes) remark(note);
      const entries = entriesOf(collection.runs, published);
      const lacking = entries.length === 0 ? 'there are no runs here' : lackingFor(file, entries);
      return lacking !== null
        ? TE.left(decodeError(name, lacking))
        : pipe(
            TE.fromEither(scoredBy(file, entries, flags.score)),
            TE.tapIO(({ note }) => () => {
              if (note !== null) remark(`note: ${note}`);
            }),
            TE.flatMap((scored) => inBothThemes(drawing(scored))),
            TE.flatMap((both) => TE.fromEither(drawingFiles(file, both))),
            TE.flatMap((drawn) => putFiles(flags.out, drawn, sayingMoves(flags))),
          );
    }),
    TE.map(listed),
  );

/** The NAMEs that a kind of figure takes: their number and kind. */
const subjects: Readonly<Record<FigureKind, readonly [count: number, what: string]>> = {
  scores: [1, 'a sweep or a folder of runs'],
  curves: [1, 'a sweep or a folder of runs'],
  parameters: [1, 'a sweep or a folder of runs'],
  waves: [1, 'a finished run, by its folder or its name'],
  segmentations: [1, 'a finished run, by its folder or its name'],
  answers: [1, 'a finished run, by its folder or its name'],
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

/** The flags that every kind of figure has. */
const ofAnyKind = (flags: FigureFlags) => ({
  idle: noneIdle(flags),
  engine: parseEngineChoice(flags.engine),
  preset: presetNamed(flags.preset ?? 'full'),
});

/** A figure whose names and flags are checked. */
const drawingOf = (
  kind: FigureKind,
  names: readonly string[],
  flags: FigureFlags,
): Checked<Effect<string>> => {
  const common = { ...ofAnyKind(flags), names: subjectsOf(kind, names) };
  const ofRuns = (drawing: (scored: Scored) => Drawing): Checked<Effect<string>> =>
    pipe(
      allFlags(common),
      E.map(() => ofSweep(names[0], flags, kind, drawing)),
    );
  switch (kind) {
    case 'scores':
      return ofRuns(
        ({ note: _, ...scored }) =>
          (theme) =>
            scoreBars({ ...scored, theme }),
      );
    case 'curves':
      return ofRuns(
        ({ entries, score }) =>
          (theme) =>
            seedCourses({ entries, score, theme }),
      );
    case 'parameters':
      return ofRuns(
        ({ entries }) =>
          (theme) =>
            parameterScores({ entries, theme }),
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
    case 'answers':
      return pipe(
        allFlags(common),
        E.map(() => drawAnswersOf(names[0], flags)),
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
    E.fold(
      // What is wrong whatever the kind is said with it.
      (unknown) =>
        pipe(
          allFlags({
            kind: E.left<DrumheadError, Effect<string>>(unknown),
            ...ofAnyKind(flags),
            look: lookFlags(flags),
          }),
          E.map(({ kind: none }) => none),
        ),
      (found) => drawingOf(found, names, flags),
    ),
    TE.fromEither,
    TE.tap(() => mayHoldFiles(flags.out)),
    TE.flatten,
  );
