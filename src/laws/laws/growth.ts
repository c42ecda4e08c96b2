/** Law 11: how fast waves can grow under a bounded force. */

import { maxAbs } from '../../base/max-abs.js';
import { everything, intervalsOf } from '../reading/interval.js';
import type { Oscillator } from '../reading/oscillator.js';
import * as requirements from '../requirements/requirements.js';
import { roundingOverSteps } from '../rounding/over-steps.js';
import type { System } from '../system/system.js';
import { digits } from '../trial/findings.js';
import { trajectory } from '../trial/interpreter.js';
import { broken, holds, inconclusive, type Law, type Requirement, vacuous } from '../trial/law.js';

/** A bound on |F| for an oscillator with free externals at zero, for any state. */
const forceBound = (system: System, { kick, zNode }: Oscillator, h: number): number => {
  const intervals = intervalsOf(system.nodes, ({ op }) => {
    if (op.op === 'external')
      return system.externals[op.index].kind === 'field' ? { low: 0, high: 0 } : everything;
    return op.op === 'state' || op.op === 'element' || op.op === 'clock' || op.op === 'noise'
      ? everything
      : null;
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

const boundedForce: Requirement = {
  name: 'a bounded force',
  essential: true,
  missing: (system, { oscillator }) =>
    oscillator !== null && Number.isFinite(forceBound(system, oscillator, oscillator.h))
      ? null
      : 'its force has no bound of its own (no tanh or sine around it)',
};

/** Law 11, bounded force. */
export const linearGrowth: Law = {
  name: 'growth under a bounded force',
  entry: 11,
  statement:
    '|z_n| <= |z_0| + n h B and |y_n| <= |y_0| + n h |z_0| + h^2 B n(n+1)/2 for |F| <= B, omega = alpha = 0',
  source: 'adding up the steps, by the triangle inequality',
  tolerance: 'one rounding a node and step of the bound itself',
  requirements: [requirements.oscillator, requirements.evenPace, boundedForce, requirements.kickFirst],
  cases: (system) => ({ steps: 12, resting: system.externals.map(({ name }) => name) }),
  property: ({ system, structure, on, start, around, steps }) => {
    const { oscillator } = structure;
    if (oscillator === null) return inconclusive;
    const { y, z, h } = oscillator;
    const b = forceBound(system, oscillator, h);
    const path = trajectory(on, system, start, around, steps);
    const [y0, z0] = [maxAbs(start[y].data), maxAbs(start[z].data)];
    for (const [n, state] of path.entries()) {
      const room = 1 + roundingOverSteps(system, on.unit, n);
      const speed = (z0 + n * Math.abs(h) * b) * room;
      const reach = (y0 + n * Math.abs(h) * z0 + (h * h * b * n * (n + 1)) / 2) * room;
      const [found, far] = [maxAbs(state[z].data), maxAbs(state[y].data)];
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
    const end = path[path.length - 1];
    return end[z].data.some((v, i) => v !== start[z].data[i])
      ? holds
      : vacuous('no force acts, so no velocity changes at all');
  },
};
