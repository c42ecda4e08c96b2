/** Methods of several stages of which one coefficient is wrong: order 1, and said so. */

import assert from 'node:assert/strict';
import { add, type Program, scale } from 'drumhead';
import { hintsOn } from '../../src/laws/diagnosis/index.js';
import { type Subject, systemFrom } from '../../src/laws/system/parametrised.js';
import { fieldSystems } from './correct/fields.js';
import {
  heun,
  integrators,
  learnedSteps,
  midpoint,
  oscillatorNetworks,
  type Pair,
  rk4,
  spread,
  stepping,
} from './correct/methods.js';
import { phases } from './correct/phases.js';

const saidOf = (subject: Subject): readonly string[] =>
  hintsOn(systemFrom(subject)).filter((hint) => hint.includes('order 1'));

type Step = (s: Pair) => Pair;
const family =
  (step: (h: number) => Step) =>
  ({ dt = 0.2 } = {}): Program =>
    stepping(['y', 'z'], step(dt));
const flow: Step = ([y, z]) => [z, spread(y)];
const plus = ([a, b]: Pair, k: number, [c, d]: Pair): Pair => [add(a, scale(k, c)), add(b, scale(k, d))];

/** Two stages: how far the second reaches, and how much of each is added. */
const two =
  (reach: number, first: number, second: number) =>
  (h: number): Step =>
  (s) => {
    const k1 = flow(s);
    const k2 = flow(plus(s, reach * h, k1));
    return plus(plus(s, first * h, k1), second * h, k2);
  };
/** Velocity Verlet with this share of the first kick; the second from the new displacement, or the old one. */
const verlet =
  (share: number, isOld = false) =>
  (h: number): Step =>
  ([y, z]) => {
    const half = add(z, scale(share * h, spread(y)));
    const moved = add(y, scale(h, half));
    return [moved, add(half, scale(h / 2, spread(isOld ? y : moved)))];
  };

describe('laws: a step of several stages that is of order 1', () => {
  const planted: readonly (readonly [string, (h: number) => Step, RegExp])[] = [
    ['Verlet whose first kick is whole', verlet(1), /together 1\.5.*coefficient/],
    ['Verlet whose second kick is the old one', verlet(0.5, true), /the same, old force/],
    ['midpoint whose stage reaches all of dt', two(1, 0, 1), /1 at 1 dt/],
    ['Heun with weights 1/2 and 1/2.2', two(1, 1 / 2, 1 / 2.2), /together 0\.9545/],
    ['Heun whose stage reaches half of dt', two(0.5, 0.5, 0.5), /two steps of Euler/],
    ['a weight of Runge-Kutta', (h) => rk4(flow, h, [1, 2, 2, 2]), /evaluated 4 times/],
    ['a stage of Runge-Kutta', (h) => rk4(flow, h, [1, 2, 2, 1], 1), /evaluated 4 times/],
  ];
  for (const [name, step, words] of planted)
    it(`${name} is worth a look`, () => {
      const [hint = 'nothing'] = saidOf(family(step));
      assert.match(hint, words);
    });

  it('but not methods of order 2, nor short steps one after the other', () => {
    for (const step of [
      verlet(0.5),
      two(1, 0.5, 0.5),
      two(0.5, 0, 1),
      two(2 / 3, 1 / 4, 3 / 4),
      (h: number) => midpoint(flow, h),
      (h: number) => heun(flow, h),
      (h: number) => rk4(flow, h),
    ])
      assert.deepEqual(saidOf(family(step)), []);
  });

  it('and of no correct system anything is said', () => {
    for (const [name, subject] of [
      ...integrators,
      ...learnedSteps,
      ...oscillatorNetworks,
      ...fieldSystems,
      ...phases,
    ])
      assert.deepEqual(saidOf(subject), [], name);
  });
});
