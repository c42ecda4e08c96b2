/**
 * Layers and parameters.
 *
 * Using one layer twice shares its parameters; building it twice does not. Names are given when the program is closed,
 * from the scopes and, within a scope, from the kind and a count in the order of the data flow (`conv1`, `conv2`), or
 * from the name that the user chose.
 */

import * as E from 'fp-ts/lib/Either.js';
import type { Layer } from './identity.js';
import { infer } from './infer.js';
import { type InitialiserName, resolveInitialiser } from './initialiser.js';
import { checkedName } from './naming.js';
import { checkedInit, checkedOptions } from './options.js';
import { currentScope } from './scope.js';
import { type Filled, type Shape, volume } from './shape.js';
import { callerLocation } from './source-location.js';
import { known, refuse, type Tensor } from './tensor.js';

/**
 * A new layer: its parameters are its own.
 *
 * @example
 * const gain = (name?: string) => {
 *   const self = layer('gain', name);
 *   return <S extends Shape>(x: Tensor<S>): Tensor<S> =>
 *     mul(x, parameterOf(self, 'weight', [], { init: { constant: 1 } }));
 * };
 * const louder = gain()(y);   // Tensor<readonly [64, 64, 2]>
 */
export const layer = (kind: string, name?: string): Layer => ({
  kind: checkedName('layer', kind),
  name: name === undefined ? undefined : checkedName(kind, name),
  at: callerLocation(),
});

/** The initial values of a parameter, and whether it is trained. */
export interface ParameterOptions<V extends ArrayLike<number> = ArrayLike<number>> {
  /** The initial values; random ones take their bound from the fans. */
  readonly init: InitialiserName<V>;
  /** The fan-in: inputs of one output; default: the product of all sizes but the last. */
  readonly fanIn?: number;
  /** The fan-out: outputs of one input; default: the last size. */
  readonly fanOut?: number;
  /** Groups of channels of a convolution's kernel, for stencils; default 1. */
  readonly groups?: number;
  /** Whether the optimiser changes it; default true. */
  readonly trainable?: boolean;
}

/**
 * A parameter of a layer. The role is the last segment of its name: `weight`, `bias`.
 *
 * Refuses sizes that are not whole numbers of at least 1, and an initialiser that does not fit the shape.
 *
 * @example
 * const self = layer('mixing');
 * const weight = parameterOf(self, 'weight', [2, 2], { init: 'identity' });   // mixing1/weight
 */
export const parameterOf = <const S extends Shape, const V extends ArrayLike<number> = ArrayLike<number>>(
  owner: Layer,
  role: string,
  shape: S,
  options: ParameterOptions<V> & Filled<'parameter', S, V>,
): Tensor<S> => {
  checkedOptions<ParameterOptions>(owner.kind, options, {
    init: true,
    fanIn: true,
    fanOut: true,
    groups: true,
    trainable: true,
  });
  const fanIn = options.fanIn ?? volume(shape.slice(0, -1));
  const fanOut = options.fanOut ?? shape[shape.length - 1] ?? 1;
  const init = resolveInitialiser(checkedInit(owner.kind, options.init), fanIn, fanOut, options.groups);
  const sizes = [...shape];
  const trainable = options.trainable ?? true;
  if (role !== '') checkedName(owner.kind, role);
  const facts = infer({ op: 'parameter', name: owner.kind, shape: sizes, init, trainable }, []);
  if (E.isLeft(facts)) return refuse(owner.kind, facts.left);
  return known(
    { op: 'parameter', layer: owner, role, scope: currentScope(), shape: sizes, init, trainable },
    facts.right,
    [],
    new Set(),
  );
};

/**
 * A parameter without a layer, under its own name. Build it once: a second one with the same name is an error.
 *
 * @example
 * const gain = parameter('gain', [2], { init: { constant: 1 } });   // Tensor<readonly [2]>
 * const tuned = parameter('tuned', [2], { init: { values: [0.9, 1.1] }, trainable: false });
 */
export const parameter = <const S extends Shape, const V extends ArrayLike<number> = ArrayLike<number>>(
  name: string,
  shape: S,
  options: ParameterOptions<V> & Filled<'parameter', S, V>,
): Tensor<S> => parameterOf(layer('parameter', name), '', shape, options);
