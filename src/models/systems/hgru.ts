/** hGRU: gated units that inhibit and excite each other across a field. */

import {
  add,
  complement,
  conv,
  dense,
  mul,
  program,
  scale,
  scan,
  sigmoid,
  sub,
  tanh,
} from '../../dsl/index.js';
import type { Edge } from './lattice.js';

/** Settings of a field of gated units. */
export interface HgruOptions<H extends number, W extends number, C extends number, T extends number> {
  readonly height: H;
  readonly width: W;
  readonly channels: C;
  readonly steps: T;
  /** The boundary; a torus by default. */
  readonly boundary?: Edge;
  /** Side of the kernel; default 3. */
  readonly kernel?: number;
  /** alpha and mu: the strengths of inhibition by others, with and without the factor of the unit's own state. */
  readonly alpha: number;
  readonly mu: number;
  /** kappa and omega: the strengths of excitation by others, as a sum and as a product. */
  readonly kappa: number;
  readonly omega: number;
}

/**
 * "Learning long-range spatial dependencies with horizontal gated recurrent units" (Linsley, Kim, Veerabadran, Windolf & Serre
 * 2018, arXiv 1805.08315), the circuit as its code has it, with s the logistic:
 *
 *     h1 = tanh(x - (alpha h + mu) W * (h s(U1 h))),   g = s(U2 h1),   e = W * h1,
 *     h' = g h + (1 - g) tanh(kappa (h1 + e) + omega h1 e).
 *
 * alpha, mu, kappa and omega are learned numbers of each channel there, and settings here (`hgruOfTwo` of
 * `drumhead/networks` learns them). h stays in (-1, 1) if it starts there.
 *
 * Fields: h [H, W, C]. Other inputs: x [H, W, C], the drive. Parameters: horizontal/weight (W), gate1 and gate2 (U1, U2), each
 * weight [C, C] and bias.
 *
 * @example
 * const p = hgru({ height: 8, width: 8, channels: 2, steps: 5, alpha: 1, mu: 1, kappa: 1, omega: 1 });
 * signature(p); // => 'h [8,8,2], x [8,8,2] → h [5,8,8,2]'
 */
export const hgru = <
  const H extends number,
  const W extends number,
  const C extends number,
  const T extends number,
>(
  o: HgruOptions<H, W, C, T>,
) => {
  const field = [o.height, o.width, o.channels] as const;
  return program({ h: field, x: field }, (inputs) => {
    const { kernel = 3, boundary = 'circular' } = o;
    const horizontal = conv(o.channels, { kernel, boundary, bias: false, name: 'horizontal' });
    const [gate1, gate2] = [dense(o.channels, { name: 'gate1' }), dense(o.channels, { name: 'gate2' })];
    return scan({
      steps: o.steps,
      init: { h: inputs.h },
      step: ({ h }) => {
        const taken = horizontal(mul(h, sigmoid(gate1(h))));
        const h1 = tanh(sub(inputs.x, add(scale(o.alpha, mul(h, taken)), scale(o.mu, taken))));
        const keep = sigmoid(gate2(h1));
        const given = horizontal(h1);
        const q = tanh(add(scale(o.kappa, add(h1, given)), scale(o.omega, mul(h1, given))));
        return { h: add(mul(keep, h), mul(complement(1, keep), q)) };
      },
      observe: (state) => state,
    });
  });
};
