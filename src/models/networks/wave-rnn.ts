/** Wave-RNN: a ring on which inputs travel as waves. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  add,
  conv1d,
  dense,
  relu,
  scanOver,
  splitChannels,
  type Tensor,
  tanh,
  times,
  transpose,
  zeros,
} from '../../dsl/index.js';
import { needs } from './options.js';

/** Settings of a network on a ring. */
export interface WaveRnnLayerOptions<N extends number, C extends number> {
  /** Sites of the ring. */
  readonly sites: N;
  readonly channels: C;
  /** Side of the kernel along the ring, an odd number; default 3. */
  readonly kernel?: number;
  /** The function f; default 'relu'. */
  readonly activation?: 'relu' | 'tanh';
  /** The initial weights of the ring: 'pytorch', random, or 'shift', which moves the state by one site; default 'pytorch'. */
  readonly init?: 'pytorch' | 'shift';
}

/** A kernel by which each channel takes the value of the channel before it. */
const shift = (kernel: number, channels: number): readonly number[] =>
  Array.from({ length: kernel * channels * channels }, (_, i) => {
    const [from, to] = [Math.floor(i / channels) % channels, i % channels];
    return Math.floor(i / channels ** 2) === (kernel - 1) / 2 - 1 && from === to ? 1 : 0;
  });

/**
 * "Traveling Waves Encode the Recent Past and Enhance Sequence Learning" (Keller, Muller, Sejnowski & Welling 2024, arXiv
 * 2309.08045): for each element u of a sequence [T, I],
 *
 *     h' = f( w * h + b + V u + c ),     f = relu or tanh,
 *
 * from zero, with w a convolution around the ring. Gives h [T, sites, channels].
 *
 * Parameters: ring/weight [kernel, channels, channels] and ring/bias (w, b); input/weight [I, channels sites] and
 * input/bias (V, c), channel after channel.
 *
 * @example
 * const waves = waveRnnLayer({ sites: 32, channels: 4 })(stimulus);   // Tensor<readonly [100, 32, 4]>
 */
export const waveRnnLayer = <const N extends number, const C extends number>(
  o: WaveRnnLayerOptions<N, C>,
) => {
  needs('waveRnnLayer', o, 'sites', 'channels');
  const { sites, channels, kernel = 3, activation = 'relu', init = 'pytorch' } = o;
  const input = dense(times(channels, sites), { name: 'input' });
  const ring = conv1d(channels, {
    kernel,
    boundary: 'circular',
    name: 'ring',
    ...(init === 'shift' ? { init: { values: shift(kernel, channels) } } : {}),
  });
  const f = activation === 'relu' ? relu : tanh;
  return <T extends number, I extends number>(sequence: Tensor<readonly [T, I]>) =>
    scanOver({
      over: pipe(sequence, input, splitChannels(channels, sites), transpose(0, 2, 1)),
      init: { h: zeros(sites, channels) },
      step: ({ h }, heard) => ({ h: f(add(ring(h), heard)) }),
      observe: ({ h }) => h,
    });
};
