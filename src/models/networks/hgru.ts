/** hGRU: gated units that inhibit and excite each other across a field. */

import {
  add,
  broadcastLike,
  complement,
  dense,
  layer,
  mul,
  parameterOf,
  type Shape,
  scan,
  scanOver,
  sigmoid,
  softplus,
  sub,
  type Tensor,
  tanh,
} from '../../dsl/index.js';
import { needs } from './options.js';

/** A map of fields of C channels to such fields. */
export type Steady<R extends Shape, C extends number> = (
  x: Tensor<readonly [...R, C]>,
) => Tensor<readonly [...R, C]>;

/** The maps of inhibition and excitation between units: convolutions, each with a norm if it has one. */
export interface HgruMaps<R extends Shape, C extends number> {
  readonly inhibition: Steady<R, C>;
  readonly excitation: Steady<R, C>;
}

/** A gate by a 1 x 1 convolution, and numbers for each channel, the same at every site. */
const parts = <C extends number>(channels: C) => {
  const self = layer('gain', 'gain');
  return {
    gate: (name: string) => {
      const map = dense(channels, { name });
      return <R extends Shape>(x: Tensor<readonly [...R, C]>) => sigmoid(map(x));
    },
    gain: <S extends Shape>(like: Tensor<S>, role: string): Tensor<S> =>
      broadcastLike(like)(parameterOf(self, role, [channels], { init: { constant: 1 } })),
  };
};

/**
 * The horizontal gated recurrent unit of "Stable and expressive recurrent vision models" (Linsley et al. 2020, arXiv
 * 2005.11362), as its code has it: from a drive and a state h of one shape [..., C], with s the logistic and p the softplus,
 *
 *     c1 = inhibition( h s(U1 h) ),   q1 = p( drive - p( c1 (alpha h + mu) ) ),   g = s(U2 q1),   c2 = excitation(q1),
 *     h' = p( (1 - g) h + g p( kappa q1 + gamma c2 + w q1 c2 ) ).
 *
 * Gives h and the gate g, [steps, ..., C] each. The authors' norms use the statistics of a batch; for these, one sample
 * is a batch of fields, [B, H, W, C].
 *
 * Parameters: gate1 and gate2 (U1, U2), each weight [C, C] and bias; gain/alpha, mu, kappa, gamma, w [C].
 *
 * @example
 * const maps = { inhibition: conv(2, { kernel: 5 }), excitation: conv(2, { kernel: 5 }) };
 * const { h } = hgruLayer({ channels: 2, steps: 5 })(y, z)(maps);
 * const after = at(h, -1);   // Tensor<readonly [64, 64, 2]>
 */
export const hgruLayer =
  <const C extends number>(o: { readonly channels: C; readonly steps: number }) =>
  <R extends Shape>(drive: Tensor<readonly [...R, C]>, start: Tensor<readonly [...R, C]>) =>
  (maps: HgruMaps<R, C>) => {
    needs('hgruLayer', o, 'channels', 'steps');
    needs('hgruLayer(…)(drive, start)', maps, 'inhibition', 'excitation');
    const { channels, steps } = o;
    const { inhibition, excitation } = maps;
    const { gate, gain } = parts(channels);
    const [gate1, gate2] = [gate('gate1'), gate('gate2')];
    const [alpha, mu, kappa] = [gain(drive, 'alpha'), gain(drive, 'mu'), gain(drive, 'kappa')];
    const [gamma, w] = [gain(drive, 'gamma'), gain(drive, 'w')];
    return scan({
      steps,
      init: { h: start, gate: start },
      step: ({ h }) => {
        const taken = inhibition(mul(h, gate1(h)));
        const s = softplus(sub(drive, softplus(mul(taken, add(mul(alpha, h), mu)))));
        const open = gate2(s);
        const given = excitation(s);
        const q = softplus(add(add(mul(kappa, s), mul(gamma, given)), mul(w, mul(s, given))));
        return { h: softplus(add(mul(complement(1, open), h), mul(open, q))), gate: open };
      },
      observe: (state) => state,
    });
  };

/**
 * The circuit of "Learning long-range spatial dependencies with horizontal gated recurrent units" (Linsley, Kim, Veerabadran,
 * Windolf & Serre 2018, arXiv 1805.08315), as its code has it: from x and a state h [..., C] and a factor eta of each step [T],
 *
 *     h1 = tanh( x - (alpha h + mu) inhibition( h s(U1 h) ) ),   g = s(U2 h1),   e = gamma excitation(h1),
 *     h' = eta ( g h + (1 - g) tanh( kappa (h1 + e) + omega h1 e ) ).
 *
 * Gives h1 and h, [T, ..., C] each. In the authors' code one kernel, symmetric in its channels, serves both maps.
 *
 * Parameters: gate1 and gate2 (U1, U2), each weight [C, C] and bias; gain/alpha, mu, gamma, kappa, omega [C].
 *
 * @example
 * const kernel = conv(2, { bias: false });
 * const { h } = hgruOfTwo({ channels: 2 })(y, z, ones(5))({ inhibition: kernel, excitation: kernel });
 * const states = h;   // Tensor<readonly [5, 64, 64, 2]>
 */
export const hgruOfTwo =
  <const C extends number>(o: { readonly channels: C }) =>
  <R extends Shape, T extends number>(
    x: Tensor<readonly [...R, C]>,
    start: Tensor<readonly [...R, C]>,
    eta: Tensor<readonly [T]>,
  ) =>
  (maps: HgruMaps<R, C>) => {
    needs('hgruOfTwo', o, 'channels');
    needs('hgruOfTwo(…)(x, start, eta)', maps, 'inhibition', 'excitation');
    const { inhibition, excitation } = maps;
    const { gate, gain } = parts(o.channels);
    const [gate1, gate2] = [gate('gate1'), gate('gate2')];
    const [alpha, mu, gamma] = [gain(x, 'alpha'), gain(x, 'mu'), gain(x, 'gamma')];
    const [kappa, omega] = [gain(x, 'kappa'), gain(x, 'omega')];
    return scanOver({
      over: eta,
      init: { h1: start, h: start },
      step: ({ h }, factor) => {
        const taken = mul(add(mul(alpha, h), mu), inhibition(mul(h, gate1(h))));
        const h1 = tanh(sub(x, taken));
        const keep = gate2(h1);
        const e = mul(gamma, excitation(h1));
        const q = tanh(add(mul(kappa, add(h1, e)), mul(omega, mul(h1, e))));
        return { h1, h: mul(add(mul(keep, h), mul(complement(1, keep), q)), factor) };
      },
      observe: (state) => state,
    });
  };
