/** The wave equation stepped in plain loops and double precision: slow to read, obvious to check, the oracle. */

import type { Lattice } from '../../src/drums/lattice.js';

/** The displacement of the point `microphone` after each step, for an impulse at `strike` (indices into the box). */
export const steppedSound = (
  { rows, columns, inside }: Lattice,
  strike: number,
  microphone: number,
  { speed, dt, steps }: { readonly speed: number; readonly dt: number; readonly steps: number },
): Float64Array => {
  // A margin of zeros all round is the edge.
  const wide = columns + 2;
  const at = (i: number): number => (Math.floor(i / columns) + 1) * wide + (i % columns) + 1;
  const points = Array.from(inside.keys())
    .filter((i) => inside[i] === 1)
    .map(at);
  const y = new Float64Array((rows + 2) * wide);
  const z = new Float64Array(y.length);
  y[at(strike)] = 1;
  return Float64Array.from({ length: steps }, () => {
    for (const p of points)
      z[p] += dt * speed * speed * (y[p - 1] + y[p + 1] + y[p - wide] + y[p + wide] - 4 * y[p]);
    for (const p of points) y[p] += dt * z[p];
    return y[at(microphone)];
  });
};
