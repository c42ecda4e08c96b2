/** Coupling: the force of its neighbours on each oscillator. */

import {
  type Axes,
  channelsOf,
  named,
  perGroup,
  sides,
  spacing,
  type WeightOptions,
} from '../functions/weighted.js';
import type { Layer } from '../identity.js';
import type { InitialiserName } from '../initialiser.js';
import { layer, parameterOf } from '../layer.js';
import type { Boundary } from '../op.js';
import { checkedOptions } from '../options.js';
import type { Filled, FloorDiv, Grouped, Shape } from '../shape.js';
import { apply, type Tensor } from '../tensor.js';

/** Options of a coupling. */
export interface CouplingOptions<
  K extends number = number,
  V extends ArrayLike<number> = ArrayLike<number>,
  G extends number = number,
> extends Omit<WeightOptions<V>, 'biasInit' | 'init'> {
  /** Side of the kernel; default 3. */
  readonly kernel?: K;
  /** Default 'circular': the lattice is a torus. */
  readonly boundary?: Exclude<Boundary, 'none'>;
  /** The distance of neighbours in sites; default 1. */
  readonly dilation?: number;
  /**
   * The number of groups of channels that are coupled only among themselves; default 1. With a group for each
   * channel, each is on its own.
   */
  readonly groups?: G;
  /** Default 'laplacian': the discrete wave equation, on each channel by itself. */
  readonly init?: InitialiserName<V>;
  /** Default `coupling`; give two couplings of one program a name each. */
  readonly name?: string;
}

const all = {
  kernel: true,
  boundary: true,
  dilation: true,
  groups: true,
  init: true,
  trainable: true,
  name: true,
} as const;

const couplingLayer = (axes: Axes, options: CouplingOptions): Layer =>
  layer(
    'coupling',
    checkedOptions<CouplingOptions>(named('coupling', axes), options, all).name ?? 'coupling',
  );

const coupled = <S extends Shape>(
  self: Layer,
  axes: Axes,
  y: Tensor,
  {
    kernel = 3,
    boundary = 'circular',
    dilation = 1,
    groups = 1,
    init = 'laplacian',
    trainable = true,
  }: CouplingOptions,
): Tensor<S> => {
  const operation = named('coupling', axes);
  const channels = channelsOf(operation, y, axes);
  const inputs = perGroup(operation, groups, channels, channels);
  const weight = parameterOf(self, 'weight', [...sides(axes, kernel), inputs, channels], {
    init,
    groups,
    trainable,
  });
  const around = spacing(axes, { dilation, groups });
  return apply(
    operation,
    { op: 'conv', boundary, stride: sides(axes, 1), depthwise: false, ...around },
    y,
    weight,
  );
};

/**
 * A learned coupling W * y: a dense convolution to as many channels as the field has, without bias.
 *
 * Parameters: coupling/weight [kernel, kernel, C / groups, C].
 *
 * @example
 * const force = tanh(coupling()(y));   // Tensor<readonly [64, 64, 2]>
 */
export const coupling = <
  const K extends number = 3,
  const V extends ArrayLike<number> = ArrayLike<number>,
  const G extends number = 1,
>(
  options: CouplingOptions<K, V, G> = {},
) => {
  const self = couplingLayer(2, options);
  return <H extends number, W extends number, C extends number>(
    y: Tensor<readonly [H, W, C]> & Filled<'coupling', readonly [K, K, FloorDiv<C, G>, C], V>,
  ): Tensor<readonly [H, W, Grouped<C, C, G>]> => coupled(self, 2, y, options);
};

/**
 * The same on a line [L, C]: weight [kernel, C / groups, C].
 *
 * @example
 * const force = tanh(coupling1d()(line));   // Tensor<readonly [128, 4]>
 */
export const coupling1d = <
  const K extends number = 3,
  const V extends ArrayLike<number> = ArrayLike<number>,
  const G extends number = 1,
>(
  options: CouplingOptions<K, V, G> = {},
) => {
  const self = couplingLayer(1, options);
  return <L extends number, C extends number>(
    y: Tensor<readonly [L, C]> & Filled<'coupling1d', readonly [K, FloorDiv<C, G>, C], V>,
  ): Tensor<readonly [L, Grouped<C, C, G>]> => coupled(self, 1, y, options);
};

/**
 * The same in a volume [D, H, W, C]: weight [kernel, kernel, kernel, C / groups, C]. It starts as the seven-point
 * Laplacian.
 *
 * @example
 * const force = coupling3d()(zeros(8, 8, 8, 2));   // Tensor<readonly [8, 8, 8, 2]>
 */
export const coupling3d = <
  const K extends number = 3,
  const V extends ArrayLike<number> = ArrayLike<number>,
  const G extends number = 1,
>(
  options: CouplingOptions<K, V, G> = {},
) => {
  const self = couplingLayer(3, options);
  return <P extends number, H extends number, W extends number, C extends number>(
    y: Tensor<readonly [P, H, W, C]> & Filled<'coupling3d', readonly [K, K, K, FloorDiv<C, G>, C], V>,
  ): Tensor<readonly [P, H, W, Grouped<C, C, G>]> => coupled(self, 3, y, options);
};
