/** A gallery of still samples: input, target and, if there is a model, its prediction and errors. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, defect, unlessProblems } from '../base/error.js';
import { errorColours, light, type Theme } from './colours.js';
import { classEntries, legend } from './legend.js';
import {
  atLeast,
  column,
  framed,
  type Look,
  onPaper,
  pointsWide,
  row,
  sayWithin,
  separated,
  space,
} from './look.js';
import { errorPanel, imagePanel, inputName, labelPanel, predictionPanel, zoomFor } from './panels.js';
import { encodePng } from './png.js';
import { type Raster, scaleUp } from './raster.js';
import { areWhole, type Sample, sampleProblems } from './sample.js';

export interface SegmentationsPicture {
  readonly samples: readonly Sample[];
  /** Names of the classes by label, the background first. */
  readonly classes: readonly string[];
  readonly title?: string;
  /** Samples in a row (default 2). */
  readonly columns?: number;
  /** Whether to draw the wrong pixels of the prediction (default true). */
  readonly errors?: boolean;
  readonly theme?: Theme;
  /** Pixels per point (default 2): show the picture at its width divided by this. */
  readonly density?: number;
}

const panelSize = 112;
const gap = 6;
const between = 28;
/** The room of an image whose class is said in its note. */
const wholeWide = 420;

const errorNames = [
  { name: 'right', colour: errorColours.right },
  { name: 'missed', colour: errorColours.missed },
  { name: 'invented', colour: errorColours.invented },
  { name: 'wrong class', colour: errorColours.confused },
];

const block = (look: Look, errors: boolean, classes: number, sample: Sample, whole: boolean): Raster => {
  const { height, width, target, prediction } = sample;
  const zoom = zoomFor(height, width, panelSize);
  const titled = (name: string, raster: Raster): Raster => {
    const panel = framed(look, scaleUp(zoom * look.density)(raster));
    return column(look, panel, space(look, 0, 2), sayWithin(look, 'caption', name, pointsWide(look, panel)));
  };
  const panels = [
    titled(inputName(sample), imagePanel(sample)),
    ...(whole ? [] : [titled('target', labelPanel(target, height, width, classes))]),
    ...(whole || prediction === undefined
      ? []
      : [
          titled('prediction', predictionPanel(prediction, target, height, width, classes)),
          ...(errors ? [titled('errors', errorPanel(target, prediction, height, width, classes))] : []),
        ]),
  ];
  const joined = row(look, ...separated(space(look, gap, 0), panels));
  // The note of a lone picture needs more room than it has.
  const wide = whole ? wholeWide : pointsWide(look, joined);
  const name =
    sample.name === undefined && sample.note === undefined
      ? space(look, 0, 0)
      : row(
          look,
          sayWithin(look, 'strong', sample.name ?? '', wide / 2 - 8),
          space(look, 8, 0),
          sayWithin(look, 'caption', sample.note ?? '', wide / 2 - 8),
        );
  return column(look, name, space(look, 0, 2), joined, space(look, 0, 14));
};

const rowsOf = <A>(items: readonly A[], size: number): readonly (readonly A[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));

const draw = (picture: SegmentationsPicture): Raster => {
  const look: Look = { theme: picture.theme ?? light, density: picture.density ?? 2 };
  const whole = areWhole(picture.samples);
  const errors =
    (picture.errors ?? true) && !whole && picture.samples.some((s) => s.prediction !== undefined);
  const blocks = picture.samples.map((s) => block(look, errors, picture.classes.length, s, whole));
  const cell = Math.max(...blocks.map((b) => pointsWide(look, b)));
  const grid = rowsOf(blocks, picture.columns ?? 2).map((line) =>
    row(
      look,
      ...separated(
        space(look, between, 0),
        line.map((b) => atLeast(look, cell, 0, b)),
      ),
    ),
  );
  const wide = Math.max(...grid.map((r) => pointsWide(look, r)));
  const keys = [
    ...(whole
      ? []
      : [
          legend(
            look,
            'classes',
            classEntries(
              picture.classes,
              picture.samples.map(({ target }) => target),
            ),
            wide,
          ),
        ]),
    ...(errors ? [legend(look, 'errors', [...errorNames], wide)] : []),
  ];
  const title =
    picture.title === undefined
      ? space(look, 0, 0)
      : column(look, sayWithin(look, 'title', picture.title, wide), space(look, 0, 8));
  const sheet = column(look, title, ...grid, ...keys);
  return onPaper(look, sheet);
};

const problems = ({
  samples,
  classes,
  columns = 2,
  density = 2,
}: SegmentationsPicture): readonly string[] => [
  ...(samples.length === 0 ? ['samples: none given'] : []),
  ...samples.flatMap((s, i) => sampleProblems(`samples[${i}]`, s, classes.length)),
  ...Object.entries({ columns, density })
    .filter(([, value]) => !Number.isInteger(value) || value < 1)
    .map(([name, value]) => `${name}: ${value} is not a whole number of at least 1`),
];

/** The picture, if it can be drawn. **Errors** DecodeError with every problem. */
export const checkedSegmentations = <A extends SegmentationsPicture>(picture: A): Checked<A> => {
  const found = problems(picture);
  return unlessProblems('segmentations picture', found, picture);
};

/** The gallery as a raster, to combine with others. */
export const segmentations = (picture: SegmentationsPicture): Checked<Raster> =>
  E.flatMap(checkedSegmentations(picture), (p) => E.tryCatch(() => draw(p), defect));

/**
 * The gallery as the bytes of a PNG.
 *
 * @returns DecodeError when sizes, lengths or labels do not agree, with every problem.
 */
export const segmentationsPng = (picture: SegmentationsPicture): Checked<Uint8Array> =>
  pipe(segmentations(picture), E.map(encodePng));
