/**
 * Oscillators whose state holds steps of the displacement, w = dt v: u' = u + w', w' = w + dt^2 F. Given as functions of dt,
 * right ones and ones with a time step too many or too few.
 */

import { add, program, scale, scan, sin, sub } from 'drumhead';
import type { Subject } from 'drumhead/laws';
import { type Field, spread } from './methods.js';

interface State {
  readonly u: Field;
  readonly w: Field;
}

const stepping =
  (step: (s: State, dt: number) => State): Subject =>
  ({ dt = 0.1 } = {}) =>
    program({ u: [8, 8, 1], w: [8, 8, 1] }, (init) =>
      scan({ steps: 6, init, step: (s) => step(s, dt), observe: (s) => s }),
    );

const force = (u: Field): Field => sub(spread(u), sin(u));

const moved = (u: Field, w: Field, k = 1): State => ({ u: add(u, k === 1 ? w : scale(k, w)), w });

export const increments: readonly (readonly [string, Subject])[] = [
  ['steps of sine-Gordon', stepping(({ u, w }, dt) => moved(u, add(w, scale(dt * dt, force(u)))))],
  ['steps of a linear wave', stepping(({ u, w }, dt) => moved(u, add(w, scale(dt * dt, spread(u)))))],
  [
    'steps, damped',
    stepping(({ u, w }, dt) => moved(u, add(scale(1 - 0.3 * dt, w), scale(dt * dt, force(u))))),
  ],
  [
    'steps, the displacement first',
    stepping(({ u, w }, dt) => {
      const next = add(u, w);
      return { u: next, w: add(w, scale(dt * dt, force(next))) };
    }),
  ],
  [
    'steps, half a kick before and after',
    stepping(({ u, w }, dt) => {
      const half = add(w, scale((dt * dt) / 2, force(u)));
      const next = add(u, half);
      return { u: next, w: add(half, scale((dt * dt) / 2, force(next))) };
    }),
  ],
];

/** The time step once where it should be twice, in no place, or in three. */
export const wrongIncrements: readonly (readonly [string, Subject, string, RegExp])[] = [
  [
    'kicked by dt F',
    stepping(({ u, w }, dt) => moved(u, add(w, scale(dt, force(u))))),
    'convergence',
    /u moves by 1 w' whatever the time step/,
  ],
  [
    'kicked by F whatever dt is',
    stepping(({ u, w }) => moved(u, add(w, scale(0.01, force(u))))),
    'convergence',
    /the force is added to w without the time step/,
  ],
  [
    'moved by dt w as well',
    stepping(({ u, w }, dt) => moved(u, add(w, scale(dt * dt, force(u))), dt)),
    'leapfrog',
    /the time step is there twice/,
  ],
];
