/** `drumhead figure`: pictures of runs, where one wants them. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect, unknownName } from '../../base/error.js';
import { mayHoldFiles } from '../../files/make-folder.js';
import {
  type BarScore,
  type CourseScore,
  type Entry,
  parameterScores,
  scoreBars,
  seedCourses,
} from '../../report/figures/index.js';
import { entriesOf } from '../../runner/pictures/figure-entries.js';
import { type Drawing, inBothThemes, writeDrawing } from '../../runner/pictures/themes.js';
import { collect } from '../../runner/results/collection.js';
import { readPublished } from '../../runner/results/published.js';
import { sweepFrom } from '../source/source.js';
import { drawBeside, drawSegmentations, drawWaves, type FigureFlags, listed } from './figure-of-run.js';

export const figureKinds = ['scores', 'curves', 'parameters', 'waves', 'segmentations', 'nwm-lstm'] as const;
type FigureKind = (typeof figureKinds)[number];

const barScores: readonly BarScore[] = ['foregroundIou', 'foregroundAccuracy', 'iou', 'accuracy', 'loss'];
const courseScores: readonly CourseScore[] = [...barScores, 'trainLoss'];

const oneOf =
  <N extends string>(kind: string, names: readonly N[]) =>
  (name: string): Checked<N> => {
    const found = names.find((one) => one === name);
    return found === undefined ? E.left(unknownName(kind, name, names)) : E.right(found);
  };

const kindNamed = oneOf('figure', figureKinds);

/** The figures of many runs. */
const ofSweep = (
  name: string,
  flags: FigureFlags,
  file: string,
  drawing: (entries: readonly Entry[]) => Drawing,
): Effect<string> =>
  pipe(
    TE.Do,
    TE.bind('collection', () => collect(name, flags.runs, sweepFrom(name, flags.preset ?? 'full'))),
    TE.bind('published', () => readPublished),
    TE.flatMap(({ collection, published }) => {
      const entries = entriesOf(collection.runs, published);
      return entries.length === 0
        ? TE.left(decodeError(name, 'there are no runs here'))
        : pipe(
            inBothThemes(drawing(entries)),
            TE.flatMap((both) => writeDrawing(flags.out, file, both)),
          );
    }),
    TE.map(listed),
  );

const wants = (
  kind: FigureKind,
  names: readonly string[],
  count: number,
  what: string,
): Checked<readonly string[]> =>
  names.length === count
    ? E.right(names)
    : E.left(
        decodeError(
          `figure ${kind}`,
          `wants ${what}; it was given ${names.length} ${names.length === 1 ? 'name' : 'names'}`,
        ),
      );

export const figure = (kind: string, names: readonly string[], flags: FigureFlags): Effect<string> => {
  const drawn = (found: FigureKind): Effect<string> => {
    const one = (what: string) => TE.fromEither(wants(found, names, 1, what));
    switch (found) {
      case 'scores':
        return pipe(
          one('a sweep or a folder of runs'),
          TE.bindTo('given'),
          TE.bind('score', () => TE.fromEither(oneOf('score', barScores)(flags.score))),
          TE.flatMap(({ given, score }) =>
            ofSweep(given[0], flags, 'scores', (entries) => (theme) => scoreBars({ entries, score, theme })),
          ),
        );
      case 'curves':
        return pipe(
          one('a sweep or a folder of runs'),
          TE.bindTo('given'),
          TE.bind('score', () => TE.fromEither(oneOf('score', courseScores)(flags.score))),
          TE.flatMap(({ given, score }) =>
            ofSweep(
              given[0],
              flags,
              'curves',
              (entries) => (theme) => seedCourses({ entries, score, theme }),
            ),
          ),
        );
      case 'parameters':
        return pipe(
          one('a sweep or a folder of runs'),
          TE.flatMap(([name]) =>
            ofSweep(name, flags, 'parameters', (entries) => (theme) => parameterScores({ entries, theme })),
          ),
        );
      case 'waves':
        return pipe(
          one('a finished run, by its folder or its name'),
          TE.flatMap(([folder]) => drawWaves(folder, flags)),
        );
      case 'segmentations':
        return pipe(
          one('a finished run, by its folder or its name'),
          TE.flatMap(([folder]) => drawSegmentations(folder, flags)),
        );
      case 'nwm-lstm':
        return pipe(
          TE.fromEither(wants(found, names, 2, 'two finished runs of one task, by folder or name')),
          TE.flatMap((folders) => drawBeside(folders, flags)),
        );
    }
  };
  return pipe(
    TE.fromEither(kindNamed(kind)),
    TE.tap(() => mayHoldFiles(flags.out)),
    TE.flatMap(drawn),
  );
};
