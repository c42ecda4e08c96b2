/** Wilson-Cowan: sheets of excitatory and inhibitory cells. */

import {
  add,
  complement,
  mul,
  offset,
  program,
  scale,
  scan,
  sigmoid,
  sub,
  type Tensor,
} from '../../dsl/index.js';
import { gaussianWindow, type Lattice, stencil } from './lattice.js';

/** Settings of the two sheets of cells. */
export interface WilsonCowanOptions<H extends number, W extends number, T extends number>
  extends Lattice<H, W, T> {
  /** Time constant of the excitatory cells; the activities stay in [0, 1] for h <= tau and h <= tauI. */
  readonly tau: number;
  /** Time constant of the inhibitory cells. */
  readonly tauI: number;
  /** Strengths of the connections: E to E, I to E, E to I, and I to I. */
  readonly ee: number;
  readonly ei: number;
  readonly ie: number;
  readonly ii: number;
  /** External drive of the excitatory and of the inhibitory cells. */
  readonly p: number;
  readonly q: number;
  /** Widths in sites of the excitatory and of the inhibitory connections. */
  readonly widthE: number;
  readonly widthI: number;
  /** Reach of all connections in sites; at most the lattice. */
  readonly reach: number;
}

/**
 * Wilson & Cowan 1973 (and 1972, eqs. 11 and 12, for one point), by explicit Euler steps of
 *
 *     tau  E' = -E + (1 - E) S(ee wE * E - ei wI * I + P)
 *     tauI I' = -I + (1 - I) S(ie wE * E - ii wI * I + Q)
 *
 * S the logistic function, wE and wI Gaussians that sum to 1. The catalogue's strengths are those of the limit cycle
 * of 1972 (c1 = 16, c2 = 12, c3 = 15, c4 = 3, slopes 1.3 and 2, thresholds 4 and 3.7, P = 1.25) with the slopes
 * multiplied in. For h <= tau, tauI the activities stay in [0, 1].
 *
 * Fields: e, i [H, W, 1].
 *
 * @example
 * const p = wilsonCowan({ height: 16, width: 16, steps: 5, dt: 0.1, tau: 1, tauI: 1, ee: 10, ei: 10, ie: 10, ii: 2,
 *                         p: -2, q: -4, widthE: 1, widthI: 2, reach: 4 });
 * signature(p); // => 'e [16,16,1], i [16,16,1] → e [5,16,16,1], i [5,16,16,1]'
 */
export const wilsonCowan = <const H extends number, const W extends number, const T extends number>(
  o: WilsonCowanOptions<H, W, T>,
) => {
  const field = [o.height, o.width, 1] as const;
  const boundary = o.boundary ?? 'circular';
  const excite = stencil(gaussianWindow(o.reach, o.widthE, 1), 1, boundary);
  const inhibit = stencil(gaussianWindow(o.reach, o.widthI, 1), 1, boundary);
  type Field = Tensor<readonly [H, W, 1]>;
  const relaxed = (x: Field, input: Field, rate: number): Field =>
    add(x, scale(rate, sub(mul(complement(1, x), sigmoid(input)), x)));
  return program({ e: field, i: field }, ({ e, i }) =>
    scan({
      steps: o.steps,
      init: { e, i },
      step: (s) => {
        const [excitation, inhibition] = [excite(s.e), inhibit(s.i)];
        const onE = offset(o.p, sub(scale(o.ee, excitation), scale(o.ei, inhibition)));
        const onI = offset(o.q, sub(scale(o.ie, excitation), scale(o.ii, inhibition)));
        return { e: relaxed(s.e, onE, o.dt / o.tau), i: relaxed(s.i, onI, o.dt / o.tauI) };
      },
      observe: (state) => state,
    }),
  );
};
