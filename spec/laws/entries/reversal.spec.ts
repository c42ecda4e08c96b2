/** Law 5 with its formulas written out: a step can be undone, undamped by turning the velocity, damped by solving for it. */

import assert from 'node:assert/strict';
import type { NdArray } from '../../../src/compile/reference/array.js';
import { filled, followed, laplacianOf, largest, programOf } from './follow.js';

const [height, width, h] = [4, 5, 0.5];
const field = [height, width, 1];
const omega = filled(field, (i) => (i % 4) / 2);
const start = { y: filled(field, (i) => Math.sin(1 + 2.3 * i)), z: filled(field, (i) => Math.cos(3 * i)) };
interface State {
  readonly y: NdArray;
  readonly z: NdArray;
}

const p = programOf('nwm-core', { height, width, dt: h, steps: 1 });
/** One step of a nonlinear wave, damped by alpha. */
const step =
  (alpha: number) =>
  ({ y, z }: State): State => {
    const inputs = { y, z, omega, alpha: filled(field, () => alpha) };
    const after = (name: string): NdArray => {
      const data = followed(p, inputs, name);
      return filled(field, (i) => data[i]);
    };
    return { y: after('y'), z: after('z') };
  };
/** S(y, z) = (y - h z, -z). */
const turned = ({ y, z }: State): State => ({
  y: filled(field, (i) => y.data[i] - h * z.data[i]),
  z: filled(field, (i) => -z.data[i]),
});
const apart = (a: State, b: State): number =>
  Math.max(
    largest(a.y.data.map((v, i) => v - b.y.data[i])),
    largest(a.z.data.map((v, i) => v - b.z.data[i])),
  );

describe('law 5: time reversal', () => {
  const thereAndBack = (alpha: number): State => {
    const once = (s: State): State => turned(step(alpha)(s));
    return once(once(start));
  };
  it('undamped, a step and a turn twice over are nothing', () =>
    assert.ok(apart(thereAndBack(0), start) < 1e-14));
  it('damped they are not', () => assert.ok(apart(thereAndBack(0.1), start) > 1e-2));
});

describe('law 5: the damped step undone', () => {
  const undone =
    (alpha: number) =>
    ({ y, z }: State): State => {
      const before = y.data.map((v, i) => v - h * z.data[i]);
      const force = laplacianOf(
        height,
        width,
      )(before).map((v, i) => Math.tanh(v) - omega.data[i] * before[i]);
      return {
        y: filled(field, (i) => before[i]),
        z: filled(field, (i) => (z.data[i] - h * force[i]) / (1 - h * alpha)),
      };
    };
  for (const alpha of [0, 0.3, 1.9, 2.1, 5])
    it(`alpha = ${alpha}: the formula gives back where it came from`, () =>
      assert.ok(apart(undone(alpha)(step(alpha)(start)), start) < 1e-12));

  it('h alpha = 1: two velocities end alike, so that nothing can be undone', () => {
    const other = { ...start, z: filled(field, (i) => 5 * i) };
    assert.ok(apart(step(2)(start), step(2)(other)) < 1e-12);
    assert.ok(apart(step(1.9)(start), step(1.9)(other)) > 1e-2);
  });
});
