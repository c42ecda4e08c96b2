/** Fields side by side under their titles, one panel for each channel: the picture of a law's counterexample. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, defect } from '../base/error.js';
import { diverging, light, type Theme } from './colours.js';
import { colourBar } from './legend.js';
import {
  atLeast,
  column,
  framed,
  type Look,
  onPaper,
  pointsWide,
  row,
  say,
  sayLines,
  separated,
  space,
} from './look.js';
import { zoomFor } from './panels.js';
import { encodePng } from './png.js';
import { type Raster, scaleUp, tabulate } from './raster.js';
import { symmetricScale } from './scale.js';

/** A field [height, width, channels], row-major. */
export interface TitledField {
  readonly title: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: ArrayLike<number>;
}

/** The content of the picture: a title, sentences below it, the fields from left to right. */
export interface FieldsPicture {
  readonly title: string;
  readonly notes: readonly string[];
  readonly fields: readonly TitledField[];
  readonly theme?: Theme;
  readonly density?: number;
}

const panelSize = 150;
/** The least width, so that the title of a narrow field has room. */
const narrowest = 420;
/** The most channels that are shown, since more cannot be compared by eye. */
const mostChannels = 4;

const panelOf = (look: Look, field: TitledField): Raster => {
  const { title, height, width, channels, values } = field;
  const zoom = zoomFor(height, width, panelSize) * look.density;
  // Each field has its own scale, since a difference may be far smaller than the fields.
  const end = symmetricScale(values, 1);
  const shown = Array.from({ length: Math.min(channels, mostChannels) }, (_, channel) =>
    framed(
      look,
      scaleUp(zoom)(
        tabulate(width, height, (x, y) => diverging(values[(y * width + x) * channels + channel] / end)),
      ),
    ),
  );
  const panels = row(look, ...separated(space(look, 4, 0), shown));
  const high = Math.max(28, Math.ceil(panels.height / look.density));
  const drawn = row(look, panels, space(look, 6, 0), colourBar(look, end, high));
  const head = say(
    look,
    'label',
    channels > 1 ? `${title} (${shown.length} of ${channels} channels)` : title,
  );
  return column(
    look,
    atLeast(look, Math.max(pointsWide(look, drawn), pointsWide(look, head)), 0, head),
    space(look, 0, 4),
    drawn,
  );
};

const draw = ({ title, notes, fields, theme, density }: FieldsPicture): Raster => {
  const look: Look = { theme: theme ?? light, density: density ?? 2 };
  const panels = row(
    look,
    ...separated(
      space(look, 18, 0),
      fields.map((field) => panelOf(look, field)),
    ),
  );
  const wide = Math.max(narrowest, pointsWide(look, panels));
  return onPaper(
    look,
    column(
      look,
      sayLines(look, 'title', title, wide),
      ...notes.map((note) => sayLines(look, 'caption', note, wide)),
      space(look, 0, 10),
      panels,
    ),
  );
};

/**
 * The picture as the bytes of a PNG; colours diverge from zero, and each field has its own scale, with a colour bar.
 */
export const fieldsPng = (picture: FieldsPicture): Checked<Uint8Array> =>
  pipe(
    E.tryCatch(() => draw(picture), defect),
    E.map(encodePng),
  );
