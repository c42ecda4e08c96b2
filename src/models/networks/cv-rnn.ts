/** cv-RNN: complex units that synchronise within regions of similar brightness. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  abs,
  add,
  atan2,
  complement,
  concatAlong,
  cos,
  data,
  div,
  einsum,
  expand,
  fill,
  gather,
  greater,
  log,
  max,
  mean,
  mul,
  ones,
  reshape,
  scale,
  scan,
  sin,
  stack,
  sum,
  type Tensor,
  type Times,
  times,
  transpose,
  where,
} from '../../dsl/index.js';
import { needs } from './options.js';

/** Settings of a network of complex units, a pair of numbers for its two layers. */
export interface CvRnnLayerOptions<R extends number, C extends number> {
  readonly rows: R;
  readonly columns: C;
  /** The strengths of the two kernels. */
  readonly alpha: readonly [number, number];
  /** The widths of the two kernels, in units of the image's side. */
  readonly sigma: readonly [number, number];
  /** The last steps of the two layers; step 1 is the initial state. */
  readonly steps: readonly [number, number];
}

/** A Gaussian of the distances of all pairs of sites in the unit square, row after row. */
const gaussian = <N extends number>(
  { rows, columns }: CvRnnLayerOptions<number, number>,
  nodes: N,
  alpha: number,
  sigma: number,
) => {
  const place = (n: number) => [(Math.floor(n / columns) + 1) / rows, ((n % columns) + 1) / columns];
  const value = (i: number) => {
    const [[a, b], [c, d]] = [place(Math.floor(i / nodes)), place(i % nodes)];
    return alpha * Math.exp(-((a - c) ** 2 + (b - d) ** 2) / (2 * sigma ** 2));
  };
  return data(
    Array.from({ length: nodes * nodes }, (_, i) => value(i)),
    nodes,
    nodes,
  );
};

/**
 * "Image segmentation with traveling waves in an exactly solvable recurrent neural network" (Liboni et al. 2025, PNAS)
 * as its code has it: x' = i omega x + K x, with one complex unit for each pixel, column after column, and omega its
 * brightness. Between the two layers, the pixels on one side of the mean phase, the larger group, are taken for the
 * background and masked; the second layer starts again from exp(i phase). Only phases are meaningful, so x is divided
 * by its largest part at each step, and the logarithm of that factor is kept.
 *
 * Gives the phases and the logarithms of the amplitudes [steps, nodes], 0 where masked, and the mask [nodes].
 *
 * @example
 * const o = { rows: 8, columns: 11, alpha: [0.5, 0.5], sigma: [0.9, 0.1], steps: [20, 44] } as const;
 * const { phase } = cvRnnLayer(o)(zeros(8, 11), zeros(88));
 * const after = at(phase, -1);   // Tensor<readonly [88]>
 */
export const cvRnnLayer =
  <const R extends number, const C extends number>(o: CvRnnLayerOptions<R, C>) =>
  (image: Tensor<readonly [R, C]>, initial: Tensor<readonly [Times<R, C>]>) => {
    needs('cvRnnLayer', o, 'rows', 'columns', 'alpha', 'sigma', 'steps');
    const nodes = times(o.rows, o.columns);
    const omega = pipe(image, transpose(1, 0), reshape(nodes), expand(1, 2));
    const start = pipe(stack(cos(initial), sin(initial)), transpose(1, 0));
    const turn = pipe(data([-1, 1], 2), expand(0, nodes));
    const layer = (kernel: ReturnType<typeof gaussian<Times<R, C>>>, steps: number, kept: typeof start) =>
      scan({
        steps,
        init: { x: mul(kept, start), level: fill(0) },
        step: ({ x, level }) => {
          const quarter = mul(turn, reshape(nodes, 2)(gather(1, [1, 0])(x)));
          const next = mul(kept, add(mul(omega, quarter), einsum('nm,mc->nc', kernel, x)));
          const top = max(0, 1)(abs(next));
          return { x: div(next, top), level: add(level, log(top)) };
        },
        observe: ({ x, level }) => {
          const [real, imaginary] = [reshape(nodes)(gather(1, [0])(x)), reshape(nodes)(gather(1, [1])(x))];
          const size = add(mul(real, real), mul(imaginary, imaginary));
          // Masked parts may be -0, whose angle is pi.
          const phase = where(size, atan2(imaginary, real), size);
          return { phase, amplitude: where(size, add(scale(0.5, log(size)), level), size) };
        },
      });
    const [first, second] = o.steps;
    const one = layer(gaussian(o, nodes, o.alpha[0], o.sigma[0]), first - 1, ones(nodes, 2));
    const theta = pipe(one.phase, gather(0, [first - 2]), reshape(nodes));
    const [above, below] = [greater(theta, mean(0)(theta)), greater(mean(0)(theta), theta)];
    const mask = where(greater(sum(0)(above), sum(0)(below)), above, below);
    const kept = pipe(complement(1, mask), expand(1, 2));
    const two = layer(gaussian(o, nodes, o.alpha[1], o.sigma[1]), second - first, kept);
    const begun = reshape(1, nodes)(atan2(sin(initial), cos(initial)));
    return {
      phase: concatAlong(0, begun, one.phase, two.phase),
      amplitude: concatAlong(0, one.amplitude, two.amplitude),
      mask,
    };
  };
