/** Law 15: vectors that keep their length. */

import { type Bounded, sumOf } from '../bounded.js';
import { digits } from '../findings.js';
import { broken, type Finding, holds, type Law, type Need } from '../law.js';
import * as needs from '../needs.js';
import { componentsOf, startOnSphere } from '../sphere.js';
import type { System } from '../system.js';
import { lastStep } from '../taken.js';

const normalised: Need = {
  name: 'unit vectors',
  essential: true,
  missing: (_, { unit }) => (unit === undefined ? 'no field is divided by its own norm' : undefined),
};

/** What is added below the root, so that a vector of zeros can be divided by its length. */
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
  tolerance:
    'running error analysis of the step and of the sum of squares, and what guards its root from zero',
  needs: [needs.steps, needs.noiseless, normalised],
  property: (trial): Finding => {
    const { system, structure } = trial;
    const name = structure.unit ?? '';
    const n = componentsOf(system);
    const { after } = lastStep({ ...trial, start: startOnSphere(trial) });
    const { value, error } = after[name];
    // From the sphere a step along the tangent leads outward, so a guard e shortens a square by at most e.
    const guard = 2 * guardOf(system);
    for (let at = 0; at < value.length; at += n) {
      const part: Bounded = { value: value.slice(at, at + n), error: error.slice(at, at + n) };
      const norm = sumOf(
        ...[...part.value.keys()].map(
          (i) =>
            [
              1,
              {
                value: part.value[i] ** 2,
                error: 2 * Math.abs(part.value[i]) * part.error[i] + part.error[i] ** 2,
              },
            ] as const,
        ),
        [-1, { value: 1, error: 0 }],
      );
      // A vector that was zero has no direction.
      if (!Number.isFinite(norm.error) || part.value.every((v) => v === 0)) continue;
      if (Math.abs(norm.value) > norm.error + guard)
        return broken(
          `vector ${at / n} of ${name} has the squared norm ${(1 + norm.value).toPrecision(8)}; rounding allows ${digits(norm.error + guard)}`,
          { title: name, field: { shape: system.fields[name], data: value } },
        );
    }
    return holds;
  },
};
