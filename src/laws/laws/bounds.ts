/** Laws 11 and 12: what cannot grow, and how fast differences can. */

import { volume } from '../../dsl/shape.js';
import { type Degree, degreesOf, type Interval, intervalsOf } from '../analysis.js';
import { dot, exact, sumOf } from '../bounded.js';
import { functionUnits } from '../error.js';
import { formsOf } from '../forms.js';
import { broken, type Finding, holds, type Law, type Need, silent, type Trial } from '../law.js';
import * as needs from '../needs.js';
import { boundedStep, trajectory } from '../run.js';
import type { Oscillator, Structure } from '../structure.js';
import { type System, sequenceName } from '../system.js';
import { dampingOf, digits, exactState } from '../tools.js';

const everything: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
const largest = (data: ArrayLike<number>): number =>
  Array.from(data).reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** What rounding may add to a bound over n steps: every node of every step rounds once, functions more. */
const slack = (system: System, unit: number, steps: number): number =>
  1 + steps * (system.nodes.length + 4 * functionUnits) * unit;

/** |F| of an oscillator whose free externals are zero, whatever its state. */
const forceBound = (system: System, { kick, zNode }: Oscillator, h: number): number => {
  const intervals = intervalsOf(system.nodes, ({ op }) => {
    if (op.op === 'external')
      return system.externals[op.index].kind === 'field' ? { low: 0, high: 0 } : everything;
    return op.op === 'state' || op.op === 'element' || op.op === 'clock' || op.op === 'noise'
      ? everything
      : undefined;
  });
  let bound = Math.abs(kick.constant);
  for (const [node, c] of kick.terms) {
    if (node === zNode) {
      if (c !== 1) return Number.POSITIVE_INFINITY;
      continue;
    }
    const { low, high } = intervals[node];
    bound += Math.abs(c) * Math.max(Math.abs(low), Math.abs(high));
  }
  return bound / Math.abs(h);
};

const boundedForce: Need = {
  name: 'a bounded force',
  essential: true,
  missing: (system, { oscillator }) =>
    oscillator !== undefined && Number.isFinite(forceBound(system, oscillator, oscillator.h))
      ? undefined
      : 'its force has no bound of its own (no tanh or sine around it)',
};

/** Law 11, bounded force. */
export const linearGrowth: Law = {
  name: 'growth under a bounded force',
  entry: 11,
  statement:
    '|z_n| <= |z_0| + n h B and |y_n| <= |y_0| + n h |z_0| + h^2 B n(n+1)/2 for |F| <= B, omega = alpha = 0',
  source: 'summing the steps; laws.md',
  tolerance: 'one rounding a node and step of the bound itself',
  needs: [needs.oscillator, boundedForce, needs.kickFirst],
  cases: (system) => ({ steps: 12, resting: system.externals.map(({ name }) => name) }),
  property: ({ system, structure, on, start, around, steps }) => {
    const { oscillator } = structure;
    if (oscillator === undefined) return silent;
    const { y, z, h } = oscillator;
    const b = forceBound(system, oscillator, h);
    const path = trajectory(on, system, start, around, steps);
    const [y0, z0] = [largest(start[y].data), largest(start[z].data)];
    for (const [n, state] of path.entries()) {
      const room = slack(system, on.unit, n);
      const speed = (z0 + n * Math.abs(h) * b) * room;
      const reach = (y0 + n * Math.abs(h) * z0 + (h * h * b * n * (n + 1)) / 2) * room;
      const [found, far] = [largest(state[z].data), largest(state[y].data)];
      if (!(found <= speed))
        return broken(`after ${n} steps |${z}| = ${digits(found)} is above ${digits(speed)}`, {
          title: z,
          field: state[z],
        });
      if (!(far <= reach))
        return broken(`after ${n} steps |${y}| = ${digits(far)} is above ${digits(reach)}`, {
          title: y,
          field: state[y],
        });
    }
    return holds;
  },
};

/** Intervals of the next fields from those of the fields; what drives may be anything. */
const nextIntervals = (
  system: System,
  fields: Readonly<Record<string, Interval>>,
): Readonly<Record<string, Interval>> => {
  const intervals = intervalsOf(system.nodes, ({ op }) => {
    if (op.op === 'state') return fields[op.field];
    if (op.op === 'input') return fields[op.name];
    return op.op === 'external' || op.op === 'element' || op.op === 'parameter' ? everything : undefined;
  });
  return Object.fromEntries(Object.entries(system.next).map(([name, node]) => [name, intervals[node]]));
};

/** Fields that stay bounded whatever all others do. */
const gatedFields = (system: System): readonly string[] => {
  const names = Object.keys(system.fields);
  return names.filter((name) => {
    const next = nextIntervals(
      system,
      Object.fromEntries(names.map((other) => [other, other === name ? { low: -1, high: 1 } : everything])),
    );
    return next[name] !== undefined && Number.isFinite(next[name].low) && Number.isFinite(next[name].high);
  });
};

