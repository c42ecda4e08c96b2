/** WONN: phases that the signals of others drive, each through its own sensitivity. */

import { power } from '../../base/power.js';
import {
  add,
  atan2,
  attention,
  batchNorm,
  broadcastLike,
  ceilDiv,
  concat,
  conv,
  cos,
  channels as cut,
  data,
  dense,
  einsum,
  fill,
  gather,
  layer,
  mul,
  negate,
  pad,
  parameterOf,
  relu,
  reshape,
  type Shape,
  scale,
  scan,
  shapeOf,
  sin,
  slice,
  stack,
  sum,
  type Tensor,
  type Times,
  times,
  upsample,
} from '../../dsl/index.js';
import type { GridMap } from './akorn.js';
import { needs } from './options.js';

/**
 * An angle brought to (-pi, pi]; its derivative is 1.
 *
 * @example
 * const phase = wrap(scale(100, zeros(8, 8, 2)));   // Tensor<readonly [8, 8, 2]>
 */
export const wrap = <S extends Shape>(angle: Tensor<S>): Tensor<S> => atan2(sin(angle), cos(angle));

/** Settings of phases on a grid. */
export interface WonnLayerOptions<C extends number> {
  readonly steps: number;
  /** The step size. */
  readonly gamma: number;
  /**
   * I, the influence: the signal that phases send, one value for each patch of `group` x `group` sites; default the
   * sine of each.
   */
  readonly influence?: <H extends number, W extends number>(
    theta: Tensor<readonly [H, W, C]>,
  ) => Tensor<readonly [number, number, C]>;
  /** S, the sensitivity: how each phase responds; default the cosine. */
  readonly sensitivity?: GridMap<C>;
  /** The field of each patch, from the signals of all. */
  readonly coupling: (sent: Tensor<readonly [number, number, C]>) => Tensor<readonly [number, number, C]>;
  /** The side of a patch, whose sites receive one common field; default 1. */
  readonly group?: number;
}

/**
 * A layer of "WONN" (arXiv 2605.20922) as its code has it: from phases theta and frequencies omega, both [H, W, C],
 *
 *     theta' = wrap( theta + gamma ( omega + S(theta) coupling(I(theta)) ) ).
 *
 * Gives theta [steps, H, W, C] and the energy -sum coupling(I) I before each step [steps]. In the authors' code the coupling
 * ends in a relu.
 *
 * @example
 * const phases = zeros(8, 8, 2);
 * const coupling = (sent: Tensor<readonly [number, number, 2]>) => relu(conv(2, { bias: false })(sent));
 * const { theta } = wonnLayer({ steps: 5, gamma: 0.5, coupling })(phases, phases);
 * const after = at(theta, -1);   // Tensor<readonly [8, 8, 2]>
 */
export const wonnLayer =
  <C extends number>(o: WonnLayerOptions<C>) =>
  <H extends number, W extends number>(
    theta: Tensor<readonly [H, W, C]>,
    omega: Tensor<readonly [H, W, C]>,
  ) => {
    needs('wonnLayer', o, 'steps', 'gamma', 'coupling');
    const { steps, gamma, coupling, group = 1, influence = sin, sensitivity = cos } = o;
    return scan({
      steps,
      init: { theta: wrap(theta), energy: fill(0) },
      step: (state) => {
        const sent = influence(state.theta);
        const field = coupling(sent);
        const felt = slice(upsample(group)(field), [0, 0, 0], shapeOf(state.theta));
        const pull = add(omega, mul(sensitivity(state.theta), felt));
        return {
          theta: wrap(add(state.theta, scale(gamma, pull))),
          energy: negate(sum(0, 1, 2)(mul(field, sent))),
        };
      },
      observe: (state) => state,
    });
  };

/**
 * A learned influence: one value for each channel and each patch of `group` x `group` sites. It is computed by a
 * perceptron with `rows` hidden units, one perceptron for each channel, from the sines (`sees: 'sin'`) or the sines and
 * cosines. Patches that reach past the bottom or the right edge read zeros there.
 *
 * Parameters, of the layer: patch [C, rows, planes, group, group], patch-bias [C, rows], mix [C, rows], mix-bias [C].
 *
 * @example
 * const sent = patchInfluence({ group: 2, rows: 8, sees: 'sin' })(zeros(5, 7, 4));   // Tensor<readonly [3, 4, 4]>
 */
export const patchInfluence = <const G extends number>(o: {
  readonly group: G;
  readonly rows: number;
  readonly sees: 'sin' | 'both';
  /** The name of the layer, instead of `influence1`, ... */
  readonly name?: string;
}) => {
  needs('patchInfluence', o, 'group', 'rows', 'sees');
  const { group: g, rows, sees } = o;
  const self = layer('influence', o.name);
  return <H extends number, W extends number, C extends number>(theta: Tensor<readonly [H, W, C]>) => {
    const [h, w, c] = shapeOf(theta);
    const [down, right] = [ceilDiv(h, g), ceilDiv(w, g)];
    const planes: Tensor<readonly [number, H, W, C]> =
      sees === 'sin' ? stack(sin(theta)) : stack(sin(theta), cos(theta));
    const [count] = shapeOf(planes);
    const whole = pad([0, [0, down * g - h], [0, right * g - w]])(planes);
    const patches = reshape(count, down, g, right, g, c)(whole);
    const patch = parameterOf(self, 'patch', [c, rows, count, g, g], {
      init: 'pytorch',
      fanIn: count * g * g,
    });
    const bias = parameterOf(self, 'patch-bias', [c, rows], { init: 'zeros' });
    const seen = einsum('myixjc,crmij->yxcr', patches, patch);
    const hidden = relu(add(seen, broadcastLike(seen)(bias)));
    const mixed = einsum('yxcr,cr->yxc', hidden, parameterOf(self, 'mix', [c, rows], { init: 'glorot' }));
    return add(mixed, broadcastLike(mixed)(parameterOf(self, 'mix-bias', [c], { init: 'zeros' })));
  };
};

