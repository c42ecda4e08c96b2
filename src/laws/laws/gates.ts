/** Laws 11 and 16: fields that stay bounded because of gates. */

import { maxAbs } from '../../base/max-abs.js';
import { formsOf } from '../reading/forms.js';
import { everything, type Interval, intervalsOf } from '../reading/interval.js';
import * as requirements from '../requirements/requirements.js';
import { roundingOverSteps } from '../rounding/over-steps.js';
import type { System } from '../system/system.js';
import { digits } from '../trial/findings.js';
import { type Trajectory, trajectory } from '../trial/interpreter.js';
import { broken, holds, type Law, type Requirement, vacuous } from '../trial/law.js';

/** Intervals of the next fields from those of the fields, for any drive. */
const nextIntervals = (
  system: System,
  fields: Readonly<Record<string, Interval>>,
): Readonly<Record<string, Interval>> => {
  const intervals = intervalsOf(system.nodes, ({ op }) => {
    if (op.op === 'state') return fields[op.field];
    if (op.op === 'input') return fields[op.name];
    return op.op === 'external' || op.op === 'element' || op.op === 'parameter' ? everything : null;
  });
  return Object.fromEntries(Object.entries(system.next).map(([name, node]) => [name, intervals[node]]));
};

/** Fields that stay bounded for any values of the others. */
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

const gated: Requirement = {
  name: 'a field within gates',
  essential: true,
  missing: (system, { oscillator }) =>
    oscillator === null && gatedFields(system).length > 0
      ? null
      : 'no field is kept within bounds by gates (tanh, sigmoid) whatever the others do',
};

/** Law 11, gates. */
export const gates: Law = {
  name: 'boundedness by gates',
  entry: 11,
  statement:
    'ConvLSTM: |h| <= 1, |c_n| <= |c_0| + n; ConvGRU: |h_n| <= max(|h_0|, 1); in general interval arithmetic of the step',
  source: 'tanh and sigmoid are bounded; interval arithmetic of the step',
  tolerance: 'one rounding a node and step of the bound itself',
  requirements: [requirements.steps, gated],
  cases: { steps: 8 },
  property: ({ system, on, start, around, steps }) => {
    const names = gatedFields(system);
    const path = trajectory(on, system, start, around, steps);
    const within = (name: string): Interval => ({
      low: -maxAbs(start[name].data),
      high: maxAbs(start[name].data),
    });
    let bounds: Readonly<Record<string, Interval>> = Object.fromEntries(
      Object.keys(system.fields).map((name) => [name, names.includes(name) ? within(name) : everything]),
    );
    for (const [n, state] of path.entries()) {
      for (const name of names) {
        const { low, high } = bounds[name];
        const room = Math.max(Math.abs(low), Math.abs(high)) * roundingOverSteps(system, on.unit, n);
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
    return moves(path, names) ? holds : still;
  },
};

/**
 * Whether the fields change after the first step, or differ between sites after a single one; constants cannot break
 * the law.
 */
const moves = (path: Trajectory, names: readonly string[]): boolean =>
  path.length > 2
    ? path
        .slice(2)
        .some((state) => names.some((name) => state[name].data.some((v, i) => v !== path[1][name].data[i])))
    : names.some((name) => path[1][name].data.some((v) => v !== path[1][name].data[0]));

const still = vacuous('nothing moves: what comes out of a step is always the same');

/** Whether all fields stay in [0, 1] from [0, 1], for any drive. */
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
const relaxing: Requirement = {
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
      // With h = tau the old value has no weight.
      (Object.keys(fields).every(keeps) || staysInUnit(system));
    return relaxes ? null : 'its fields do not relax towards a sigmoid';
  },
};

const smallRate: Requirement = {
  name: 'h <= tau',
  missing: (system) =>
    staysInUnit(system) ? null : 'its step can leave [0, 1]: h is larger than a time constant',
};

/** Law 16, Wilson-Cowan. */
export const unitInterval: Law = {
  name: 'activities in [0, 1]',
  entry: 16,
  statement: 'from [0, 1] every activity stays in [0, 1], for h <= tau',
  source: 'a step is a mean of the old value and a sigmoid: Wilson & Cowan 1972',
  tolerance: 'one rounding a node and step',
  requirements: [requirements.steps, requirements.noiseless, relaxing, smallRate],
  cases: (system) => ({
    steps: 10,
    ranges: Object.fromEntries(Object.keys(system.fields).map((name) => [name, { low: 0, high: 1 }])),
  }),
  property: ({ system, on, start, around, steps }) => {
    const path = trajectory(on, system, start, around, steps);
    for (const [n, state] of path.entries())
      for (const [name, field] of Object.entries(state)) {
        const room = roundingOverSteps(system, on.unit, n);
        const wrong = field.data.find((v) => !(v >= -room && v <= 1 + room));
        if (wrong !== undefined)
          return broken(`after ${n} steps ${name} = ${digits(wrong)} has left [0, 1]`, {
            title: name,
            field,
          });
      }
    return moves(path, Object.keys(system.fields)) ? holds : still;
  },
};
