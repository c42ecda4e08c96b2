/**
 * Models side by side on the same sample. For each model: its hidden state at some times, and below it some features of
 * its readout (the state projected over time).
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, decodeError, defect } from '../base/error.js';
import { diverging, light, type Theme } from './colours.js';
import { classEntries, colourBar, legend } from './legend.js';
import {
  atLeast,
  column,
  framed,
  type Look,
  onPaper,
  pointsWide,
  row,
  say,
  sayWithin,
  separated,
  space,
} from './look.js';
import { imagePanel, inputName, labelPanel, predictionPanel, zoomFor } from './panels.js';
import { encodePng } from './png.js';
import { type Raster, scaleUp, tabulate } from './raster.js';
import { type Sample, sampleProblems } from './sample.js';
import { channelScale } from './scale.js';

/** A field on its model's lattice, with its caption. */
export interface Field {
  readonly values: ArrayLike<number>;
  readonly caption: string;
}

/** The states of one model on the sample. */
export interface ModelStates {
  /** The name, such as `NWM, linear readout`. */
  readonly name: string;
  readonly note?: string;
  /** [height, width], labels. */
  readonly prediction: ArrayLike<number>;
  /** The lattice of its states and features; default: that of the sample. */
  readonly grid?: { readonly height: number; readonly width: number };
  readonly states: readonly Field[];
  readonly statesName: string;
  readonly features: readonly Field[];
  readonly featuresName: string;
}

export interface StatesPicture {
  readonly sample: Sample;
  readonly models: readonly ModelStates[];
  readonly classes: readonly string[];
  readonly title: string;
  readonly theme?: Theme;
  readonly density?: number;
}

const panelSize = 84;
const gap = 6;

interface Grid {
  readonly height: number;
  readonly width: number;
}

const strip = (look: Look, { height, width }: Grid, name: string, fields: readonly Field[]): Raster => {
  const zoom = zoomFor(height, width, panelSize) * look.density;
  // One scale for the strip, so that fading is visible.
  const scale = channelScale(
    fields.flatMap(({ values }) => Array.from(values)),
    0,
    1,
  );
  const panels = fields.map(({ values, caption }) => {
    const panel = framed(
      look,
      scaleUp(zoom)(
        tabulate(width, height, (x, y) => diverging((values[y * width + x] - scale.centre) / scale.end)),
      ),
    );
    return column(look, panel, sayWithin(look, 'caption', caption, pointsWide(look, panel)));
  });
  const high = Math.ceil((height * zoom) / look.density) + 2;
  return column(
    look,
    say(look, 'caption', name),
    space(look, 0, 3),
    row(
      look,
      ...separated(space(look, gap, 0), panels),
      space(look, gap + 2, 0),
      colourBar(look, scale.end, high, scale.centre),
    ),
  );
};

const draw = (picture: StatesPicture): Raster => {
  const { sample, models, classes, title } = picture;
  const look: Look = { theme: picture.theme ?? light, density: picture.density ?? 2 };
  const { height, width } = sample;
  const zoom = zoomFor(height, width, panelSize) * look.density;
  const still = (name: string, raster: Raster): Raster => {
    const panel = framed(look, scaleUp(zoom)(raster));
    const wide = pointsWide(look, panel);
    return column(look, panel, atLeast(look, wide, 0, sayWithin(look, 'caption', name, wide)));
  };
  const stills = row(
    look,
    ...separated(space(look, gap, 0), [
      still(inputName(sample), imagePanel(sample)),
      still('target', labelPanel(sample.target, height, width, classes.length)),
    ]),
  );
  const blocks = models.map((model) =>
    column(
      look,
      space(look, 0, 16),
      row(look, say(look, 'strong', model.name), space(look, 10, 0), say(look, 'caption', model.note ?? '')),
      space(look, 0, 4),
      row(
        look,
        column(
          look,
          say(look, 'caption', ' '),
          space(look, 0, 3),
          still(
            'prediction',
            predictionPanel(model.prediction, sample.target, height, width, classes.length),
          ),
        ),
        space(look, 18, 0),
        column(
          look,
          strip(look, model.grid ?? sample, model.statesName, model.states),
          space(look, 0, 6),
          strip(look, model.grid ?? sample, model.featuresName, model.features),
        ),
      ),
    ),
  );
  const body = column(look, ...blocks);
  const keys = legend(look, 'classes', classEntries(classes, [sample.target]), pointsWide(look, body));
  return onPaper(
    look,
    column(look, say(look, 'title', title), space(look, 0, 8), stills, body, space(look, 0, 10), keys),
  );
};

const problems = ({ sample, models, classes }: StatesPicture): readonly string[] => {
  const pixels = sample.height * sample.width;
  return [
    ...sampleProblems('sample', sample, classes.length),
    ...(models.length === 0 ? ['models: none given'] : []),
    ...models.flatMap(({ states, features, prediction, grid = sample }, i) => [
      ...(prediction.length === pixels ? [] : [`models[${i}].prediction: it is not one label a pixel`]),
      ...(states.length === 0 || features.length === 0 ? [`models[${i}]: no states or no features`] : []),
      ...[...states, ...features].flatMap(({ values, caption }) =>
        values.length === grid.height * grid.width
          ? []
          : [`models[${i}], ${caption}: it is not one value a pixel`],
      ),
    ]),
  ];
};

/**
 * The picture as the bytes of a PNG. Each strip has one scale, symmetric about zero, shown by its colour bar.
 *
 * @returns DecodeError when sizes, lengths or labels do not agree, with every problem.
 */
export const statesPng = (picture: StatesPicture): Checked<Uint8Array> => {
  const found = problems(picture);
  return found.length === 0
    ? pipe(
        E.tryCatch(() => draw(picture), defect),
        E.map(encodePng),
      )
    : E.left(decodeError('states picture', found));
};