/**
 * Attention among all sites with rotary positions, as the coupling of a WONN: queries and keys are rotated by the row
 * in the first half of a head's channels and by the column in the second; pair f of m channels rotates by position
 * times 10000^(-2 f / m).
 *
 * Parameters: in/weight [C, 3 C] and in/bias, out/weight [C, C] and out/bias.
 *
 * @example
 * const felt = rotaryAttention({ channels: 8, heads: 2 })(zeros(3, 5, 8));   // Tensor<readonly [3, 5, 8]>
 */
export const rotaryAttention = <const C extends number>(o: {
  readonly channels: C;
  readonly heads: number;
  /** Whether queries and keys are rotated by their positions; default true. */
  readonly rotary?: boolean;
}) => {
  needs('rotaryAttention', o, 'channels', 'heads');
  const { channels: c, heads, rotary = true } = o;
  const [into, out] = [dense(times(3, c), { name: 'in' }), dense(c, { name: 'out' })];
  const m = c / heads / 2;
  return <H extends number, W extends number>(x: Tensor<readonly [H, W, C]>): Tensor<readonly [H, W, C]> => {
    const [h, w] = shapeOf(x);
    const sites = times(h, w);
    const table = (f: (angle: number, channel: number) => number) => {
      const value = (i: number) => {
        const [site, j] = [Math.floor(i / c), (i % c) % (2 * m)];
        const place = j < m ? Math.floor(site / w) : site % w;
        return f(place * power(10000, (-2 * Math.floor((j % m) / 2)) / m), j);
      };
      return data(
        Array.from({ length: sites * c }, (_, i) => value(i)),
        sites,
        c,
      );
    };
    const [along, across] = [table(Math.cos), table((angle, j) => (j % 2 === 0 ? -1 : 1) * Math.sin(angle))];
    const partners = Array.from({ length: c }, (_, j) => (j % 2 === 0 ? j + 1 : j - 1));
    const turned = (y: Tensor<readonly [Times<H, W>, C]>) =>
      add(mul(y, along), mul(reshape(sites, c)(gather(1, partners)(y)), across));
    const all = into(reshape(sites, c)(x));
    const [q, k, v] = [cut(all, 0, c), cut(all, c, c), cut(all, 2 * c, c)];
    return reshape(
      h,
      w,
      c,
    )(out(rotary ? attention({ heads })(turned(q), turned(k), v) : attention({ heads })(q, k, v)));
  };
};

/**
 * The phases for the next layer: the angle of the vector (w * cos theta, w * sin theta).
 *
 * Parameters: phases/weight [3, 3, C, channels] (w).
 *
 * @example
 * const next = phaseTransition(3)(zeros(6, 9, 2));   // Tensor<readonly [6, 9, 3]>
 */
export const phaseTransition = <const D extends number>(channels: D) => {
  const w = conv(channels, { bias: false, name: 'phases' });
  return <H extends number, W extends number, C extends number>(
    theta: Tensor<readonly [H, W, C]>,
  ): Tensor<readonly [H, W, D]> => atan2(w(sin(theta)), w(cos(theta)));
};

/**
 * The frequencies for the next layer: relu(N(w * [a cos theta + b sin theta + c, omega])), with N a batch norm and a, b
 * and c one number each for each channel.
 *
 * Parameters: angle/cosine, angle/sine, angle/bias [C]; frequencies/weight [3, 3, 2 C, channels] and frequencies/bias;
 * batchNorm1/....
 *
 * @example
 * const next = frequencyTransition(3)(zeros(6, 9, 2), zeros(6, 9, 2));   // Tensor<readonly [6, 9, 3]>
 */
export const frequencyTransition = <const D extends number>(channels: D) => {
  const [self, fuse, norm] = [layer('angle', 'angle'), conv(channels, { name: 'frequencies' }), batchNorm()];
  return <H extends number, W extends number, C extends number>(
    theta: Tensor<readonly [H, W, C]>,
    omega: Tensor<readonly [H, W, C]>,
  ): Tensor<readonly [H, W, D]> => {
    const [, , c] = shapeOf(theta);
    const own = (role: string) => broadcastLike(theta)(parameterOf(self, role, [c], { init: { normal: 1 } }));
    const angle = add(add(mul(own('cosine'), cos(theta)), mul(own('sine'), sin(theta))), own('bias'));
    return relu(norm(fuse(concat(angle, omega))));
  };
};
