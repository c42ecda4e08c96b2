/** Law 16: complex amplitudes. */

import { remembered } from '../../base/remembered.js';
import { volume } from '../../dsl/shape.js';
import { structureOf } from '../reading/structure.js';
import { atRest, probe, smallAtRest, withFreeFields } from '../requirements/at-rest.js';
import { amplitudeFaults } from '../requirements/complex.js';
import { rest } from '../requirements/force.js';
import * as requirements from '../requirements/requirements.js';
import { timeStepOf, withTimeStep } from '../requirements/time-step.js';
import { type Bounded, exact, minus, unit64 } from '../rounding/bounded.js';
import { resize } from '../system/resize.js';
import type { System } from '../system/system.js';
import { exactState, isTame, lastStep, representable, stepFrom } from '../trial/bounded-steps.js';
import { digits, isZero, sides } from '../trial/findings.js';
import { boundedStep, trajectory } from '../trial/interpreter.js';
import {
  broken,
  type Finding,
  holds,
  inconclusive,
  type Law,
  type Requirement,
  type Trial,
} from '../trial/law.js';

const amplitude: Requirement = {
  name: 'a complex amplitude',
  essential: true,
  missing: (_, structure) =>
    structure.amplitude === null ? 'no field of two channels enters through its squared modulus' : null,
};

/** The change by one step of a state with this amplitude, divided by the amplitude. */
const changeOf = (
  { system, around }: Pick<Trial, 'system' | 'around'>,
  name: string,
  data: Float64Array,
): Float64Array => {
  const { value } = boundedStep(system, { ...rest(system), [name]: exact(data) }, around, unit64)[name];
  return value.map((v, i) => v - data[i]);
};

/** i times (re, im), for interleaved channels. */
const quarter = (data: Float64Array): Float64Array =>
  data.map((_, i) => (i % 2 === 0 ? -data[i + 1] : data[i - 1]));

/** The two channels of a complex number must behave alike for small amplitudes. */
const complex: Requirement = {
  name: 'a linear part that is complex',
  missing: (system, structure) => {
    const name = structure.amplitude;
    if (name === null) return null;
    const small = smallAtRest(system);
    const size = volume(small.system.fields[name]);
    if (changeOf(small, name, new Float64Array(size)).some((v) => v !== 0)) return 'it does not rest at zero';
    const tiny = probe(size, 1).map((v) => 1e-4 * v);
    const turnedBefore = changeOf(small, name, quarter(tiny));
    const turnedAfter = quarter(changeOf(small, name, tiny));
    const scale = Math.hypot(...turnedAfter);
    const off = Math.hypot(...turnedAfter.map((v, i) => v - turnedBefore[i]));
    return off <= 1e-3 * scale || amplitudeFaults(system).length > 0
      ? null
      : 'its two channels are no complex number: they move differently already where they are small';
  },
};

/** (re, im) times exp(i phi), for interleaved channels. */
const turned = ({ value, error }: Bounded, phi: number): Bounded => {
  const [c, s] = [Math.cos(phi), Math.sin(phi)];
  const out = new Float64Array(value.length);
  const bound = new Float64Array(value.length);
  for (let i = 0; i < value.length; i += 2) {
    out[i] = c * value[i] - s * value[i + 1];
    out[i + 1] = s * value[i] + c * value[i + 1];
    const size = Math.abs(value[i]) + Math.abs(value[i + 1]);
    bound[i] = Math.abs(c) * error[i] + Math.abs(s) * error[i + 1] + 2 ** -51 * size;
    bound[i + 1] = Math.abs(s) * error[i] + Math.abs(c) * error[i + 1] + 2 ** -51 * size;
  }
  return { value: out, error: bound };
};

/** Whether externals or drives change a system whose amplitude is zero. */
const isPushed = (system: System): boolean => {
  const { amplitude: name } = structureOf(system);
  if (name === null) return false;
  const small = withFreeFields(smallAtRest(system));
  return changeOf(small, name, new Float64Array(volume(small.system.fields[name]))).some((v) => v !== 0);
};

/** Law 16, gauge. */
export const gauge: Law = {
  name: 'gauge invariance',
  entry: 16,
  statement: 'step(exp(i phi) A) = exp(i phi) step(A)',
  source: 'complex Ginzburg-Landau: Aranson & Kramer 2002, Rev. Mod. Phys. 74, eq. 1',
  tolerance: 'both steps by running error analysis, including the rotated start',
  requirements: [requirements.noiseless, amplitude, complex],
  // External fields that are added to the amplitude stay at zero, since they would not rotate with it.
  cases: (system) => ({
    undriven: true,
    resting: isPushed(system) ? system.externals.map(({ name }) => name) : [],
  }),
  property: (trial): Finding => {
    const { system, structure, choices } = trial;
    const name = structure.amplitude ?? '';
    const { before, after, at } = lastStep(trial);
    if (!isTame(after)) return inconclusive;
    const phi = ((1 + choices[0]) * Math.PI) / 8;
    const state = exactState(before);
    const there = stepFrom(
      trial,
      { ...state, [name]: representable(trial, turned(state[name], phi)) },
      trial.around,
      at,
    );
    const expected = turned(after[name], phi);
    const shape = system.fields[name];
    return isZero(
      minus(there[name], expected),
      expected.value,
      shape,
      ({ place, by, allowed }) =>
        `turned by ${digits(phi)} the step is another: ${name}${place} is off by ${by}; rounding allows ${allowed}`,
      () => sides(shape, ['step of the turned field', there[name]], ['the step, turned', expected]),
    );
  },
};

