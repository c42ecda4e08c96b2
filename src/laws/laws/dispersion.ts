/** Law 4: the frequency of plane waves on the lattice. */

import { remembered } from '../../base/remembered.js';
import { volume } from '../../dsl/shape.js';
import type { Oscillator } from '../reading/oscillator.js';
import { structureOf } from '../reading/structure.js';
import { probe, wideAtRest } from '../requirements/at-rest.js';
import { rest, stiffnessOf, waveOf } from '../requirements/force.js';
import * as requirements from '../requirements/requirements.js';
import { exact, minus, plus, scaled, unit64, within } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { stepFrom } from '../trial/bounded-steps.js';
import { isZero, sides } from '../trial/findings.js';
import { type Finding, inconclusive, type Law, type Requirement, type Trial } from '../trial/law.js';

/** K = c^2 (-L) + omega with the five-point L (three-point on a line, seven-point in a volume). */
interface Lattice {
  readonly speed2: number;
  readonly omega: number;
}

/** Reads c^2 and omega from the stiffness of a single displaced site, or returns why it does not have this form. */
const latticeOf = remembered((system: System): Lattice | string => read(system));

const read = (system: System): Lattice | string => {
  const { oscillator } = structureOf(system);
  if (oscillator === null) return 'it is no oscillator';
  const trial = wideAtRest(system);
  const { grid, fields } = trial.system;
  if (grid.some((n) => n < 3)) return 'its grid is too small';
  const shape = fields[oscillator.y];
  const channels = volume(shape.slice(grid.length));
  const size = volume(shape);
  const pulled = stiffnessOf(
    trial,
    oscillator,
    exact(Float64Array.from({ length: size }, (_, i) => (i === 0 ? 1 : 0))),
  ).value;
  const speed2 = -pulled[channels];
  const omega = pulled[0] - 2 * grid.length * speed2;
  const expected = new Float64Array(size);
  expected[0] = pulled[0];
  for (let axis = 0; axis < grid.length; axis++) {
    const stride = channels * volume(grid.slice(axis + 1));
    expected[stride] -= speed2;
    expected[stride * (grid[axis] - 1)] -= speed2;
  }
  const largest = Math.max(...pulled.map(Math.abs));
  // All sites and channels must behave alike; tested with a displacement of all of them.
  const everywhere = probe(size, 1);
  const all = stiffnessOf(trial, oscillator, exact(everywhere)).value;
  const same = all.every((v, i) => {
    const site = Math.floor(i / channels);
    let sum = pulled[0] * everywhere[i];
    for (let axis = 0; axis < grid.length; axis++) {
      const stride = volume(grid.slice(axis + 1));
      const n = grid[axis];
      const at = Math.floor(site / stride) % n;
      for (const by of [1, n - 1])
        sum -= speed2 * everywhere[(site + (((at + by) % n) - at) * stride) * channels + (i % channels)];
    }
    return Math.abs(v - sum) <= 1e-9 * largest;
  });
  return same && pulled.every((v, i) => Math.abs(v - expected[i]) <= 64 * unit64 * largest) && largest > 0
    ? { speed2, omega: Math.abs(omega) < 64 * unit64 * largest ? 0 : omega }
    : 'its stiffness is not a multiple of the five-point Laplacian and a restoring term';
};

const fivePoint: Requirement = {
  name: 'the five-point Laplacian',
  essential: true,
  missing: (system) => {
    const found = latticeOf(system);
    return typeof found === 'string' ? found : null;
  },
};

const property = (trial: Trial): Finding => {
  const { system, structure, choices } = trial;
  const { oscillator } = structure;
  if (oscillator === null) return inconclusive;
  const lattice = latticeOf(system);
  return typeof lattice === 'string' ? inconclusive : turns(trial, oscillator, lattice, choices);
};

const turns = (
  trial: Trial,
  oscillator: Oscillator,
  lattice: Lattice,
  choices: readonly number[],
): Finding => {
  const { system } = trial;
  const { h, y, z } = oscillator;
  const shape = system.fields[y];
  const k = system.grid.map((n, axis) => (2 * Math.PI * (choices[axis] % n)) / n);
  const lambda = 4 * lattice.speed2 * k.reduce((sum, ki) => sum + Math.sin(ki / 2) ** 2, 0) + lattice.omega;
  // sin^2(W h / 2) = h^2 lambda / 4 is cos(W h) = 1 - h^2 lambda / 2.
  const cosine = 1 - (h * h * lambda) / 2;
  const channels = volume(shape.slice(system.grid.length));
  const wave = Float64Array.from({ length: volume(shape) }, (_, i) => {
    let site = Math.floor(i / channels);
    let angle = choices[2] / 4 + (i % channels);
    for (let axis = system.grid.length - 1; axis >= 0; axis--) {
      angle += k[axis] * (site % system.grid[axis]);
      site = Math.floor(site / system.grid[axis]);
    }
    return Math.fround(Math.cos(angle));
  });
  // A wave rounded to float32 is not an exact wave, and its angle was rounded before.
  const mode = within(
    wave,
    wave.map((v) => 2 ** -24 * Math.abs(v) + 2 ** -48),
  );
  const slow = (choices[3] - 7) / 8;
  const before = { ...rest(system), [y]: mode, [z]: scaled(slow, mode) };
  const after = waveOf(oscillator, stepFrom(trial, before));
  // y[n+1] = 2 cos(W h) y[n] - y[n-1], and y[n-1] = y[n] - h z[n].
  const earlier = minus(mode, scaled(h * slow, mode));
  const expected = minus(scaled(2 * cosine, mode), earlier);
  const doubt = 32 * unit64 * (1 + h * h * Math.abs(lambda));
  const found = within(
    after.y.value,
    after.y.error.map((e, i) => e + doubt * Math.abs(mode.value[i])),
  );
  return isZero(
    minus(found, expected),
    expected.value,
    shape,
    ({ place, by, allowed }) =>
      `the plane wave with m = [${k.map((_, axis) => choices[axis] % system.grid[axis]).join(',')}] does not turn by ` +
      `cos(W h) = ${cosine.toPrecision(6)}: ${y}${place} is off by ${by}; rounding allows ${allowed}`,
    () => sides(shape, ['after a step', found], ['expected', plus(expected, scaled(0, expected))]),
  );
};

/** Law 4. */
export const dispersion: Law = {
  name: 'dispersion',
  entry: 4,
  statement: 'sin^2(W h/2) = h^2 (c^2 (sin^2(kx/2) + sin^2(ky/2)) + omega/4), k = 2 pi m / N',
  source:
    'von Neumann analysis of the five-point scheme: Trefethen 1982, Group velocity in finite difference schemes, SIAM Review 24',
  tolerance: 'running error analysis of the step, with a start that is a plane wave to 2^-24',
  requirements: [
    requirements.oscillator,
    requirements.evenPace,
    requirements.linearForce,
    requirements.noiseless,
    requirements.circular,
    fivePoint,
    requirements.undampedAtRest,
    requirements.kickFirst,
  ],
  cases: (system) => ({
    undriven: true,
    steps: 1,
    grids: (grid) => grid.every((n) => n >= 3),
    resting: system.externals.map(({ name }) => name),
  }),
  property,
};
