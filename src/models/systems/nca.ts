/** A neural cellular automaton: each cell changes by a rule of its neighbours' values. */

import { add, broadcastLike, concat, dense, mul, program, relu, scale, scanOver } from '../../dsl/index.js';
import { type Edge, stencil } from './lattice.js';

/** Settings of a field of cells. */
export interface NcaOptions<H extends number, W extends number, C extends number, T extends number> {
  readonly height: H;
  readonly width: W;
  readonly channels: C;
  readonly steps: T;
  /** The boundary; a torus by default. */
  readonly boundary?: Edge;
  /** Hidden units of a cell. */
  readonly hidden: number;
  /** s: the size of a step. */
  readonly stepSize: number;
}

/**
 * "Growing Neural Cellular Automata" (Mordvintsev, Randazzo, Niklasson & Levin 2020), the rule without its test for
 * life: where a mask u, in the paper drawn for each cell and step, is 1, x' = x + u s (relu([x, Sx * x, Sy * x] V + b)
 * W + c), Sx and Sy the Sobel filters, an eighth of their integers. The authors begin with W = 0, an automaton at rest;
 * here W is drawn, so that it has patterns to show (`growingCells` and `textureCells` of `drumhead/networks` are the
 * authors').
 *
 * Fields: x [H, W, C]. Other inputs: u [T, H, W, 1]. Parameters: dense1/weight [3 C, hidden] and bias (V, b), dense2/weight
 * [hidden, C] and bias (W, c).
 *
 * @example
 * const p = nca({ height: 8, width: 8, channels: 4, steps: 5, hidden: 16, stepSize: 1 });
 * signature(p); // => 'u [5,8,8,1], x [8,8,4] → x [5,8,8,4]'
 */
export const nca = <
  const H extends number,
  const W extends number,
  const C extends number,
  const T extends number,
>(
  o: NcaOptions<H, W, C, T>,
) => {
  const field = [o.height, o.width, o.channels] as const;
  const seen = (filter: readonly number[]) =>
    stencil(
      filter.map((weight) => weight / 8),
      o.channels,
      o.boundary ?? 'circular',
    );
  const [right, down] = [seen([-1, 0, 1, -2, 0, 2, -1, 0, 1]), seen([-1, -2, -1, 0, 0, 0, 1, 2, 1])];
  return program({ x: field, u: [o.steps, o.height, o.width, 1] }, ({ x: start, u }) => {
    const [first, second] = [dense(o.hidden), dense(o.channels)];
    return scanOver({
      over: u,
      init: { x: start },
      step: ({ x }, fires) => {
        const change = second(relu(first(concat(x, concat(right(x), down(x))))));
        return { x: add(x, mul(broadcastLike(x)(fires), scale(o.stepSize, change))) };
      },
      observe: (state) => state,
    });
  });
};
