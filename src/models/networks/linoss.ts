/** LinOSS: uncoupled linear oscillators, complex and with learned time steps; and with learned damping, D-LinOSS. */

import {
  add,
  broadcastLike,
  complement,
  data,
  div,
  einsum,
  expand,
  fill,
  layer,
  maximum,
  minimum,
  mul,
  offset,
  ones,
  parameterOf,
  reciprocal,
  relu,
  type Shape,
  scale,
  scanOver,
  shapeOf,
  sigmoid,
  sqrt,
  square,
  sub,
  type Tensor,
  zeros,
} from '../../dsl/index.js';
import { needs } from './options.js';

/** Settings of a layer of linear oscillators. */
export interface LinossLayerOptions<P extends number> {
  readonly oscillators: P;
  /**
   * `im`: A acts on the new displacement; `imex`: on the old one; `damped-imex1` and `damped-imex2`: as imex, with
   * damping that acts on the new velocity or on the old one. Default 'imex'.
   */
  readonly discretisation?: 'im' | 'imex' | 'damped-imex1' | 'damped-imex2';
  /** The name of the layer, instead of `linoss1`, `linoss2`, ... */
  readonly name?: string;
}

/**
 * "Oscillatory State-Space Models" (Rusch & Rus 2024, arXiv 2410.03943) and "Learning to Dissipate Energy in Oscillatory
 * State-Space Models" (Boyer, Rusch & Rus 2025, arXiv 2505.12171), as their code has them: for each element u of a
 * sequence [T, F], with h = sigmoid(pace), A = relu(stiffness), G = relu(damping),
 *
 *     z' = S (K z + h (B u - A y)),     y' = y + h z',     output = Re(C y') + D u,
 *
 * from rest; S = 1 / (1 + h^2 A) for `im`, 1 / (1 + h G) for `damped-imex1`, else 1; K = 1 - h G for `damped-imex2`,
 * else 1. With damping, A is the stiffness without relu, clipped to the range in which the eigenvalues are complex. y,
 * z, B and C are complex: their last axis holds the real and the imaginary part.
 *
 * `stiffness`, `pace` and `damping` start uniformly between 0 and 1, the first two as in the paper.
 *
 * Gives y and z [T, oscillators, 2], the output [T, F], and A and h [oscillators].
 *
 * Parameters, of the layer: stiffness, pace, damping (where there is any) [oscillators]; input [oscillators, F, 2] (B),
 * output [F, oscillators, 2] (C), skip [F] (D).
 *
 * @example
 * const { output } = linossLayer({ oscillators: 16 })(stimulus);
 * const heard = output;   // Tensor<readonly [100, 3]>
 */
export const linossLayer = <const P extends number>(o: LinossLayerOptions<P>) => {
  needs('linossLayer', o, 'oscillators');
  const { oscillators, discretisation = 'imex' } = o;
  const self = layer('linoss', o.name);
  const own = (role: string) => parameterOf(self, role, [oscillators], { init: { between: [0, 1] } });
  const drawn = <const S extends Shape>(role: string, shape: S, fan: number) =>
    parameterOf(self, role, shape, { init: { normal: 1 / Math.sqrt(fan) } });
  return <T extends number, F extends number>(u: Tensor<readonly [T, F]>) => {
    const [, features] = shapeOf(u);
    const into = drawn('input', [oscillators, features, 2], features);
    const out = drawn('output', [features, oscillators, 2], oscillators);
    const skip = drawn('skip', [features], 1);
    const dt = sigmoid(own('pace'));
    const damped = discretisation === 'damped-imex1' || discretisation === 'damped-imex2';
    const lost = damped ? mul(dt, relu(own('damping'))) : zeros(oscillators);
    const a = damped
      ? oscillating(own('stiffness'), dt, discretisation === 'damped-imex1' ? lost : scale(-1, lost))
      : relu(own('stiffness'));
    const slowed =
      discretisation === 'im' ? mul(square(dt), a) : discretisation === 'damped-imex1' ? lost : null;
    const s = slowed === null ? ones(oscillators) : reciprocal(offset(1, slowed));
    const kept = discretisation === 'damped-imex2' ? complement(1, lost) : ones(oscillators);
    const [pace, stiffness, factor, keep] = [dt, a, s, kept].map((each) => expand(1, 2)(each));
    const states = scanOver({
      over: einsum('tf,pfc->tpc', u, into),
      init: { y: zeros(oscillators, 2), z: zeros(oscillators, 2) },
      step: ({ y, z }, push) => {
        const force = sub(push, mul(stiffness, y));
        const velocity = mul(factor, add(mul(keep, z), mul(pace, force)));
        return { y: add(y, mul(pace, velocity)), z: velocity };
      },
      observe: (state) => state,
    });
    const real = mul(out, broadcastLike(out)(data([1, -1], 2)));
    const output = add(einsum('tpc,fpc->tf', states.y, real), mul(broadcastLike(u)(skip), u));
    return { ...states, output, stiffness: a, pace: dt };
  };
};

/** A clipped to the range in which the eigenvalues of a damped step are complex; `lost` is h G, negative for imex2. */
const oscillating = <P extends number>(
  a: Tensor<readonly [P]>,
  dt: Tensor<readonly [P]>,
  lost: Tensor<readonly [P]>,
): Tensor<readonly [P]> => {
  const [middle, half] = [offset(2, lost), scale(2, sqrt(offset(1, lost)))];
  const unit = maximum(square(dt), fill(1e-6));
  const [low, high] = [div(sub(middle, half), unit), div(add(middle, half), unit)];
  return minimum(maximum(a, low), high);
};
