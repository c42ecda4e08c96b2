/** Neural cellular automata: cells that perceive their neighbours through fixed filters. */

import {
  add,
  broadcastLike,
  convolveWith,
  channels as cut,
  data,
  dense,
  fill,
  greater,
  maxPool,
  mul,
  relu,
  scale,
  scanOver,
  type Tensor,
  times,
} from '../../dsl/index.js';
import { needs } from './options.js';

/** Each channel x_k under each of n filters of 3 x 3 numbers: channel k n + i is x_k under filter i. */
const seen = <C extends number, const F extends readonly (readonly number[])[]>(
  channels: C,
  filters: F,
  boundary: 'zero' | 'circular',
) => {
  const n: F['length'] = filters.length;
  const width = times(n, channels);
  const kernel = Array.from({ length: 9 }, (_, place) =>
    Array.from({ length: channels * width }, (_unused, i) => {
      const [from, to] = [Math.floor(i / width), i % width];
      return Math.floor(to / n) === from ? filters[to % n][place] : 0;
    }),
  );
  const weights = data(kernel.flat(), 3, 3, channels, width);
  return <H extends number, W extends number>(x: Tensor<readonly [H, W, C]>) =>
    convolveWith(x, weights, boundary);
};

const itself = [0, 0, 0, 0, 1, 0, 0, 0, 0];
const slope = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
const down = [-1, -2, -1, 0, 0, 0, 1, 2, 1];
const curvature = [1, 2, 1, 2, -12, 2, 1, 2, 1];

/** Settings of growing cells. */
export interface GrowingCellsOptions<C extends number> {
  /** Channels of a cell; the fourth says whether it is alive. */
  readonly channels: C;
  readonly hidden: number;
  /** The angle in radians by which the slopes that cells perceive are rotated; default 0. */
  readonly angle?: number;
  /** The step size s; default 1. */
  readonly stepSize?: number;
}

/**
 * "Growing Neural Cellular Automata" (Mordvintsev, Randazzo, Niklasson & Levin 2020), as its code has it: for each mask
 * m of a sequence [T, H, W, 1], which is 1 at cells that change, x' = alive(x) alive(u) u, u = x + m s mlp(x, slopes of
 * x),
 *
 * alive where the fourth channel is above 0.1 at a cell or at one of its eight neighbours. Gives x [T, H, W, C] and, under
 * `alive`, alive(x) alive(u) [T, H, W, 1].
 *
 * Parameters: dense1/weight [3 C, hidden], dense1/bias, dense2/weight [hidden, C], dense2/bias; those of dense2 start
 * at zero.
 *
 * @example
 * const { x } = growingCells({ channels: 8, hidden: 32 })(zeros(9, 9, 8), ones(5, 9, 9, 1));
 * const grown = x;   // Tensor<readonly [5, 9, 9, 8]>
 */
export const growingCells = <const C extends number>(o: GrowingCellsOptions<C>) => {
  needs('growingCells', o, 'channels', 'hidden');
  const { channels, hidden, angle = 0, stepSize = 1 } = o;
  const [c, s] = [Math.cos(angle) / 8, Math.sin(angle) / 8];
  const along = slope.map((value, i) => c * value - s * down[i]);
  const across = slope.map((value, i) => s * value + c * down[i]);
  const perceive = seen(channels, [itself, along, across], 'zero');
  const [first, second] = [dense(hidden), dense(channels, { init: 'zeros' })];
  return <H extends number, W extends number, T extends number>(
    start: Tensor<readonly [H, W, C]>,
    masks: Tensor<readonly [T, H, W, 1]>,
  ) => {
    const lives = (x: Tensor<readonly [H, W, C]>) =>
      greater(maxPool(3, 1, 'replicate')(cut(x, 3, 1)), fill(0.1));
    return scanOver({
      over: masks,
      init: { x: start, alive: lives(start) },
      step: ({ x }, mask) => {
        const change = scale(stepSize, second(relu(first(perceive(x)))));
        const moved = add(x, mul(broadcastLike(x)(mask), change));
        const alive = mul(lives(x), lives(moved));
        return { x: mul(moved, broadcastLike(x)(alive)), alive };
      },
      observe: (state) => state,
    });
  };
};

/**
 * "Self-Organising Textures" (Niklasson, Mordvintsev, Randazzo & Levin 2021): for each mask m of a sequence [T, H, W, 1],
 * x' = x + m mlp(x, its slopes and its Laplacian), on a torus. Gives x [T, H, W, C].
 *
 * Parameters: dense1/weight [4 C, hidden], dense1/bias, dense2/weight [hidden, C], which starts at zero.
 *
 * @example
 * const woven = textureCells({ channels: 8, hidden: 32 })(zeros(9, 9, 8), ones(5, 9, 9, 1));
 * const texture = woven;   // Tensor<readonly [5, 9, 9, 8]>
 */
export const textureCells = <const C extends number>(o: {
  readonly channels: C;
  readonly hidden: number;
}) => {
  needs('textureCells', o, 'channels', 'hidden');
  const perceive = seen(o.channels, [itself, slope, down, curvature], 'circular');
  const [first, second] = [dense(o.hidden), dense(o.channels, { bias: false, init: 'zeros' })];
  return <H extends number, W extends number, T extends number>(
    start: Tensor<readonly [H, W, C]>,
    masks: Tensor<readonly [T, H, W, 1]>,
  ) =>
    scanOver({
      over: masks,
      init: { x: start },
      step: ({ x }, mask) => {
        const change = second(relu(first(perceive(x))));
        return { x: add(x, mul(broadcastLike(x)(mask), change)) };
      },
      observe: ({ x }) => x,
    });
};
