/**
 * Layers and parameters.
 *
 * A layer is an identity: using one layer twice shares its parameters, building it twice does not. Names are given
 * when the program is closed, from the scopes and, within a scope, from the kind and a count in the order of the
 * data flow (`conv1`, `conv2`), or from the name that the user chose.
 */

import { type InitialiserName, resolveInitialiser } from './initialiser.js';
import { currentScope } from './scope.js';
import { type Shape, volume } from './shape.js';
import { known, refuse, type Tensor } from './tensor.js';

export interface Layer {
  readonly kind: string;
  /** Chosen by the user; without it the kind and a count. */
  readonly name: string | undefined;
}

/** A new layer: its parameters are its own. */
export const layer = (kind: string, name?: string): Layer => ({ kind, name });

export interface ParameterOptions {
  readonly init: InitialiserName;
  /** How many inputs feed one output; default: all sizes but the last. */
  readonly fanIn?: number;
  readonly fanOut?: number;
  /** Whether the optimiser changes it; default true. */
  readonly trainable?: boolean;
}

/** A parameter of a layer. The role is the last segment of its name: `weight`, `bias`. */
export const parameterOf = <const S extends Shape>(
  owner: Layer,
  role: string,
  shape: S,
  options: ParameterOptions,
): Tensor<S> => {
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 1))
    return refuse(owner.kind, `every size must be a whole number of at least 1, got [${shape.join(',')}]`);
  const fanIn = options.fanIn ?? volume(shape.slice(0, -1));
  const fanOut = options.fanOut ?? shape[shape.length - 1] ?? 1;
  return known(
    {
      op: 'parameter',
      layer: owner,
      role,
      scope: currentScope(),
      shape,
      init: resolveInitialiser(options.init, fanIn, fanOut),
      trainable: options.trainable ?? true,
    },
    { shape, perSample: false },
    [],
    new Set(),
  );
};

/**
 * A parameter that stands by itself, under its own name.
 *
 * @example
 * const gain = parameter('gain', [2], { init: { constant: 1 } });
 */
export const parameter = <const S extends Shape>(
  name: string,
  shape: S,
  options: ParameterOptions,
): Tensor<S> => parameterOf(layer('parameter', name), '', shape, options);
