/** Systems that newcomers write and that are not what they meant, each in one way; and what they meant beside them. */

import {
  add,
  channels,
  concat,
  convolveWith,
  cos,
  coupling,
  data,
  mul,
  type Program,
  program,
  scale,
  scan,
  sin,
  square,
  sub,
  type Tensor,
} from 'drumhead';
import type { Family } from 'drumhead/laws';
import { drifted, dt, stepping, type Wave } from './wrong.js';

type Field = Wave['y'];

/** Free waves with these numbers written down for a Laplacian. */
export const withKernel = (...taps: readonly number[]): Program =>
  stepping((s) => {
    const kernel = data(taps, 3, 3, 1, 1);
    return drifted(s.y, add(s.z, scale(dt, convolveWith(s.y, kernel, 'circular'))));
  });

/** What is called a damping holds the displacement, or the velocity. */
export const dampingOf = (damped: 'y' | 'z'): Program =>
  stepping((s, alpha) => drifted(s.y, add(s.z, scale(dt, sub(coupling()(s.y), mul(alpha, s[damped]))))));

/** A field beside the wave keeps the displacement of the step before; it is shown, or the new one. */
export const shown = (which: 'before' | 'y'): Program =>
  program({ y: [8, 8, 1], z: [8, 8, 1] }, ({ y, z }) =>
    scan({
      steps: 20,
      init: { y, z, before: y },
      step: (s) => ({ ...drifted(s.y, add(s.z, scale(dt, coupling()(s.y)))), before: s.y }),
      observe: (s) => ({ y: s[which], z: s.z }),
    }),
  );

/** Phases pulled by sin(theta_j - theta_i) = sin_j cos_i - cos_j sin_i; `mine` makes the force of both products. */
export const phases = (mine: (first: Field, second: Field) => Field): Program =>
  program({ theta: [8, 8, 1], omega: [8, 8, 1] }, ({ theta, omega }) =>
    scan({
      steps: 20,
      init: { theta },
      step: (s) => {
        const [sine, cosine] = [sin(s.theta), cos(s.theta)];
        const near = coupling({ init: 'laplacian' });
        const pull = mine(mul(near(sine), cosine), mul(near(cosine), sine));
        return { theta: add(s.theta, scale(dt, add(omega, pull))) };
      },
      observe: (s) => s,
    }),
  );

/** A' = A + h (A - (1 + i c) |A|^2 A), where i times (re, im) is (sign im, re). */
export const amplitude =
  (sign: 1 | -1): Family =>
  (options) =>
    program({ a: [4, 4, 2] }, ({ a }) =>
      scan({
        steps: 20,
        init: { a },
        step: (s) => {
          const [re, im] = [channels(s.a, 0, 1), channels(s.a, 1, 1)];
          const norm = add(square(re), square(im));
          const moved = (own: typeof re, other: typeof re, c: number) =>
            add(own, scale(options.dt ?? 0.05, sub(own, add(mul(norm, own), scale(c, mul(norm, other))))));
          return { a: concat(moved(re, im, 1.2 * sign), moved(im, re, 1.2)) };
        },
        observe: (s) => s,
      }),
    );

/** i psi_t = -lap psi / 2: re' = re - (h / 2) lap im, im' = im + (h / 2) lap re'. */
export const psi = (sign: 1 | -1): Program =>
  program({ re: [8, 8, 1], im: [8, 8, 1] }, ({ re, im }) => {
    const lap = coupling();
    return scan({
      steps: 20,
      init: { re, im },
      step: (s) => {
        const real = add(s.re, scale((sign * dt) / 2, lap(s.im)));
        return { re: real, im: add(s.im, scale(dt / 2, lap(real))) };
      },
      observe: (s) => s,
    });
  });

/** Free waves whose drift and kick are multiplied by these functions of the time step. */
export const timed =
  (drift: (h: number) => number, kick: (h: number) => number): Family =>
  (options) => {
    const h = options.dt ?? dt;
    return stepping((s) => {
      const z: Tensor<readonly [8, 8, 1]> = add(s.z, scale(kick(h), coupling()(s.y)));
      return { y: add(s.y, scale(drift(h), z)), z };
    });
  };

/** A wave that a third field pushes, which fades. */
export const pushed: Program = program({ y: [8, 8, 1], z: [8, 8, 1], w: [8, 8, 1] }, ({ y, z, w }) =>
  scan({
    steps: 20,
    init: { y, z, w },
    step: (s) => ({
      ...drifted(s.y, add(s.z, scale(dt, add(coupling()(s.y), s.w)))),
      w: scale(0.9, s.w),
    }),
    observe: (s) => s,
  }),
);