const gated: Need = {
  name: 'a field within gates',
  essential: true,
  missing: (system, { oscillator }) =>
    oscillator === undefined && gatedFields(system).length > 0
      ? undefined
      : 'no field is kept within bounds by gates (tanh, sigmoid) whatever the others do',
};

/** Law 11, gates. */
export const gates: Law = {
  name: 'boundedness by gates',
  entry: 11,
  statement:
    'ConvLSTM: |h| <= 1, |c_n| <= |c_0| + n; ConvGRU: |h_n| <= max(|h_0|, 1); in general interval arithmetic of the step',
  source: 'tanh and sigmoid are bounded; laws.md',
  tolerance: 'one rounding a node and step of the bound itself',
  needs: [needs.steps, gated],
  cases: { steps: 8 },
  property: ({ system, on, start, around, steps }) => {
    const names = gatedFields(system);
    const path = trajectory(on, system, start, around, steps);
    const within = (name: string): Interval => ({
      low: -largest(start[name].data),
      high: largest(start[name].data),
    });
    let bounds: Readonly<Record<string, Interval>> = Object.fromEntries(
      Object.keys(system.fields).map((name) => [name, names.includes(name) ? within(name) : everything]),
    );
    for (const [n, state] of path.entries()) {
      for (const name of names) {
        const { low, high } = bounds[name];
        const room = Math.max(Math.abs(low), Math.abs(high)) * (slack(system, on.unit, n) - 1);
        const wrong = state[name].data.find((v) => !(v >= low - room && v <= high + room));
        if (wrong !== undefined)
          return broken(
            `after ${n} steps ${name} = ${digits(wrong)} has left [${digits(low)}, ${digits(high)}]`,
            { title: name, field: state[name] },
          );
      }
      const next = nextIntervals(system, bounds);
      bounds = Object.fromEntries(
        Object.entries(bounds).map(([name, old]) => [name, names.includes(name) ? next[name] : old]),
      );
    }
    return holds;
  },
};

/** What a coRNN's step says about itself: z' = a z + b s - c y with |s| <= 1. */
interface Corrnn {
  readonly epsilon: number;
  readonly gamma: number;
  readonly atNewVelocity: boolean;
}

const cornnOf = (system: System, { oscillator }: Structure): Corrnn | string => {
  if (oscillator === undefined) return 'it is no oscillator';
  const { kick, yNode, zNode, h } = oscillator;
  const others = [...kick.terms].filter(([node]) => node !== yNode && node !== zNode);
  const [a, c] = [kick.terms.get(zNode) ?? 0, -(kick.terms.get(yNode) ?? 0)];
  const intervals = intervalsOf(system.nodes, ({ op }) =>
    op.op === 'state' || op.op === 'element' || op.op === 'external' ? everything : undefined,
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

const implicitDamping: Need = {
  name: 'damping at the new velocity',
  essential: true,
  missing: (system, structure) => {
    const found = cornnOf(system, structure);
    if (typeof found === 'string') return found;
    const { h } = structure.oscillator ?? { h: 0 };
    if (!found.atNewVelocity)
      return 'its damping acts on the old velocity, which can exceed the bound many times';
    return h * h * found.gamma < 4 ? undefined : `h^2 gamma = ${digits(h * h * found.gamma)} is not below 4`;
  },
};

/** Law 11, coRNN. */
export const cornnEnergy: Law = {
  name: 'coRNN energy bound',
  entry: 11,
  statement:
    "|z|^2 + gamma |y|^2 - h gamma z.y <= m t / (2 eps), from rest, z' = (z + h (s - gamma y)) / (1 + h eps), |s| <= 1",
  source: 'after Rusch & Mishra 2021, arXiv 2010.00951, prop. 3.1; laws.md',
  tolerance: 'running error of the sums, one rounding a node and step of the bound itself',
  needs: [needs.oscillator, implicitDamping],
  cases: { steps: 16, ranges: {} },
  property: ({ system, structure, on, start, around, steps }) => {
    const { oscillator } = structure;
    const found = cornnOf(system, structure);
    if (oscillator === undefined || typeof found === 'string') return silent;
    const { y, z, h } = oscillator;
    const still = Object.fromEntries(
      Object.entries(start).map(([name, { shape, data }]) => [
        name,
        { shape, data: new Float64Array(data.length) },
      ]),
    );
    // The strongest push that there is: the bound is for any.
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
      if (energy.value > bound * slack(system, on.unit, n) + energy.error)
        return broken(
          `after ${n} steps the energy ${digits(energy.value)} is above m t / (2 eps) = ${digits(bound)}`,
          { title: y, field: state[y] },
          { title: z, field: state[z] },
        );
    }
    return holds;
  },
};

/** Whether differences grow by factors that do not depend on the state: no state times state. */
const lipschitz: Need = {
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
            !['tanh', 'sin', 'cos', 'relu', 'sigmoid', 'softplus', 'abs'].includes(op.fn)) ||
          op.op === 'scan' ||
          op.op === 'recurrence'),
    );
    return steep === undefined
      ? undefined
      : 'its force has no bounded slope: the state is multiplied by itself';
  },
};

