/** Methods whose state holds earlier levels are accused of nothing. */

import assert from 'node:assert/strict';
import { add, channels, concat, data, mul, type Program, program, reshape, scale, scan, sub } from 'drumhead';
import { check, type Family, showReport } from 'drumhead/laws';
import { type Field, spread } from './correct/methods.js';

const shape = [8, 8, 1] as const;
const medium = data(
  Array.from({ length: 64 }, (_, i) => 0.5 + 0.4 * Math.sin(i)),
  ...shape,
);
const force = (y: Field): Field => mul(medium, spread(y));

/** Stormer and Verlet's method, what the new y is: 2 y - before + k force. */
const verlet = (y: Field, before: Field, k: number): Field =>
  add(sub(scale(2, y), before), scale(k, force(y)));

const twoLevels =
  (step: (y: Field, before: Field, dt: number) => Field): Family =>
  ({ dt = 0.2 } = {}) =>
    program({ y: shape, before: shape }, (init) =>
      scan({
        steps: 6,
        init,
        step: ({ y, before }) => ({ y: step(y, before, dt), before: y }),
        observe: (s) => s,
      }),
    );

const systems: readonly (readonly [string, Family])[] = [
  ['Stormer-Verlet in two levels', twoLevels((y, before, dt) => verlet(y, before, dt * dt))],
  ['leapfrog of a first order', twoLevels((y, before, dt) => add(before, scale(2 * dt, force(y))))],
  [
    'three levels',
    ({ dt = 0.2 } = {}): Program =>
      program({ y: shape, before: shape, third: shape }, (init) =>
        scan({
          steps: 6,
          init,
          step: ({ y, before, third }) => ({
            y: add(
              sub(add(scale(2, y), scale(0.05, sub(y, scale(2, before)))), scale(1, before)),
              add(scale(0.05, third), scale(dt * dt, force(y))),
            ),
            before: y,
            third: before,
          }),
          observe: (s) => s,
        }),
      ),
  ],
  [
    'Adams-Bashforth with a stored rate',
    ({ dt = 0.2 } = {}): Program =>
      program({ y: shape, rate: shape }, (init) =>
        scan({
          steps: 6,
          init,
          step: ({ y, rate }) => {
            const now = force(y);
            return { y: add(y, scale(dt, sub(scale(1.5, now), scale(0.5, rate)))), rate: now };
          },
          observe: (s) => s,
        }),
      ),
  ],
  [
    'velocity Verlet with a stored acceleration',
    ({ dt = 0.2 } = {}): Program =>
      program({ y: shape, z: shape, a: shape }, (init) =>
        scan({
          steps: 6,
          init,
          step: ({ y, z, a }) => {
            const moved = add(y, add(scale(dt, z), scale((dt * dt) / 2, a)));
            const now = force(moved);
            return { y: moved, z: add(z, scale(dt / 2, add(a, now))), a: now };
          },
          observe: (s) => s,
        }),
      ),
  ],
  [
    'two levels as channels of one field',
    ({ dt = 0.2 } = {}): Program =>
      program({ u: [8, 8, 2] }, (init) =>
        scan({
          steps: 6,
          init,
          step: ({ u }) => {
            const [y, before] = [channels(u, 0, 1), channels(u, 1, 1)];
            return {
              u: reshape(
                8,
                8,
                2,
              )(concat(verlet(reshape(...shape)(y), reshape(...shape)(before), dt * dt), y)),
            };
          },
          observe: ({ u }) => ({ u }),
        }),
      ),
  ],
];

describe('laws: earlier levels in a state', () => {
  for (const [name, subject] of systems)
    it(`${name}: nothing is broken`, () => {
      const report = check(subject, { cases: 6, laws: ['convergence'] });
      assert.deepEqual(
        report.verdicts.filter(({ outcome }) => outcome === 'broken'),
        [],
        showReport(report),
      );
    });

  it('a dt that is missing is found all the same', () => {
    const { verdicts } = check(
      twoLevels((y, before) => verlet(y, before, 0.04)),
      { cases: 6, laws: ['convergence'] },
    );
    assert.notEqual(verdicts[0].outcome, 'holds');
  });
});
