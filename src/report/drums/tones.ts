/** Drums compared: their spectra in one panel, and their tones one by one. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { type Chart, chartSvg, concatHead } from '../chart.js';
import { light } from '../colours.js';
import { mostDrums, panelHeight, type TonesPicture, widthOf } from './comparison.js';
import { differences } from './differences.js';
import { overlay } from './overlay.js';

const spacing = 58;
/** Empty space between the spectra and the last panel, for the titles of an axis and of a panel. */
const room = 1;
const margins = { left: 52, right: 128, top: 104, bottom: 50 };

const emptyOf = (picture: TonesPicture) => ({
  width: widthOf(picture),
  height: room,
  data: { values: [] },
  mark: { type: 'point' as const },
});

/** The chart as data, before it is drawn. **Errors** DecodeError unless there are two to five drums with tones. */
export const tonesChart = (picture: TonesPicture): Checked<Chart> => {
  const { drums, theme = light } = picture;
  if (drums.length < 2 || drums.length > mostDrums)
    return E.left(decodeError('drum tones picture', `drums: two to five are compared, not ${drums.length}`));
  if (drums.some(({ tones }) => tones.length === 0))
    return E.left(decodeError('drum tones picture', 'drums: one has no tones'));
  const panels = drums.length - 1;
  return E.right({
    spec: {
      ...concatHead(theme),
      spacing,
      vconcat: [
        ...drums.slice(1).map((_, i) => overlay(picture, i + 1)),
        emptyOf(picture),
        differences(picture),
      ],
    },
    frame: {
      width: widthOf(picture),
      height: panels * (panelHeight + spacing) + room + spacing + panelHeight,
      margins,
    },
  });
};

/** The chart as an SVG; `svgPng` makes a PNG of it. */
export const drumTones = (picture: TonesPicture): Effect<string> =>
  pipe(TE.fromEither(tonesChart(picture)), TE.flatMap(chartSvg));
