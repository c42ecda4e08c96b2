/** Coupling: the force of its neighbours on each oscillator. */

import type { InitialiserName } from '../initialiser.js';
import { layer, parameterOf } from '../layer.js';
import type { Boundary } from '../op.js';
import { checkedOptions } from '../options.js';
import type { Filled } from '../shape.js';
import { apply, shapeOf, type Tensor } from '../tensor.js';
import type { WeightOptions } from '../weighted.js';

/** Options of a coupling. */
export interface CouplingOptions<K extends number = number, V extends readonly number[] = readonly number[]>
  extends Omit<WeightOptions<V>, 'biasInit' | 'init'> {
  /** Side of the kernel; default 3. */
  readonly kernel?: K;
  /** Default 'circular': the lattice is a torus. */
  readonly boundary?: Exclude<Boundary, 'none'>;
  /** Default 'laplacian': the discrete wave equation, on each channel by itself. */
  readonly init?: InitialiserName<V>;
  /** Default `coupling`; give two couplings of one program a name each. */
  readonly name?: string;
}

const all = { kernel: true, boundary: true, init: true, trainable: true, name: true } as const;

/**
 * A learned coupling W * y: a dense convolution to as many channels as the field has, without bias.
 *
 * Parameters: coupling/weight [kernel, kernel, C, C].
 *
 * @example
 * const force = tanh(coupling()(y));   // Tensor<readonly [64, 64, 2]>
 */
export const coupling = <const K extends number = 3, const V extends readonly number[] = readonly number[]>(
  options: CouplingOptions<K, V> = {},
) => {
  const {
    kernel = 3,
    boundary = 'circular',
    init = 'laplacian',
    name = 'coupling',
    trainable = true,
  } = checkedOptions<CouplingOptions>('coupling', options, all);
  const self = layer('coupling', name);
  return <H extends number, W extends number, C extends number>(
    y: Tensor<readonly [H, W, C]> & Filled<'coupling', readonly [K, K, C, C], V>,
  ): Tensor<readonly [H, W, C]> => {
    const c = shapeOf(y)[2] ?? 1;
    const weight = parameterOf(self, 'weight', [kernel, kernel, c, c], { init, trainable });
    return apply('coupling', { op: 'conv', boundary, stride: [1, 1], depthwise: false }, y, weight);
  };
};

/**
 * The same on a line [L, C]: weight [kernel, C, C].
 *
 * @example
 * const force = tanh(coupling1d()(line));   // Tensor<readonly [128, 4]>
 */
export const coupling1d = <const K extends number = 3, const V extends readonly number[] = readonly number[]>(
  options: CouplingOptions<K, V> = {},
) => {
  const {
    kernel = 3,
    boundary = 'circular',
    init = 'laplacian',
    name = 'coupling',
    trainable = true,
  } = checkedOptions<CouplingOptions>('coupling1d', options, all);
  const self = layer('coupling', name);
  return <L extends number, C extends number>(
    y: Tensor<readonly [L, C]> & Filled<'coupling1d', readonly [K, C, C], V>,
  ): Tensor<readonly [L, C]> => {
    const c = shapeOf(y)[1] ?? 1;
    const weight = parameterOf(self, 'weight', [kernel, c, c], { init, trainable });
    return apply('coupling1d', { op: 'conv', boundary, stride: [1], depthwise: false }, y, weight);
  };
};
