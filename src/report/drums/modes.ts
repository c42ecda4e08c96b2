/** The lowest modes of some drums, one row a drum: which shapes swing at which tone. */

import * as E from 'fp-ts/lib/Either.js';
import { type DrumheadError, decodeError, defect } from '../../base/error.js';
import type { DrumModes } from '../../drums/index.js';
import { light, type Theme } from '../colours.js';
import { atLeast, column, type Look, onPaper, row, say, separated, space } from '../look.js';
import { encodePng } from '../png.js';
import type { Raster } from '../raster.js';
import { skinOf } from './skin.js';

export interface DrumModesPicture {
  /** The first is what the tones are given in units of. */
  readonly drums: readonly DrumModes[];
  readonly theme?: Theme;
}

/** Points a drum is wide. */
const size = 132;
const gap = 18;

const drumRow = (look: Look, drum: DrumModes, unit: number, zoom: number): Raster => {
  const { theme, density } = look;
  const skin = skinOf(drum, zoom * density, theme);
  const modes = drum.modes.vectors.map((mode, k) => {
    const largest = mode.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // The sign of a mode means nothing: the first drum of red is as good as the first of blue.
    const sign = (mode.find((value) => Math.abs(value) > largest / 2) ?? 1) < 0 ? -1 : 1;
    const painted = skin.paint(
      mode.map((value) => sign * value),
      0,
      largest,
    );
    return column(
      look,
      painted,
      space(look, 0, 3),
      atLeast(look, size, 0, say(look, 'caption', `${Math.sqrt(drum.modes.values[k] / unit).toFixed(4)}`)),
    );
  });
  return column(
    look,
    say(look, 'strong', drum.name),
    space(look, 0, 5),
    row(look, ...separated(space(look, gap, 0), modes)),
  );
};

/**
 * The modes as a PNG, two pixels a point; under each its tone in units of the first drum's fundamental.
 *
 * @returns DecodeError when there is no drum.
 */
export const drumModesPng = ({
  drums,
  theme = light,
}: DrumModesPicture): E.Either<DrumheadError, Uint8Array> => {
  const [first] = drums;
  if (first === undefined) return E.left(decodeError('drum modes picture', 'drums: none given'));
  return E.tryCatch(() => {
    const look: Look = { theme, density: 2 };
    const zoom = size / Math.max(...drums.map(({ lattice }) => Math.max(lattice.rows, lattice.columns) + 1));
    const rows = drums.map((drum) => drumRow(look, drum, first.modes.values[0], zoom));
    return encodePng(onPaper(look, column(look, ...separated(space(look, 0, 20), rows))));
  }, defect);
};
