/** GraphCON: oscillators on the nodes of a graph, here the sites of a lattice with edges between neighbours. */

import { add, dense, program, relu, scale, scan, sub } from '../../dsl/index.js';
import { type Lattice, stencil } from './lattice.js';

/** Settings of oscillators on a graph. */
export interface GraphconOptions<H extends number, W extends number, C extends number, T extends number>
  extends Lattice<H, W, T> {
  readonly channels: C;
  /** alpha: damping. */
  readonly alpha: number;
  /** gamma: the square of the natural frequency. */
  readonly gamma: number;
}

/**
 * "Graph-Coupled Oscillator Networks" (Rusch, Chamberlain, Rowbottom, Mishra & Bronstein 2022, arXiv 2202.02296):
 * X'' = sigma(F(X)) - gamma X - alpha X', with F a graph convolution, by a kick and a drift:
 *
 *     Y' = Y + h (relu(S X W + b) - gamma X - alpha Y),     X' = X + h Y'.
 *
 * S is D^-1/2 (A + 1) D^-1/2. On a torus with edges to the four neighbours, each node has five edges, one of them to
 * itself, so S is a fifth of the sum of a site and its neighbours (`graphconLayer` of `drumhead/networks` has any
 * graph).
 *
 * Fields: x, features, and y, their velocity, [H, W, C]. Parameters: features/weight [C, C] and features/bias (W, b; the
 * identity and zero).
 *
 * @example
 * const p = graphcon({ height: 8, width: 8, channels: 2, steps: 5, dt: 0.5, alpha: 0, gamma: 1 });
 * signature(select(p, 'x')); // => 'x [8,8,2], y [8,8,2] → x [5,8,8,2]'
 */
export const graphcon = <
  const H extends number,
  const W extends number,
  const C extends number,
  const T extends number,
>(
  o: GraphconOptions<H, W, C, T>,
) => {
  const field = [o.height, o.width, o.channels] as const;
  const shares = [0, 1, 0, 1, 1, 1, 0, 1, 0].map((edge) => edge / 5);
  const along = stencil(shares, o.channels, o.boundary ?? 'circular');
  return program({ x: field, y: field }, ({ x, y }) => {
    const features = dense(o.channels, { init: 'identity', name: 'features' });
    return scan({
      steps: o.steps,
      init: { x, y },
      step: (s) => {
        const pull = add(scale(o.gamma, s.x), scale(o.alpha, s.y));
        const velocity = add(s.y, scale(o.dt, sub(relu(features(along(s.x))), pull)));
        return { x: add(s.x, scale(o.dt, velocity)), y: velocity };
      },
      observe: (state) => state,
    });
  });
};
