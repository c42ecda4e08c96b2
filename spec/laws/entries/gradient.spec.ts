/** Law 12 with its formulas written out, within the bound and beyond what it asks of the damping. */

import assert from 'node:assert/strict';
import { filled, followed, largest, programOf } from './follow.js';

const field = [4, 4, 1] as const;
const some = filled(field, (i) => Math.sin(1 + 2.3 * i));
const other = filled(field, (i) => Math.cos(3 * i));

describe('law 12: differences grow no faster than [[1 + h^2 k, h], [h k, 1]]^n', () => {
  const h = 0.3;
  const steps = 6;
  const omega = filled(field, (i) => (i % 4) / 4);
  const ends = (alpha: number, bump: number) => {
    const p = programOf('nwm-core', { height: 4, width: 4, steps, dt: h });
    const bumped = filled(field, (i) => some.data[i] + (i === 5 ? bump : 0));
    const inputs = { y: bumped, z: other, omega, alpha: filled(field, () => alpha) };
    return ['y', 'z'].map((name) => followed(p, inputs, name).slice(-16));
  };
  const growth = (alpha: number): readonly number[] => {
    const [a, b] = [ends(alpha, 1e-6), ends(alpha, 0)];
    return a.map((values, i) => largest(values.map((v, at) => (v - b[i][at]) / 1e-6)));
  };
  /** The first column of the power: what a change of y becomes. |W|_inf of the Laplacian is 8. */
  const [toY, toZ] = Array.from({ length: steps }).reduce<readonly number[]>(
    ([y, z]) => [(1 + h * h * 8.75) * y + h * z, h * 8.75 * y + z],
    [1, 0],
  );
  it('within', () => {
    const [y, z] = growth(1);
    assert.ok(y <= toY && z <= toZ && y > 0);
  });
  it('and beyond h alpha = 2 the velocity of a site grows by more in the long run', () => {
    const one = [[1 + h * h * 8.75, h] as const, [h * 8.75, 1] as const];
    const radius = (one[0][0] + one[1][1]) / 2 + Math.sqrt(((one[0][0] - one[1][1]) / 2) ** 2 + h * h * 8.75);
    // |1 - h alpha| > the radius of the bound: alpha = (1 + 1.5 radius) / h.
    const [, z] = growth((1 + 1.5 * radius) / h);
    assert.ok(z > toZ);
  });
});
