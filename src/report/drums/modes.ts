/** The lowest modes of some drums, one row for each drum: the shapes in which it vibrates, and their tones. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, defect } from '../../base/error.js';
import { maxAbs } from '../../base/max-abs.js';
import type { DrumModes } from '../../drums/index.js';
import { light, type Theme } from '../colours.js';
import { atLeast, column, type Look, onPaper, row, say, separated, space } from '../look.js';
import { encodePng } from '../png.js';
import type { Raster } from '../raster.js';
import { skinOf } from './skin.js';

export interface DrumModesPicture {
  /** Tones are in units of the first drum's fundamental. */
  readonly drums: readonly DrumModes[];
  readonly theme?: Theme;
}

/** The width of a drum in points. */
const size = 132;
const gap = 18;

/** A drum's modes: each tone in units of the first drum's fundamental, and the displacement of the skin. */
export interface ModeRow {
  readonly name: string;
  readonly modes: readonly { readonly tone: string; readonly skin: Raster }[];
}

/** The rows of some drums; the first drum gives the unit of the tones. */
export const modeRows = ({ theme, density }: Look, drums: readonly DrumModes[]): readonly ModeRow[] => {
  const zoom = size / Math.max(...drums.map(({ lattice }) => Math.max(lattice.rows, lattice.columns) + 1));
  const [unit] = drums[0].modes.values;
  return drums.map((drum): ModeRow => {
    const skin = skinOf(drum, zoom * density, theme);
    return {
      name: drum.name,
      modes: drum.modes.vectors.map((mode, k) => {
        const largest = maxAbs(mode);
        // The sign of a mode is arbitrary: here the first point above half the largest displacement is positive.
        const sign = (mode.find((value) => Math.abs(value) > largest / 2) ?? 1) < 0 ? -1 : 1;
        return {
          tone: Math.sqrt(drum.modes.values[k] / unit).toFixed(4),
          skin: skin.paint(
            mode.map((value) => sign * value),
            0,
            largest,
          ),
        };
      }),
    };
  });
};

const drawnRow = (look: Look, { name, modes }: ModeRow): Raster =>
  column(
    look,
    say(look, 'strong', name),
    space(look, 0, 5),
    row(
      look,
      ...separated(
        space(look, gap, 0),
        modes.map(({ tone, skin }) =>
          column(look, skin, space(look, 0, 3), atLeast(look, size, 0, say(look, 'caption', tone))),
        ),
      ),
    ),
  );

/**
 * The modes as a PNG, two pixels per point; below each its tone in units of the first drum's fundamental. @returns
 * DecodeError when there is no drum.
 */
export const drumModesPng = ({ drums, theme = light }: DrumModesPicture): Checked<Uint8Array> => {
  if (drums.length === 0) return E.left(decodeError('drum modes picture', 'drums: none given'));
  return E.tryCatch(() => {
    const look: Look = { theme, density: 2 };
    const rows = modeRows(look, drums).map((one) => drawnRow(look, one));
    return encodePng(onPaper(look, column(look, ...separated(space(look, 0, 20), rows))));
  }, defect);
};