/** Rings on which plane waves are long enough to exist: 4 sin^2(k/2) < 1. */
const ringOf = (system: System, sites: number): System | null =>
  resize(
    system,
    system.grid.map((_, axis) => [sites, 2][system.grid.length - 1 - axis] ?? 1),
  );

/** The system on rings of these sites, as far as it can be moved there. */
const ringsOf = remembered(
  (system: System): ReadonlyMap<number, System> =>
    new Map(
      [8, 12].flatMap((n) => {
        const ring = ringOf(system, n);
        return ring === null ? [] : [[n, ring] as const];
      }),
    ),
);

const ring: Requirement = {
  name: 'a ring to run on',
  essential: true,
  missing: (system) => (ringsOf(system).size > 0 ? null : 'it cannot be moved to a longer ring'),
};

/** The equation in its standard form: growth 1, saturation at 1, diffusion of the lattice. */
const standard: Requirement = {
  name: 'growth, saturation and diffusion of 1',
  missing: (system, structure) => {
    const name = structure.amplitude ?? '';
    const [[, base] = [0, undefined]] = [...ringsOf(system)];
    const h = base === undefined ? null : timeStepOf(base);
    if (base === undefined || h === null) return null;
    const step = h / 256;
    const fine = withTimeStep(base, h, step);
    if (fine === null) return null;
    const n = base.grid[base.grid.length - 1];
    const rate = (k: number, size: number): number => {
      const shape = fine.fields[name];
      const wave = Float64Array.from({ length: volume(shape) }, (_, i) => {
        const angle = k * (Math.floor(i / 2) % n);
        return size * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
      });
      const [re, im] = changeOf({ system: fine, around: atRest(fine) }, name, wave);
      return (re * wave[0] + im * wave[1]) / (size * size * step);
    };
    const k = (2 * Math.PI) / n;
    const found = [rate(0, 1e-3) - 1, rate(0, 1), rate(k, 1e-3) - (1 - 4 * Math.sin(k / 2) ** 2)];
    return found.every((off) => Math.abs(off) < 0.02)
      ? null
      : 'its growth, saturation or diffusion is not that of the equation in its standard form';
  },
};

/** |A|^2 of a plane wave after it has settled, with this time step. */
const settled = (trial: Trial, system: System, name: string, k: number, h: number): number => {
  const n = system.grid[system.grid.length - 1];
  const shape = system.fields[name];
  const expected = 1 - 4 * Math.sin(k / 2) ** 2;
  const data = new Float64Array(volume(shape));
  for (let i = 0; i < data.length; i += 2) {
    const x = Math.floor(i / 2) % n;
    data[i] = Math.sqrt(expected) * Math.cos(k * x);
    data[i + 1] = Math.sqrt(expected) * Math.sin(k * x);
  }
  // Amplitudes relax as exp(-2 |A|^2 t): after six of these times the error is reduced to 1e-5.
  const steps = Math.ceil(6 / expected / h);
  const path = trajectory(trial.on, system, { [name]: { shape, data } }, atRest(system), steps);
  const { data: end } = path[steps][name];
  return end[0] ** 2 + end[1] ** 2;
};

/** Law 16, plane waves. */
export const planeWaves: Law = {
  name: 'plane waves',
  entry: 16,
  statement:
    '|A|^2 = 1 - 4 sin^2(k/2) of a plane wave on the lattice (1 - k^2 in the continuum), as h goes to 0',
  source: 'Aranson & Kramer 2002, sec. II; explicit Euler adds O(h)',
  tolerance:
    'by refinement: the value extrapolated from h and h/2 is off by at most a quarter of what halving changes',
  requirements: [
    requirements.noiseless,
    requirements.timeless,
    amplitude,
    ring,
    requirements.changeableStep,
    requirements.circular,
    standard,
  ],
  cases: { steps: 1, sites: 4 },
  share: 0.25,
  property: (trial): Finding => {
    const { structure, choices } = trial;
    const name = structure.amplitude ?? '';
    const all = [...ringsOf(trial.system).values()];
    const base = all[choices[0] % all.length];
    const sites = base.grid[base.grid.length - 1];
    const k = (2 * Math.PI * (choices[1] % 2)) / sites;
    const h = timeStepOf(base);
    if (h === null || Object.keys(base.fields).length > 1) return inconclusive;
    const small = Math.min(h, 0.04);
    const at = (step: number): number | null => {
      const system = step === h ? base : withTimeStep(base, h, step);
      return system === null ? null : settled(trial, system, name, k, step);
    };
    const [a, b] = [at(small), at(small / 2)];
    if (a === null || b === null) return inconclusive;
    const expected = 1 - 4 * Math.sin(k / 2) ** 2;
    const found = 2 * b - a;
    if (!Number.isFinite(found))
      return broken(
        `a plane wave with k = ${digits(k)} blows up, it should settle at |A|^2 = ${digits(expected)}`,
      );
    const room = Math.abs(a - b) / 4 + 2000 * trial.on.unit * 16 + 1e-5;
    return Math.abs(found - expected) <= room
      ? holds
      : broken(
          `a plane wave with k = ${digits(k)} settles at |A|^2 = ${digits(found)} as h goes to 0, not at ${digits(expected)}`,
        );
  },
};
