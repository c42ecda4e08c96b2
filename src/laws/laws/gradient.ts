/** Law 12: how fast the distance of two states can grow. */

import { maxAbs } from '../../base/max-abs.js';
import { volume } from '../../dsl/shape.js';
import { type Degree, degreesOf } from '../reading/degree.js';
import { dampingOf, rest } from '../requirements/force.js';
import * as requirements from '../requirements/requirements.js';
import { exact } from '../rounding/bounded.js';
import { roundingOverSteps } from '../rounding/over-steps.js';
import { digits } from '../trial/findings.js';
import { boundedStep, trajectory } from '../trial/interpreter.js';
import {
  broken,
  type Finding,
  holds,
  inconclusive,
  type Law,
  type Requirement,
  type Trial,
  vacuous,
} from '../trial/law.js';

/** Differences must grow by factors that do not depend on the state: no products of state with state. */
const lipschitz: Requirement = {
  name: 'a force of bounded slope',
  essential: true,
  missing: ({ nodes }) => {
    const degrees: readonly Degree[] = degreesOf(nodes, ({ op }) => op.op === 'state');
    const steep = nodes.find(
      ({ op, inputs }, number) =>
        degrees[number] === 'other' &&
        ((op.op === 'zip' &&
          (op.fn === 'mul' || op.fn === 'div') &&
          degrees[inputs[op.fn === 'div' ? 1 : 0]] !== 'none' &&
          degrees[inputs[1]] !== 'none') ||
          (op.op === 'map' &&
            !['tanh', 'sin', 'cos', 'erf', 'relu', 'sigmoid', 'softplus', 'abs'].includes(op.fn)) ||
          (op.op === 'zip' && (op.fn === 'greaterEqual' || op.fn === 'atan2')) ||
          (op.op === 'where' && degrees[inputs[0]] !== 'none') ||
          op.op === 'scan' ||
          op.op === 'recurrence'),
    );
    return steep === undefined ? null : 'its force has no bounded slope: the state is multiplied by itself';
  },
};

type Pair = readonly [number, number];

const differences = (trial: Trial): Finding => {
  const { system, structure, on, start, around, steps, choices } = trial;
  const { oscillator } = structure;
  if (oscillator === null) return inconclusive;
  const { y, z, h } = oscillator;
  const size = volume(system.fields[y]);
  const alpha = dampingOf(trial, oscillator).value;
  if (alpha.some((a) => h * a < -1e-12 || h * a > 1 + 1e-12)) return inconclusive;
  // Errors of 1 in every displacement, propagated without rounding, give the row sums of |dF/dy|.
  const probe = {
    ...rest(system),
    [y]: { value: new Float64Array(size), error: new Float64Array(size).fill(1) },
    [z]: exact(new Float64Array(size)),
  };
  const k = maxAbs(boundedStep(system, probe, around, 0)[z].error) / Math.abs(h);
  const site = (choices[0] * 7 + choices[1]) % size;
  const bump = (name: string, by: (i: number) => number) => ({
    ...start,
    [name]: { shape: start[name].shape, data: start[name].data.map((v, i) => v + by(i)) },
  });
  const starts = [
    bump(y, (i) => (i === site ? 0.5 : 0)),
    bump(z, (i) => (i % 2 === 0 ? 0.25 : -0.25)),
    bump(y, (i) => (i % 2 === 0 ? 0.125 : -0.125)),
  ];
  const base = trajectory(on, system, start, around, steps);
  const magnitude = Math.max(
    1,
    ...base.map((state) => Math.max(maxAbs(state[y].data), maxAbs(state[z].data))),
  );
  for (const other of starts) {
    const path = trajectory(on, system, other, around, steps);
    const apart = (n: number): Pair => [
      maxAbs(path[n][y].data.map((v, i) => v - base[n][y].data[i])),
      maxAbs(path[n][z].data.map((v, i) => v - base[n][z].data[i])),
    ];
    let bound = apart(0);
    let noise: Pair = [0, 0];
    const step = ([a, b]: Pair): Pair => [(1 + h * h * k) * a + Math.abs(h) * b, Math.abs(h) * k * a + b];
    const rounding = 2 * roundingOverSteps(system, on.unit, 1) * magnitude * (1 + k);
    for (let n = 1; n <= steps; n++) {
      bound = step(bound);
      const [p, q] = step(noise);
      noise = [p + rounding, q + rounding];
      const found = apart(n);
      const at = found.findIndex((v, i) => !(v <= bound[i] + noise[i]));
      if (at >= 0)
        return broken(
          `two states grow apart faster than [[1 + h^2 k, h], [h k, 1]]^n allows, k = ${digits(k)}: after ${n} steps ` +
            `${[y, z][at]} differs by ${digits(found[at])}, the bound is ${digits(bound[at])}`,
          { title: y, field: base[n][y] },
          { title: `${y} of the other`, field: path[n][y] },
        );
    }
  }
  return k > 0 || alpha.some((a) => a !== 0)
    ? holds
    : vacuous('no force depends on the state: two states stay as far apart as their velocities take them');
};

/** Law 12. */
export const gradientBound: Law = {
  name: 'gradient bound',
  entry: 12,
  statement:
    'block norms of d s_n / d s_0 are at most [[1 + h^2 k, h], [h k, 1]]^n, k = |W|_inf + omega_max, 0 <= h alpha <= 1',
  source:
    'after Rusch & Mishra 2021, arXiv 2010.00951, prop. 3.2; tried on differences of states, which obey the same bound as derivatives',
  tolerance: 'one rounding a node and step, grown as the bound grows',
  requirements: [
    requirements.oscillator,
    requirements.evenPace,
    requirements.noiseless,
    lipschitz,
    requirements.diagonalDamping,
    requirements.kickFirst,
  ],
  cases: (system) => ({
    steps: 10,
    ranges: Object.fromEntries(
      system.externals.flatMap(({ name, kind }) => (kind === 'field' ? [[name, { low: 0, high: 1 }]] : [])),
    ),
  }),
  property: differences,
};