type Pair = readonly [number, number];

const differences = (trial: Trial): Finding => {
  const { system, structure, on, start, around, steps, choices } = trial;
  const { oscillator } = structure;
  if (oscillator === undefined) return silent;
  const { y, z, h } = oscillator;
  const size = volume(system.fields[y]);
  const alpha = dampingOf(trial, oscillator).value;
  if (alpha.some((a) => h * a < -1e-12 || h * a > 1 + 1e-12)) return silent;
  // Errors of 1 in every displacement, handed on without rounding, are the row sums of |dF/dy|.
  const probe = {
    [y]: { value: new Float64Array(size), error: new Float64Array(size).fill(1) },
    [z]: exact(new Float64Array(size)),
  };
  const k = largest(boundedStep(system, probe, around, 0)[z].error) / Math.abs(h);
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
    ...base.map((state) => Math.max(largest(state[y].data), largest(state[z].data))),
  );
  for (const other of starts) {
    const path = trajectory(on, system, other, around, steps);
    const apart = (n: number): Pair => [
      largest(path[n][y].data.map((v, i) => v - base[n][y].data[i])),
      largest(path[n][z].data.map((v, i) => v - base[n][z].data[i])),
    ];
    let bound = apart(0);
    let noise: Pair = [0, 0];
    const step = ([a, b]: Pair): Pair => [(1 + h * h * k) * a + Math.abs(h) * b, Math.abs(h) * k * a + b];
    const rounding = 2 * (slack(system, on.unit, 1) - 1) * magnitude * (1 + k);
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
  return holds;
};

/** Law 12. */
export const gradientBound: Law = {
  name: 'gradient bound',
  entry: 12,
  statement:
    'block norms of d s_n / d s_0 are at most [[1 + h^2 k, h], [h k, 1]]^n, k = |W|_inf + omega_max, 0 <= h alpha <= 1',
  source:
    'after Rusch & Mishra 2021, prop. 3.2; laws.md. Tried on differences of states, which obey it as derivatives do',
  tolerance: 'one rounding a node and step, grown as the bound grows',
  needs: [needs.oscillator, needs.noiseless, lipschitz, needs.diagonalDamping, needs.kickFirst],
  cases: (system) => ({
    steps: 10,
    ranges: Object.fromEntries(
      system.externals.flatMap(({ name, kind }) => (kind === 'field' ? [[name, { low: 0, high: 1 }]] : [])),
    ),
  }),
  property: differences,
};

/** All fields from [0, 1] stay in [0, 1], whatever drives them. */
const staysInUnit = (system: System): boolean => {
  const unit: Interval = { low: 0, high: 1 };
  const next = nextIntervals(
    system,
    Object.fromEntries(Object.keys(system.fields).map((name) => [name, unit])),
  );
  return Object.keys(system.fields).every(
    (name) => next[name] !== undefined && next[name].low >= 0 && next[name].high <= 1 + 1e-12,
  );
};

/** The share h / tau of a relaxation x + r (S(...) - x), for the sentence. */
const relaxing: Need = {
  name: 'activities that relax towards a sigmoid',
  essential: true,
  missing: (system) => {
    const { nodes, fields, next } = system;
    const forms = formsOf(nodes);
    const keeps = (name: string): boolean => {
      const state = nodes.findIndex(({ op }) => op.op === 'state' && op.field === name);
      return forms[next[name]]?.terms.has(state) === true;
    };
    const relaxes =
      nodes.some(({ op }) => op.op === 'map' && op.fn === 'sigmoid') &&
      // With h = tau nothing of the old value is left.
      (Object.keys(fields).every(keeps) || staysInUnit(system));
    return relaxes ? undefined : 'its fields do not relax towards a sigmoid';
  },
};

const smallRate: Need = {
  name: 'h <= tau',
  missing: (system) =>
    staysInUnit(system) ? undefined : 'its step can leave [0, 1]: h is larger than a time constant',
};

/** Law 16, Wilson-Cowan. */
export const unitInterval: Law = {
  name: 'activities in [0, 1]',
  entry: 16,
  statement: 'from [0, 1] every activity stays in [0, 1], for h <= tau',
  source: 'a step is a mean of the old value and a sigmoid: Wilson & Cowan 1972; laws.md',
  tolerance: 'one rounding a node and step',
  needs: [needs.steps, needs.noiseless, relaxing, smallRate],
  cases: (system) => ({
    steps: 10,
    ranges: Object.fromEntries(Object.keys(system.fields).map((name) => [name, { low: 0, high: 1 }])),
  }),
  property: ({ system, on, start, around, steps }) => {
    const path = trajectory(on, system, start, around, steps);
    for (const [n, state] of path.entries())
      for (const [name, field] of Object.entries(state)) {
        const room = slack(system, on.unit, n) - 1;
        const wrong = field.data.find((v) => !(v >= -room && v <= 1 + room));
        if (wrong !== undefined)
          return broken(`after ${n} steps ${name} = ${digits(wrong)} has left [0, 1]`, {
            title: name,
            field,
          });
      }
    return holds;
  },
};
