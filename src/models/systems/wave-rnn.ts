/** The Wave-RNN: a ring along which inputs travel. */

import { add, coupling1d, dense, program, relu, roll, scanOver, type Tensor, tanh } from '../../dsl/index.js';

/** Settings of a ring. */
export interface WaveRnnOptions<L extends number, C extends number, T extends number> {
  /** Sites of the ring. */
  readonly length: L;
  readonly channels: C;
  readonly steps: T;
  /** Default 'relu', as in the paper. */
  readonly activation?: 'relu' | 'tanh' | 'identity';
}

/**
 * "Traveling Waves Encode the Recent Past and Enhance Sequence Learning" (Keller, Muller, Sejnowski & Welling 2024,
 * arXiv 2309.08045v2, sec. 2): the one-way wave equation h_t = nu h_x (eq. 1) as a convolution on a ring, initially a
 * shift (eq. 2, nu = 1), with input (eq. 3),
 *
 *     h[t+1] = relu(w * h[t] + V u[t] + b).
 *
 * The shift is a rotation of the ring by one site after a convolution that is initially the identity. With identity
 * activation and no input, the state moves by exactly one site per step: period `length`.
 *
 * Fields: h [L, C]. Other inputs: u [T, L, C]. Parameters: coupling/weight [3, C, C] (w), input/weight [C, C] and
 * input/bias [C] (V, b; the identity and zero).
 *
 * @example
 * signature(waveRnn({ length: 16, channels: 1, steps: 5 })); // => 'h [16,1], u [5,16,1] → h [5,16,1]'
 */
export const waveRnn = <const L extends number, const C extends number, const T extends number>(
  o: WaveRnnOptions<L, C, T>,
) =>
  program({ h: [o.length, o.channels], u: [o.steps, o.length, o.channels] }, ({ h, u }) => {
    const neighbours = coupling1d({ init: 'identity' });
    const heard = dense(o.channels, { init: 'identity', name: 'input' })(u);
    return scanOver({
      over: heard,
      init: { h },
      step: (s, push) => ({ h: activate(o.activation, add(roll(0, 1)(neighbours(s.h)), push)) }),
      observe: (state) => state,
    });
  });

const activate = <L extends number, C extends number>(
  activation: 'relu' | 'tanh' | 'identity' | undefined,
  x: Tensor<readonly [L, C]>,
): Tensor<readonly [L, C]> => (activation === 'identity' ? x : activation === 'tanh' ? tanh(x) : relu(x));
