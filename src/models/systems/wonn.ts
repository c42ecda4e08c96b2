/** WONN: phases that the signals of their neighbours drive, each through its own sensitivity. */

import { add, atan2, cos, coupling, mul, program, relu, scale, scan, sin } from '../../dsl/index.js';
import type { Lattice } from './lattice.js';
import type { CouplingStart } from './nwm-core.js';

/** Settings of a lattice of phases. */
export interface WonnOptions<H extends number, W extends number, C extends number, T extends number>
  extends Lattice<H, W, T> {
  readonly channels: C;
  /** Side of the coupling's kernel; default 3. */
  readonly kernel?: number;
  /** Initial values of K; default 'pytorch'. */
  readonly init?: CouplingStart;
}

/**
 * "WONN" (arXiv 2605.20922) as its code has it, with the plain influence sin and the plain sensitivity cos:
 *
 *     theta' = wrap(theta + h (omega + cos(theta) relu(K * sin(theta)))),     wrap to (-pi, pi].
 *
 * With I = sin and S = cos it is the model of Winfree 1967, in which oscillators respond to the signals of the others
 * and not to differences of phases. h is the paper's gamma. `wonnLayer` of `drumhead/networks` learns influence and
 * sensitivity.
 *
 * Fields: theta [H, W, C], in radians. Other inputs: omega [H, W, C]. Parameters: coupling/weight (K).
 *
 * @example
 * const p = wonn({ height: 8, width: 8, channels: 2, steps: 5, dt: 0.5 });
 * signature(p); // => 'omega [8,8,2], theta [8,8,2] → theta [5,8,8,2]'
 */
export const wonn = <
  const H extends number,
  const W extends number,
  const C extends number,
  const T extends number,
>(
  o: WonnOptions<H, W, C, T>,
) => {
  const field = [o.height, o.width, o.channels] as const;
  return program({ theta: field, omega: field }, (inputs) => {
    const { kernel = 3, boundary = 'circular', init = 'pytorch' } = o;
    const near = coupling({ kernel, boundary, init });
    return scan({
      steps: o.steps,
      init: { theta: inputs.theta },
      step: ({ theta }) => {
        const pull = add(inputs.omega, mul(cos(theta), relu(near(sin(theta)))));
        const moved = add(theta, scale(o.dt, pull));
        return { theta: atan2(sin(moved), cos(moved)) };
      },
      observe: (state) => state,
    });
  });
};
