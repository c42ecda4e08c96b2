/** DT-net: a recurrent residual network that recalls its input at each step. */

import { pipe } from 'fp-ts/lib/function.js';
import { add, concat, conv, relu, type Shape, scan, type Tensor } from '../../dsl/index.js';
import { needs } from './options.js';

/** Settings of a recurrent residual network. */
export interface DtNetLayerOptions<C extends number> {
  /** Channels of the state, which the paper calls the thought. */
  readonly width: C;
  readonly steps: number;
  /** Whether each step reads the input again; default true. */
  readonly recall?: boolean;
  /** The layer after the convolutions of a block, such as `groupNorm`; default none. */
  readonly norm?: <S extends Shape>(x: Tensor<S>) => Tensor<S>;
}

/**
 * "End-to-end Algorithm Synthesis with Recurrent Networks: Logical Extrapolation Without Overthinking" (Bansal et al. 2022,
 * arXiv 2202.05826): from a field x [H, W, I], h = relu(w * x), then at each step
 *
 *     a = v * [h, x];   twice: a <- relu( N(w2 * relu(N(w1 * a))) + a );   h' = a,
 *
 * without recall a = h; and from each thought h an output of two channels by a head of three convolutions, all 3 x 3 with zeros around. Gives the
 * thoughts [steps, H, W, width] and the outputs [steps, H, W, 2].
 *
 * Parameters: begin, recall, block0a, block0b, block1a, block1b, head0, head1, head2, each /weight.
 *
 * @example
 * const { output } = dtNetLayer({ width: 8, steps: 10 })(image);
 * const answers = output;   // Tensor<readonly [number, 64, 64, 2]>
 */
export const dtNetLayer = <const C extends number>(o: DtNetLayerOptions<C>) => {
  needs('dtNetLayer', o, 'width', 'steps');
  const { width, steps, recall: recalls = true, norm = (x) => x } = o;
  const plain = <const D extends number>(channels: D, name: string) => conv(channels, { bias: false, name });
  const [begin, recall] = [plain(width, 'begin'), plain(width, 'recall')];
  const [first, second] = ['block0', 'block1'].map((name) => {
    const [one, two] = [plain(width, `${name}a`), plain(width, `${name}b`)];
    return <H extends number, W extends number>(a: Tensor<readonly [H, W, C]>): Tensor<readonly [H, W, C]> =>
      relu(add(pipe(a, one, norm, relu, two, norm), a));
  });
  const [wide, narrow, last] = [plain(32, 'head0'), plain(8, 'head1'), plain(2, 'head2')];
  return <H extends number, W extends number, I extends number>(x: Tensor<readonly [H, W, I]>) =>
    scan({
      steps,
      init: { h: relu(begin(x)) },
      step: ({ h }) => ({ h: second(first(recalls ? recall(concat(h, x)) : h)) }),
      observe: ({ h }) => ({ thought: h, output: pipe(h, wide, relu, narrow, relu, last) }),
    });
};
