/** Law 11: the energy of a coRNN. */

import { volume } from '../../dsl/shape.js';
import { everything, intervalsOf } from '../reading/interval.js';
import type { Structure } from '../reading/structure.js';
import * as requirements from '../requirements/requirements.js';
import { dot, sumOf } from '../rounding/bounded.js';
import { roundingOverSteps } from '../rounding/over-steps.js';
import { type System, sequenceName } from '../system/system.js';
import { exactState } from '../trial/bounded-steps.js';
import { digits } from '../trial/findings.js';
import { trajectory } from '../trial/interpreter.js';
import { broken, holds, inconclusive, type Law, type Requirement, vacuous } from '../trial/law.js';

/** The coefficients of a coRNN's step: z' = a z + b s - c y with |s| <= 1. */
interface Cornn {
  readonly epsilon: number;
  readonly gamma: number;
  readonly atNewVelocity: boolean;
}

const cornnOf = (system: System, { oscillator }: Structure): Cornn | string => {
  if (oscillator === null) return 'it is no oscillator';
  const { kick, yNode, zNode, h } = oscillator;
  const others = [...kick.terms].filter(([node]) => node !== yNode && node !== zNode);
  const [a, c] = [kick.terms.get(zNode) ?? 0, -(kick.terms.get(yNode) ?? 0)];
  const intervals = intervalsOf(system.nodes, ({ op }) =>
    op.op === 'state' || op.op === 'element' || op.op === 'external' ? everything : null,
  );
  if (
    others.length !== 1 ||
    !others.every(([node]) => intervals[node].low >= -1 && intervals[node].high <= 1)
  )
    return "its velocity is not made of itself, the displacement and one bounded force, as z' = a z + b s - c y";
  const b = others[0][1];
  if (!(a > 0 && a < 1 && c > 0 && b > 0))
    return 'it has no damping and restoring force of one strength at all sites';
  const near = (x: number, to: number): boolean => Math.abs(x - to) <= 1e-9 * Math.abs(to);
  return { epsilon: (1 / a - 1) / h, gamma: c / b, atNewVelocity: near(b, h * a) };
};

const implicitDamping: Requirement = {
  name: 'damping at the new velocity',
  essential: true,
  missing: (system, structure) => {
    const found = cornnOf(system, structure);
    if (typeof found === 'string') return found;
    const { h } = structure.oscillator ?? { h: 0 };
    if (!found.atNewVelocity)
      return 'its damping acts on the old velocity, which can exceed the bound many times';
    return h * h * found.gamma < 4 ? null : `h^2 gamma = ${digits(h * h * found.gamma)} is not below 4`;
  },
};

/** Law 11, coRNN. */
export const cornnEnergy: Law = {
  name: 'coRNN energy bound',
  entry: 11,
  statement:
    "|z|^2 + gamma |y|^2 - h gamma z.y <= m t / (2 eps), from rest, z' = (z + h (s - gamma y)) / (1 + h eps), |s| <= 1",
  source: 'after Rusch & Mishra 2021, arXiv 2010.00951, prop. 3.1, with the constants of this step',
  tolerance: 'running error of the sums, one rounding a node and step of the bound itself',
  requirements: [requirements.oscillator, requirements.evenPace, implicitDamping],
  cases: { steps: 16, ranges: {} },
  property: ({ system, structure, on, start, around, steps }) => {
    const { oscillator } = structure;
    const found = cornnOf(system, structure);
    if (oscillator === null || typeof found === 'string') return inconclusive;
    const { y, z, h } = oscillator;
    const still = Object.fromEntries(
      Object.entries(start).map(([name, { shape, data }]) => [
        name,
        { shape, data: new Float64Array(data.length) },
      ]),
    );
    // The strongest possible drive; the bound holds for any.
    const pushed = Object.fromEntries(
      Object.entries(around).map(([name, x]) => [
        name,
        system.sequences.some((_, i) => sequenceName(i) === name)
          ? { shape: x.shape, data: x.data.map((v) => 8 * v) }
          : x,
      ]),
    );
    const path = trajectory(on, system, still, pushed, steps);
    for (const [n, state] of path.entries()) {
      const wave = exactState(state);
      const energy = sumOf(
        [1, dot(wave[z], wave[z])],
        [found.gamma, dot(wave[y], wave[y])],
        [-h * found.gamma, dot(wave[z], wave[y])],
      );
      const bound = (volume(system.fields[y]) * n * h) / (2 * found.epsilon);
      if (energy.value > bound * (1 + roundingOverSteps(system, on.unit, n)) + energy.error)
        return broken(
          `after ${n} steps the energy ${digits(energy.value)} is above m t / (2 eps) = ${digits(bound)}`,
          { title: y, field: state[y] },
          { title: z, field: state[z] },
        );
    }
    return path.some((state) => state[z].data.some((v) => v !== 0))
      ? holds
      : vacuous('nothing pushes it: from rest it stays at rest');
  },
};
