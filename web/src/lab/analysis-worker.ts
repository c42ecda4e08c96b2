/** Measures waves from the last frames: power over k and omega, phase and speed. */

import { isUnresolved, kOmega, propagation } from '../../../src/analysis/index.js';
import { answerBy } from '../engine/call.js';

export interface Record {
  readonly frames: Float32Array;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  readonly dt: number;
  readonly torus: boolean;
}

/** The largest number of sites per side for the spectrum; larger grids are subsampled. */
const most = 48;

const thinned = ({ frames, count, rows, columns }: Record) => {
  const stride = Math.max(1, Math.ceil(Math.max(rows, columns) / most));
  const [height, width] = [Math.floor(rows / stride), Math.floor(columns / stride)];
  const values = new Float64Array(count * height * width);
  for (let t = 0; t < count; t++)
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++)
        values[(t * height + i) * width + j] = frames[(t * rows + i * stride) * columns + j * stride];
  return { values, height, width, stride };
};

const handlers = {
  measure: (record: Record) => {
    const { values, height, width, stride } = thinned(record);
    const waves = {
      steps: record.count,
      height,
      width,
      channels: 1,
      dt: record.dt,
      torus: record.torus,
      values,
    };
    const spectrum = kOmega(waves);
    const found = propagation(waves, 0);
    return {
      stride,
      waveNumbers: spectrum.waveNumbers.map((k) => k / stride),
      frequencies: [...spectrum.frequencies],
      power: Float32Array.from(spectrum.power),
      phase: isUnresolved(found)
        ? { because: found.unresolved }
        : {
            frequency: found.frequency,
            height,
            width,
            values: Float32Array.from(found.phase),
            amplitude: Float32Array.from(found.amplitude),
            speed: median(found.speed) * stride,
          },
    };
  },
};

const median = (values: Float64Array): number => {
  const known = [...values].filter(Number.isFinite).sort((a, b) => a - b);
  return known.length === 0 ? Number.NaN : known[known.length >> 1];
};

export type AnalysisHandlers = typeof handlers;

answerBy(handlers);
