/** Coupling: the force of its neighbours on each oscillator. */

import type { InitialiserName } from '../initialiser.js';
import { layer, parameterOf } from '../layer.js';
import type { Boundary } from '../op.js';
import { checkedOptions } from '../options.js';
import { apply, shapeOf, type Tensor } from '../tensor.js';

/** Options of a coupling. */
export interface CouplingOptions {
  /** Side of the kernel; default 3. */
  readonly kernel?: number;
  /** Default 'circular': the lattice is a torus. */
  readonly boundary?: Exclude<Boundary, 'none'>;
  /** Default 'laplacian': the discrete wave equation, on each channel by itself. */
  readonly init?: InitialiserName;
  /** Default `coupling`; give two couplings of one program a name each. */
  readonly name?: string;
}

const all = { kernel: true, boundary: true, init: true, name: true } as const;

/**
 * A learned coupling W * y: a dense convolution to as many channels as the field has, without bias.
 *
 * Parameters: coupling/weight [kernel, kernel, C, C].
 *
 * @example
 * const force = tanh(coupling()(y));   // Tensor<readonly [64, 64, 2]>
 */
export const coupling = (options: CouplingOptions = {}) => {
  const {
    kernel = 3,
    boundary = 'circular',
    init = 'laplacian',
    name = 'coupling',
  } = checkedOptions('coupling', options, all);
  const self = layer('coupling', name);
  return <H extends number, W extends number, C extends number>(
    y: Tensor<readonly [H, W, C]>,
  ): Tensor<readonly [H, W, C]> => {
    const c = shapeOf(y)[2] ?? 1;
    const weight = parameterOf(self, 'weight', [kernel, kernel, c, c], { init });
    return apply('coupling', { op: 'conv', boundary, stride: [1, 1], depthwise: false }, y, weight);
  };
};

/**
 * The same on a line [L, C]: weight [kernel, C, C].
 *
 * @example
 * const force = tanh(coupling1d()(line));   // Tensor<readonly [128, 4]>
 */
export const coupling1d = (options: CouplingOptions = {}) => {
  const {
    kernel = 3,
    boundary = 'circular',
    init = 'laplacian',
    name = 'coupling',
  } = checkedOptions('coupling1d', options, all);
  const self = layer('coupling', name);
  return <L extends number, C extends number>(y: Tensor<readonly [L, C]>): Tensor<readonly [L, C]> => {
    const c = shapeOf(y)[1] ?? 1;
    const weight = parameterOf(self, 'weight', [kernel, c, c], { init });
    return apply('coupling1d', { op: 'conv', boundary, stride: [1], depthwise: false }, y, weight);
  };
};
