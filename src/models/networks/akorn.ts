/** AKOrN: oscillators that are unit vectors; their forces act along the sphere. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  add,
  broadcastLike,
  channels as cut,
  data,
  dense,
  einsum,
  fill,
  gather,
  half,
  layer,
  mul,
  negate,
  normalise,
  outer,
  over,
  parameterOf,
  reshape,
  scale,
  scan,
  shapeOf,
  softmax,
  splitChannels,
  sqrt,
  square,
  sub,
  sum,
  sumAlong,
  type Tensor,
  times,
} from '../../dsl/index.js';
import { needs } from './options.js';

/** A map of fields of C channels to such fields, on any grid: `conv(C)` is one. */
export type GridMap<C extends number> = <H extends number, W extends number>(
  x: Tensor<readonly [H, W, C]>,
) => Tensor<readonly [H, W, C]>;

/** Settings of oscillators on spheres. */
export interface AkornLayerOptions<C extends number, N extends number> {
  /** Channels of the field: all components of all oscillators of a site, one oscillator after another. */
  readonly channels: C;
  /** Components of each oscillator, an even number. */
  readonly components: N;
  readonly steps: number;
  /** The step size. */
  readonly gamma: number;
  /** The coupling of the oscillators, such as `conv(C)` or `gridAttention`. */
  readonly coupling: GridMap<C>;
  /** Whether pairs of channels rotate: each at its own frequency (true, the default), or all at one (`alike`). */
  readonly turns?: boolean | 'alike';
}

/** Added to the squared length before the root, far below any that occurs; the authors divide by the length itself. */
const tiny = 1e-24;

/**
 * "Artificial Kuramoto Oscillatory Neurons" (Miyato, Lowe, Geiger & Welling 2024, arXiv 2410.13821), eq. 2, as its code
 * has it: from a field x and a stimulus c, both [H, W, C], with y = coupling(x) + c, for each oscillator
 *
 *     x' = v / |v|,     v = x + gamma ( Omega x + y - <y, x> x ).
 *
 * Omega maps the channels (a, b) of a pair to (w b, -w a), where w is the length of the pair's two numbers `turn`.
 * Without `turns`, Omega is 1 and x itself is added.
 *
 * Gives x [steps, H, W, C] and the energy -sum <x, y> before each step [steps]. Parameters: turn [C / 2, 2] of the layer, [1, 2]
 * where all turn alike.
 *
 * @example
 * const field = zeros(8, 8, 4);
 * const { x } = akornLayer({ channels: 4, components: 2, steps: 5, gamma: 1, coupling: conv(4) })(field, field);
 * const last4 = at(x, -1);   // Tensor<readonly [8, 8, 4]>
 */
export const akornLayer = <const C extends number, const N extends number>(o: AkornLayerOptions<C, N>) => {
  needs('akornLayer', o, 'channels', 'components', 'steps', 'gamma', 'coupling');
  const { channels, components, steps, gamma, coupling, turns = true } = o;
  const self = layer('akorn');
  return <H extends number, W extends number>(
    start: Tensor<readonly [H, W, C]>,
    stimulus: Tensor<readonly [H, W, C]>,
  ) => {
    const [h, w] = shapeOf(start);
    const vectors = reshape(h, w, over(channels, components), components);
    const pairs = half(channels);
    const own = turns === 'alike' ? 1 : pairs;
    const turn = parameterOf(self, 'turn', [own, 2], { init: { normal: 1 } });
    const lengths = sqrt(sum(1)(square(turn)));
    const paces =
      turns === 'alike' ? gather(0, new Array<number>(pairs).fill(0))(lengths) : reshape(pairs)(lengths);
    const pace = outer(paces, data([1, -1], 2));
    const turned = (x: Tensor<readonly [H, W, C]>) => {
      const swapped = pipe(x, reshape(h, w, pairs, 2), gather(3, [1, 0]));
      return vectors(mul(swapped, broadcastLike(swapped)(pace)));
    };
    return scan({
      steps,
      init: { x: reshape(h, w, channels)(normalise(3, tiny)(vectors(start))), energy: fill(0) },
      step: (state) => {
        const x = vectors(state.x);
        const y = vectors(add(coupling(state.x), stimulus));
        const tangent = sub(y, mul(x, sumAlong()(mul(x, y))));
        const moved = add(x, scale(gamma, add(turns === false ? x : turned(state.x), tangent)));
        return {
          x: reshape(h, w, channels)(normalise(3, tiny)(moved)),
          energy: negate(sum(0, 1, 2, 3)(mul(x, y))),
        };
      },
      observe: (state) => state,
    });
  };
};

