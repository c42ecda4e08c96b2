/** Waves made by hand, to analyse: plane waves, and lattices stepped by plain loops. */

import assert from 'node:assert/strict';
import { isUnresolved, type Unresolved, type Waves } from '../../src/analysis/index.js';

export interface Made {
  readonly steps: number;
  readonly height: number;
  readonly width: number;
  readonly dt: number;
}

/** Waves of one channel from a formula of column, row and time. */
export const waveOf = (made: Made, y: (x: number, row: number, time: number) => number): Waves => {
  const { steps, height, width, dt } = made;
  return {
    ...made,
    channels: 1,
    values: Float64Array.from({ length: steps * height * width }, (_, i) =>
      y(i % width, Math.floor(i / width) % height, Math.floor(i / (width * height)) * dt),
    ),
  };
};

/** What was resolved. */
export const resolved = <A>(value: A | Unresolved): A =>
  isUnresolved(value) ? assert.fail(value.unresolved) : value;

export interface Stepped extends Made {
  readonly channels: number;
  readonly coupling: ArrayLike<number>;
  readonly omega: (i: number) => number;
  readonly alpha: number;
}

/** One kick-drift step of a linear lattice, on [height, width, channels]. */
export const stepOf =
  ({ height, width, channels, dt, coupling, omega, alpha }: Stepped) =>
  ({ y, z }: { readonly y: Float64Array; readonly z: Float64Array }) => {
    const at = (row: number, column: number): number =>
      (((row + height) % height) * width + ((column + width) % width)) * channels;
    const z1 = z.map((velocity, i) => {
      const to = i % channels;
      const site = Math.floor(i / channels);
      let force = -omega(i) * y[i] - alpha * velocity;
      for (let u = -1; u <= 1; u++)
        for (let v = -1; v <= 1; v++)
          for (let from = 0; from < channels; from++)
            force +=
              coupling[(((u + 1) * 3 + v + 1) * channels + from) * channels + to] *
              y[at(Math.floor(site / width) + u, (site % width) + v) + from];
      return velocity + dt * force;
    });
    return { y: y.map((value, i) => value + dt * z1[i]), z: z1 };
  };

/** The observed sequence y[1] .. y[T] from a start at rest. */
export const observe = (lattice: Stepped, start: Float64Array): Waves => {
  const step = stepOf(lattice);
  const values = new Float64Array(lattice.steps * start.length);
  let state = { y: start, z: new Float64Array(start.length) };
  for (let t = 0; t < lattice.steps; t++) {
    state = step(state);
    values.set(state.y, t * start.length);
  }
  return { ...lattice, values };
};
