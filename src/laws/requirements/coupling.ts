/** The coupling of phases, measured by moving one at a time. */

import { remembered } from '../../base/remembered.js';
import { volume } from '../../dsl/shape.js';
import { phaseNameOf, structureOf } from '../reading/structure.js';
import { exact, unit64 } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { boundedStep } from '../trial/interpreter.js';
import type { Trial } from '../trial/law.js';
import { probe, smallAtRest, withFreeFields } from './at-rest.js';
import { matrixOf, rest } from './force.js';

type At = Pick<Trial, 'system' | 'around'>;

/** The change of each phase by one step. */
const turnsBy = ({ system, around }: At, phases: Float64Array): Float64Array => {
  const name = phaseNameOf(structureOf(system));
  const { value } = boundedStep(system, { ...rest(system), [name]: exact(phases) }, around, unit64)[name];
  return value.map((v, i) => v - phases[i]);
};

/** h K_ij: the change of phase i in one step due to a phase of pi/2 at j. */
export const pullsOf = (system: System, around: Trial['around']): readonly (readonly number[])[] => {
  const size = volume(system.fields[phaseNameOf(structureOf(system))] ?? []);
  const rest = turnsBy({ system, around }, new Float64Array(size));
  return matrixOf(size, (unit) => {
    const next = turnsBy(
      { system, around },
      unit.map((v) => (v * Math.PI) / 2),
    );
    return next.map((v, i) => (unit[i] === 1 ? 0 : v - rest[i]));
  });
};

/** Properties of a coupling of phases. */
interface Coupling {
  readonly pulls: readonly (readonly number[])[];
  /** Whether each phase changes only by its own frequency and K_ij sin(theta_j - theta_i). */
  readonly isSine: boolean;
  readonly isSymmetric: boolean;
  /** Whether equal phases all change equally. */
  readonly isLevel: boolean;
}

/** The largest number of phases of which all pairs are tested. */
const most = 400;

/** The coupling of a system of phases, on its smallest grid at rest; null if there are too many phases. */
export const couplingOf = remembered((system: System): Coupling | null => read(smallAtRest(system)));

const read = (small: At): Coupling | null => {
  const { system, around } = small;
  const size = volume(system.fields[phaseNameOf(structureOf(system))] ?? []);
  if (size > most) return null;
  const pulls = pullsOf(system, around);
  const own = turnsBy(small, new Float64Array(size));
  const phases = probe(size, 3).map((v) => 3 * v);
  const found = turnsBy(small, phases);
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * (1 + Math.abs(a));
  return {
    pulls,
    isSine: pulls.every((row, i) =>
      near(
        found[i],
        row.reduce((sum, k, j) => sum + k * Math.sin(phases[j] - phases[i]), own[i]),
      ),
    ),
    isSymmetric: [pulls, ...pullsOfPairs(small)].every((k) =>
      k.every((row, i) => row.every((v, j) => Math.abs(v - k[j][i]) <= 64 * unit64)),
    ),
    isLevel: own.every((v) => near(v, own[0])),
  };
};

/**
 * The pulls with nonzero given weights between sites (at rest these are 0); empty if the step has no such
 * weights.
 */
const pullsOfPairs = (small: At): readonly (readonly (readonly number[])[])[] => {
  if (structureOf(small.system).placed === null) return [];
  const { system, around } = withFreeFields(small);
  return [pullsOf(system, around)];
};

/** How a phase responds to another: to their difference, in a way that looks like a mistake, or otherwise. */
export type Answer = 'difference' | 'sum' | 'other alone' | 'otherwise';

export const answerOf = remembered((system: System): Answer => answer(smallAtRest(system)));

const answer = (small: At): Answer => {
  const size = volume(small.system.fields[phaseNameOf(structureOf(small.system))] ?? []);
  const at = (a: number, b: number, j: number): number =>
    turnsBy(
      small,
      Float64Array.from({ length: size }, (_, i) => (i === 0 ? a : i === j ? b : 0)),
    )[0];
  const phases = probe(size, 3).map((v) => 2 * v);
  const [plain, moved] = [
    turnsBy(small, phases),
    turnsBy(
      small,
      phases.map((v) => v + 0.7),
    ),
  ];
  if (plain.every((v, i) => Math.abs(v - moved[i]) <= 1e-9)) return 'difference';
  const felt = (a: number, b: number, j: number): number => at(a, b, j) - at(a, 0, j);
  const j = Array.from({ length: Math.max(0, Math.min(size, most) - 1) }, (_, i) => i + 1).find(
    (other) => Math.abs(felt(0.4, 1.1, other)) > 1e-9,
  );
  if (j === undefined) return 'otherwise';
  const pairs = [
    [0.4, 1.1],
    [-0.9, 0.7],
    [1.3, -0.5],
  ] as const;
  const always = (predicted: (a: number, b: number) => number): boolean =>
    pairs.every(([a, b]) => Math.abs(felt(a, b, j) - predicted(a, b)) <= 1e-9);
  if (always((a, b) => felt(0, a + b, j) - felt(0, a, j))) return 'sum';
  return always((_, b) => felt(0, b, j)) ? 'other alone' : 'otherwise';
};