/** Settings of attention among the sites of a grid. */
export interface GridAttentionOptions<C extends number> {
  readonly channels: C;
  readonly heads: number;
  /** Whether pairs of components are multiplied by matrices that each place has of its own; default false. */
  readonly places?: boolean;
}

/**
 * Attention among all sites as the coupling of an AKOrN. Component j of head a is channel j heads + a: heads are the
 * fast index. With `places`, pairs of components of queries, keys, values and of the result are multiplied by 2 x 2
 * matrices of the place.
 *
 * Parameters: in/weight [C, 3 C] and in/bias, out/weight [C, C] and out/bias; with places query, key, value, read
 * [H W, C / heads / 2, 2, 2].
 *
 * @example
 * const felt = gridAttention({ channels: 4, heads: 2 })(zeros(8, 8, 4));   // Tensor<readonly [8, 8, 4]>
 */
export const gridAttention = <const C extends number>(o: GridAttentionOptions<C>): GridMap<C> => {
  needs('gridAttention', o, 'channels', 'heads');
  const { channels, heads, places = false } = o;
  const [into, out] = [dense(times(3, channels), { name: 'in' }), dense(channels, { name: 'out' })];
  const self = layer('places', 'places');
  const size = over(channels, heads);
  return <H extends number, W extends number>(x: Tensor<readonly [H, W, C]>) => {
    const [h, w] = shapeOf(x);
    const sites = times(h, w);
    const placed = (role: string) => (y: Tensor<readonly [number, number, number]>) => {
      if (!places) return y;
      const pairs = reshape(sites, half(size), 2, heads)(y);
      const matrices = parameterOf(self, role, [sites, half(size), 2, 2], { init: 'identity' });
      return reshape(sites, size, heads)(einsum('sfxy,sfya->sfxa', matrices, pairs));
    };
    const all = into(reshape(sites, channels)(x));
    const part = (role: string, i: number) =>
      pipe(cut(all, i * channels, channels), splitChannels(size, heads), placed(role));
    const [q, k, v] = [part('query', 0), part('key', 1), part('value', 2)];
    const scores = scale(1 / Math.sqrt(size), einsum('qja,kja->aqk', q, k));
    const read = placed('read')(einsum('aqk,kja->qja', softmax(2)(scores), v));
    return pipe(read, reshape(sites, channels), out, reshape(h, w, channels));
  };
};

/**
 * The readout of an AKOrN: the lengths of `features` vectors, each plus a learned shift: [H, W, C] → [H, W, features].
 *
 * Parameters: vectors/weight [C, features components] and vectors/bias, shift/value [features].
 *
 * @example
 * const read = lengths(3, 4)(zeros(8, 8, 4));   // Tensor<readonly [8, 8, 3]>
 */
export const lengths = <const F extends number, const N extends number>(features: F, components: N) => {
  const vectors = dense(times(features, components), { name: 'vectors' });
  const self = layer('shift', 'shift');
  return <H extends number, W extends number, C extends number>(
    x: Tensor<readonly [H, W, C]>,
  ): Tensor<readonly [H, W, F]> => {
    const long = pipe(x, vectors, splitChannels(features, components), square, sum(3), sqrt);
    return add(long, broadcastLike(long)(parameterOf(self, 'value', [features], { init: 'zeros' })));
  };
};
