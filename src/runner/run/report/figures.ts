/** The figures of a run's report as a file beside it, so that other pages, such as a sweep's, show the same. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import type { Effect } from '../../../base/error.js';
import type { Answers } from '../../../experiments/scores/answers.js';
import { ifPresent } from '../../../files/files.js';
import type { PanelFigure } from '../../../report/index.js';
import { files, writeText } from '../../folder/files.js';
import { sealed } from '../../folder/seal.js';
import { readChecked } from '../../folder/sealed-json.js';

/** The figures that are kept; null for one that was not drawn. */
export interface Figures {
  readonly waves: PanelFigure | null;
  readonly segmentations: PanelFigure | null;
  /** The best and the worst samples. */
  readonly examples: PanelFigure | null;
  /** The data of the charts of answers. */
  readonly answers: Answers | null;
}

/** Nothing was drawn. */
export const noFigures: Figures = { waves: null, segmentations: null, examples: null, answers: null };

interface Base64Brand {
  readonly Base64: unique symbol;
}

/** Base64 only, since it is put into a style sheet unchanged. */
const base64 = t.brand(
  t.string,
  (text): text is t.Branded<string, Base64Brand> => /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  'Base64',
);

const side = t.type({ width: t.number, height: t.number });
const cut = t.type({ x: t.number, y: t.number, width: t.number, height: t.number });

const panel = <C extends t.Mixed>(shows: C) =>
  t.intersection([
    t.type({ name: t.string, shows, wide: side, narrow: side }),
    t.partial({ range: t.string }),
  ]);

const figure = t.type({
  type: t.literal('panels'),
  alt: t.string,
  film: t.union([
    t.null,
    t.type({
      gif: base64,
      width: t.number,
      height: t.number,
      clock: t.intersection([cut, t.type({ from: t.string, to: t.string })]),
    }),
  ]),
  groups: t.readonlyArray(
    t.type({
      name: t.string,
      note: t.string,
      stills: t.readonlyArray(panel(base64)),
      moving: t.readonlyArray(panel(cut)),
    }),
  ),
  keys: t.readonlyArray(
    t.type({
      subject: t.string,
      entries: t.readonlyArray(
        t.type({ name: t.string, colour: t.union([t.null, t.tuple([t.number, t.number, t.number])]) }),
      ),
    }),
  ),
});

const numbers = t.readonlyArray(t.number);
const nullable = <C extends t.Mixed>(codec: C) => t.union([t.null, codec]);

const seriesCodec = t.readonlyArray(
  t.type({
    sample: t.number,
    rank: t.union([t.literal('best'), t.literal('worst')]),
    column: t.number,
    columns: t.number,
    every: t.number,
    past: numbers,
    truth: numbers,
    predicted: numbers,
  }),
);

const someAnswers = t.type({
  samples: t.number,
  of: t.number,
  place: t.union([t.literal('pixel'), t.literal('step'), t.literal('sample'), t.literal('value')]),
  classes: nullable(
    t.type({
      classes: t.readonlyArray(t.string),
      confusion: t.readonlyArray(numbers),
      calibration: t.readonlyArray(t.type({ count: t.number, confidence: t.number, right: t.number })),
    }),
  ),
  numbers: nullable(
    t.type({
      count: t.number,
      pairs: t.readonlyArray(t.tuple([t.number, t.number])),
      meanAbsolute: t.number,
      explained: nullable(t.number),
    }),
  ),
  graded: nullable(
    t.type({
      score: t.string,
      better: t.union([t.literal('more'), t.literal('less')]),
      bins: t.readonlyArray(
        t.type({
          count: t.number,
          at: t.number,
          from: t.number,
          to: t.number,
          mean: t.number,
          error: t.number,
        }),
      ),
    }),
  ),
});

/** Earlier versions have no series. */
const answersCodec = t.intersection([someAnswers, t.partial({ series: seriesCodec })]);

/** Earlier versions have no answers. */
const figuresCodec = t.intersection([
  t.type({ waves: nullable(figure), segmentations: nullable(figure) }),
  t.partial({ examples: nullable(figure), answers: nullable(answersCodec) }),
]);

/** Writes the figures of the run with this identity, sealed. **Errors** FileError. */
export const writeFigures = (folder: string, figures: Figures, identity: string): Effect<string> =>
  writeText(join(folder, files.figures), `${JSON.stringify(sealed({ ...figures, run: identity }))}\n`);

/** The figures of a run folder; all null if nothing was drawn. **Errors** FileError, DecodeError. */
export const readFigures = (folder: string): Effect<Figures> => {
  const path = join(folder, files.figures);
  return pipe(
    ifPresent(path, readChecked(path, figuresCodec)),
    TE.map((found) => ({ ...noFigures, ...found })),
  );
};
