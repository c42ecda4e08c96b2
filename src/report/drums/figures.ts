/**
 * The waves and the modes of drums as figures of a page: their panels are pictures, their words are text of the page.
 */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, defect } from '../../base/error.js';
import { lineColours } from '../chart.js';
import { dark, rgb, type Theme } from '../colours.js';
import { filmOf, type Moving } from '../film.js';
import { plainLook } from '../look.js';
import type { Panel, PanelFigure, Side } from '../page/panel-figure.js';
import { base64 } from '../panel-parts.js';
import { encodePng } from '../png.js';
import type { Raster } from '../raster.js';
import { type DrumModesPicture, modeRows } from './modes.js';
import {
  checkedMovies,
  columnOf,
  type DrumWavesPicture,
  delayOf,
  markedSkin,
  soundSoFar,
  zoomOf,
} from './waves.js';

/** The colour around a skin, between light and dark, for both themes. */
const slate: Theme = { ...dark, paper: rgb('#3a404c') };

/** The size on a phone, where two of the largest drums fit side by side. */
const narrowShare = 0.72;

const shrunk = ({ width, height }: Side, share: number): Side => ({
  width: Math.max(1, Math.round(width * share)),
  height: Math.max(1, Math.round(height * share)),
});

/** The size of a raster at `density` of its pixels per CSS pixel. */
const sides = (raster: Side, density: number): Pick<Panel<unknown>, 'wide' | 'narrow'> => {
  const wide = shrunk(raster, 1 / density);
  return { wide, narrow: shrunk(wide, narrowShare) };
};

const moving = (name: string, draw: (frame: number) => Raster): Moving => {
  const { width, height } = draw(0);
  return { name, width, height, sides: sides({ width, height }, 1), draw };
};

const drawWaves = ({ movies, alt, delay }: DrumWavesPicture & { readonly alt: string }): PanelFigure => {
  const zoom = zoomOf(movies);
  const { first: listener } = lineColours(slate);
  const columns = movies.map((movie) => columnOf({ ...plainLook, theme: slate }, movie, zoom));
  const [{ frames, interval }] = movies;
  const { film, panels } = filmOf(
    columns.map((one) => [
      moving('skin', (frame) => markedSkin(one, frame, listener)),
      moving('heard so far', (frame) => soundSoFar(one, frame, slate)),
    ]),
    {
      frames,
      delay: delayOf(frames, delay),
      from: 't = 0.0',
      to: `t = ${((frames - 1) * interval).toFixed(1)}`,
    },
  );
  return {
    type: 'panels',
    alt,
    film,
    groups: movies.map(({ name }, i) => ({ name, note: '', stills: [], moving: panels[i] })),
    keys: [],
  };
};

/** The animation as a figure. **Errors** as `drumWavesGif`. */
export const drumWavesFigure = (picture: DrumWavesPicture & { readonly alt: string }): Checked<PanelFigure> =>
  E.flatMap(checkedMovies(picture), (p) => E.tryCatch(() => drawWaves(p), defect));

/** The modes as a figure. **Errors** DecodeError when there is no drum. */
export const drumModesFigure = ({
  drums,
  alt,
}: DrumModesPicture & { readonly alt: string }): Checked<PanelFigure> =>
  drums.length === 0
    ? E.left(decodeError('drum modes picture', 'drums: none given'))
    : E.tryCatch(
        (): PanelFigure => ({
          type: 'panels',
          alt,
          film: null,
          groups: modeRows({ theme: slate, density: 2 }, drums).map(({ name, modes }) => ({
            name,
            note: '',
            stills: modes.map(({ tone, skin }) => ({
              name: tone,
              shows: base64(encodePng(skin)),
              ...sides(skin, 2),
            })),
            moving: [],
          })),
          keys: [],
        }),
        defect,
      );
