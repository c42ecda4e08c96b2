/** Law 15: vectors of unit length. */

import * as requirements from '../requirements/requirements.js';
import { startOnSphere, vectorsIn, vectorsOf } from '../requirements/sphere.js';
import { sumOf } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { lastStep } from '../trial/bounded-steps.js';
import { digits } from '../trial/findings.js';
import {
  broken,
  type Finding,
  holds,
  inconclusive,
  type Law,
  type Requirement,
  vacuous,
} from '../trial/law.js';

const divided: Requirement = {
  name: 'a field divided by a root',
  essential: true,
  missing: (system, { unit }) =>
    unit === null || vectorsOf(system) === null ? 'no field is divided by its own norm' : null,
};

/** Lengths that differ from 1 by more than a tenth belong to another normalisation, such as by root mean square. */
const nearly: Requirement = {
  name: 'unit vectors',
  missing: (system) => {
    const off = vectorsOf(system)?.off ?? 1;
    return off < 0.1 ? null : 'no vectors of it have length 1: it is divided by another root';
  },
};

/** The constant under the root that avoids division by zero. */
const guardOf = ({ nodes }: System): number =>
  Math.max(
    0,
    ...nodes.map(({ op, inputs }) => {
      const below = op.op === 'map' && op.fn === 'sqrt' ? nodes[inputs[0]].op : undefined;
      return below?.op === 'affine' ? below.shift : 0;
    }),
  );

/** Law 15, AKOrN. */
export const unitNorms: Law = {
  name: 'unit norms',
  entry: 15,
  statement: '|x_i| = 1 after every step',
  source: 'AKOrN: Miyato et al. 2024, arXiv 2410.13821, eq. 2',
  tolerance: 'running error analysis of the step and of the sum of squares, and the constant under the root',
  requirements: [requirements.steps, requirements.noiseless, divided, nearly],
  property: (trial): Finding => {
    const { system, structure } = trial;
    const name = structure.unit ?? '';
    const vectors = vectorsOf(system);
    if (vectors === null) return inconclusive;
    const { after } = lastStep({ ...trial, start: startOnSphere(trial) });
    const { value, error } = after[name];
    // A step along the tangent leads outside of the sphere, so a constant e shortens the squared length by at most e.
    // After a step inwards the effect is larger, until almost nothing of the vector is left.
    const guard = 2 * guardOf(system) + Math.min(1e4 * guardOf(system), 1e-6);
    let isTried = false;
    for (const [number, indices] of vectorsIn(system.fields[name], vectors).entries()) {
      const squares = indices.map(
        (i) =>
          [1, { value: value[i] ** 2, error: 2 * Math.abs(value[i]) * error[i] + error[i] ** 2 }] as const,
      );
      const norm = sumOf(...squares, [-1, { value: 1, error: 0 }]);
      // A zero vector has no direction.
      if (!Number.isFinite(norm.error) || indices.every((i) => value[i] === 0)) continue;
      if (Math.abs(norm.value) > norm.error + guard)
        return broken(
          `vector ${number} of ${name} has the squared norm ${(1 + norm.value).toPrecision(8)}; rounding allows ${digits(norm.error + guard)}`,
          { title: name, field: { shape: system.fields[name], data: value } },
        );
      if (norm.error + guard < 1) isTried = true;
    }
    return isTried ? holds : vacuous('all vectors are zero, or nothing is known of their error');
  },
};
