/** AKOrN: Kuramoto oscillators whose phases are unit vectors and whose coupling is learned. */

import {
  add,
  coupling,
  data,
  matmul,
  mergeChannels,
  mul,
  normalise,
  program,
  scale,
  scan,
  splitChannels,
  sub,
  sumAlong,
  type Tensor,
} from '../../dsl/index.js';
import type { Lattice } from './lattice.js';
import type { CouplingStart } from './nwm-core.js';

/** Settings of a lattice of oscillatory neurons. */
export interface AkornOptions extends Lattice<number, number, number> {
  /** Oscillators at each site. */
  readonly oscillators: number;
  /** N: components of each oscillator's unit vector; 2 are phases. */
  readonly components: number;
  /**
   * Omega: the angular frequency of each pair of components, in radians per unit of time; if their number is odd, the
   * last component does not rotate.
   */
  readonly omega: number;
  /** Side of the coupling's kernel; default 3. */
  readonly kernel?: number;
  /** Initial values of J; default 'laplacian', which attracts neighbours. */
  readonly init?: CouplingStart;
}

/**
 * "Artificial Kuramoto Oscillatory Neurons" (Miyato et al. 2024, arXiv 2410.13821), eq. 2:
 *
 *     x_i' = Omega_i x_i + Proj_{x_i}(c_i + sum_j J_ij x_j),     Proj_x(y) = y - <y, x> x,
 *
 * integrated as in the paper by a step and a normalisation, x <- (x + h x') / |x + h x'|. J is a convolution.
 *
 * Fields: x [H, W, oscillators * components], one unit vector after another. Other inputs: c of the same shape, the
 * conditional stimulus. Parameters: coupling/weight [kernel, kernel, C, C].
 *
 * @example
 * const p = akorn({ height: 8, width: 8, oscillators: 2, components: 2, steps: 5, dt: 0.1, omega: 0 });
 * signature(p); // => 'c [8,8,4], x [8,8,4] → x [5,8,8,4]'
 */
export const akorn = (o: AkornOptions) => {
  const size = o.oscillators * o.components;
  const field = [o.height, o.width, size] as const;
  const boundary = o.boundary ?? 'circular';
  const vectors = splitChannels(o.oscillators, o.components);
  return program({ x: field, c: field }, ({ x, c }) => {
    const neighbours = coupling({ kernel: o.kernel ?? 3, boundary, init: o.init ?? 'laplacian' });
    const turn = rotation(o);
    return scan({
      steps: o.steps,
      init: { x },
      step: (state) => {
        const here = vectors(state.x);
        const pulled = vectors(add(c, neighbours(state.x)));
        const tangent = sub(pulled, mul(here, sumAlong()(mul(pulled, here))));
        const velocity = turn === null ? tangent : add(tangent, vectors(turn(state.x)));
        return { x: mergeChannels(normalise()(add(here, scale(o.dt, velocity)))) };
      },
      observe: (state) => state,
    });
  });
};

/** Omega x: every pair of components rotated by a quarter turn and scaled; null if nothing rotates. */
const rotation = ({ omega, oscillators, components }: AkornOptions) => {
  if (omega === 0) return null;
  const size = oscillators * components;
  const partner = (i: number): number => {
    const position = i % components;
    return position % 2 === 0 ? (position + 1 < components ? i + 1 : -1) : i - 1;
  };
  const matrix = Array.from({ length: size * size }, (_, at) => {
    const [from, to] = [Math.floor(at / size), at % size];
    return partner(to) === from ? ((to % components) % 2 === 0 ? -omega : omega) : 0;
  });
  return (x: Tensor<readonly [number, number, number]>) => matmul(x, data(matrix, size, size));
};
