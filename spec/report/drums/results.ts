/** Drums for the specs of their pictures: made up, as no simulation is needed to draw. */

import type { DrumMovie, DrumResult } from '../../../src/drums/index.js';
import { latticeOf, outlineOf } from '../../../src/drums/index.js';
import { right } from '../../support/either.js';

const square = (side: number) => ({ kind: 'square', side }) as const;

/** A drum of three tones, a factor away from 1, 1.5 and 2 times the fundamental; the third is not heard where asked. */
export const result = (name: string, side: number, factor = 1, deaf = false): DrumResult => {
  const resolution = 1 / 512;
  const fundamental = Math.SQRT1_2 / side;
  const peak = (frequency: number) => ({
    bin: Math.round(frequency / resolution),
    raw: Math.round(frequency / resolution) * resolution,
    frequency,
    amplitude: 0.1,
  });
  const tones = [1, 1.5, 2].map((ratio, k) => ({
    lattice: ratio * fundamental,
    heard: deaf && k === 2 ? null : peak(ratio * fundamental * factor),
  }));
  return {
    drum: { name, shape: square(side), strike: [0.5, 0.5], microphone: [0.5, 0.5] },
    lattice: right(latticeOf(square(side))),
    points: (side - 1) ** 2,
    strike: { row: 1, column: 1 },
    microphone: { row: 1, column: 1 },
    sound: Float32Array.from({ length: 1024 }, (_, t) => Math.cos(t / 5)),
    spectrum: {
      resolution,
      samples: 1024,
      magnitudes: Float64Array.from({ length: 513 }, (_, k) =>
        Math.max(1e-9, ...tones.map(({ heard }) => (heard?.bin === k ? 1 : 0))),
      ),
    },
    peaks: tones.flatMap(({ heard }) => (heard === null ? [] : [heard])),
    tones,
    fundamental: peak(fundamental * factor),
    continuum: fundamental,
    area: {
      theory: side * side,
      raw: side * side + 1,
      heard: side * side + 0.4,
      lattice: side * side + 0.4,
      discretisation: 0.4 / side ** 2,
    },
    seconds: 0.5,
  };
};

/** A film of a square: all of it up by 1 in even frames, down by 1 in odd ones. */
export const movie = (name: string, side: number, frames = 4): DrumMovie => {
  const lattice = right(latticeOf(square(side)));
  const size = lattice.inside.length;
  return {
    name,
    lattice,
    outline: outlineOf(square(side)),
    strike: { row: 0, column: 0 },
    microphone: { row: 1, column: 1 },
    waves: Float32Array.from({ length: frames * size }, (_, i) => (Math.floor(i / size) % 2 === 0 ? 1 : -1)),
    frames,
    interval: 0.25,
  };
};
