/** Drums as an experiment: plain data, its codec, and the catalogued ones. */

import * as t from 'io-ts';
import { choice, decodeWith, real, record, text, where, whole, withDefault } from '../base/codec.js';
import type { Checked } from '../base/error.js';
import type { Point } from './lattice.js';
import { alikeDrums, flippedDrum } from './polygon.js';
import { pairOf, shapeCodec } from './shape.js';

const share = real(0, 1);
const middle: Point = [0.5, 0.5];

/**
 * One drum: its name, its shape, and the places of strike and microphone, as shares of its width from the left and of
 * its height from the top (the nearest moving point is used; default the middle).
 */
export type Drum = t.TypeOf<typeof drumCodec>;

const drumCodec = record('drum', {
  name: text,
  shape: shapeCodec,
  strike: withDefault<Point>(pairOf(share), middle),
  microphone: withDefault<Point>(pairOf(share), middle),
});

const powersOfTwo = where(whole(64, 2 ** 18), (steps) =>
  Number.isInteger(Math.log2(steps))
    ? null
    : `${steps} is not a power of two; the Fourier transform asks for one`,
);

const fewDrums = where(t.readonlyArray(drumCodec), (drums) => {
  if (drums.length === 0 || drums.length > 64) return `1 to 64 drums, not ${drums.length}`;
  const names = drums.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  return twice === undefined ? null : `two drums are called '${twice}'`;
});

/**
 * Drums that are struck once and recorded.
 *
 * - `drums`: the others are compared with the first.
 * - `speed` c in cells per unit of time; `dt` the time step; `steps` of it, a power of two.
 * - `window`: the window applied to the sound before its spectrum.
 * - `tones`: how many of the lowest tones are sought.
 */
export type DrumExperiment = t.TypeOf<typeof drumExperimentCodec>;

export const drumExperimentCodec = where(
  record('drums', {
    drums: fewDrums,
    speed: withDefault(real(1e-3, 1e3), 1),
    dt: withDefault(real(1e-6, 1e3), 0.5),
    steps: withDefault(powersOfTwo, 4096),
    window: withDefault(choice('hann'), 'hann'),
    tones: withDefault(whole(1, 100), 1),
  }),
  ({ speed, dt }) =>
    speed * dt < Math.SQRT1_2
      ? null
      : `speed * dt is ${speed * dt}: at 1 / sqrt 2 = .7071 and above the waves grow without limit; take a smaller dt`,
);

/** Decodes an experiment. **Errors** DecodeError with one line for each problem. */
export const decodeDrumExperiment = (value: unknown, source = 'experiment'): Checked<DrumExperiment> =>
  decodeWith(drumExperimentCodec, source)(value);

const square = (side: number): Drum => ({
  name: `L = ${side}`,
  shape: { kind: 'square', side },
  strike: middle,
  microphone: middle,
});

/** Squares with the sides of the reference, whose area is measured from the fundamental. */
const squares: DrumExperiment = {
  drums: [6, 8, 10, 12, 16, 20, 24, 30].map(square),
  speed: 1,
  dt: 0.5,
  steps: 4096,
  window: 'hann',
  tones: 1,
};

/** Eight cells per unit: 189 moving points in each of the three. */
const cells = 8;

/** Struck and recorded where none of the twenty lowest modes has a node: the faintest is above .06. */
const polygon = (
  name: string,
  corners: readonly Point[],
  [strikeX, strikeY]: Point,
  [microphoneX, microphoneY]: Point,
): Drum => ({
  name,
  shape: { kind: 'polygon', corners, cells },
  strike: [strikeX / (3 * cells), strikeY / (3 * cells)],
  microphone: [microphoneX / (3 * cells), microphoneY / (3 * cells)],
});

/** The pair that sounds alike, and a third drum with the same area, perimeter and number of points that does not. */
const gordonWebbWolpert: DrumExperiment = {
  drums: [
    polygon('first drum', alikeDrums[0], [17, 12], [5, 15]),
    polygon('second drum', alikeDrums[1], [15, 14], [3, 12]),
    polygon('flipped drum', flippedDrum, [13, 14], [6, 20]),
  ],
  speed: 1,
  dt: 0.5,
  // The tones that are sought are at least 12 bins apart.
  steps: 16_384,
  window: 'hann',
  tones: 20,
};

/**
 * Drums of equal area, 400 cells, that sound clearly different; struck and recorded where the eight lowest modes are
 * large.
 */
const shapes: DrumExperiment = {
  drums: [
    {
      name: 'square',
      shape: { kind: 'square', side: 20 },
      strike: [0.4, 0.2],
      microphone: [0.8, 0.6],
    },
    {
      name: 'rectangle',
      shape: { kind: 'rectangle', width: 25, height: 16 },
      strike: [0.2, 0.75],
      microphone: [0.6, 0.25],
    },
    {
      name: 'disk',
      shape: { kind: 'disk', radius: 20 / Math.sqrt(Math.PI) },
      strike: [0.25, 0.45],
      microphone: [0.8, 0.3],
    },
    {
      name: 'triangle',
      shape: {
        kind: 'polygon',
        corners: [
          [0, 0],
          [32, 0],
          [0, 25],
        ],
        cells: 1,
      },
      strike: [0.3, 0.45],
      microphone: [0.35, 0.8],
    },
    {
      name: 'letter L',
      shape: {
        kind: 'polygon',
        corners: [
          [0, 0],
          [24, 0],
          [24, 13],
          [8, 13],
          [8, 24],
          [0, 24],
        ],
        cells: 1,
      },
      strike: [0.3, 0.8],
      microphone: [0.8, 0.9],
    },
  ],
  speed: 1,
  dt: 0.5,
  steps: 16_384,
  window: 'hann',
  tones: 8,
};

/** The catalogued experiments by name. */
export const drumExperiments: Readonly<Record<string, DrumExperiment>> = {
  'drums/squares': squares,
  'drums/gordon-webb-wolpert': gordonWebbWolpert,
  'drums/shapes': shapes,
};
