/** States as vectors: operations on every field of a record. */

import { add, scale } from '../functions/pointwise.js';
import type { StateOf } from '../scan-types.js';
import type { Shape } from '../shape.js';
import { refuse, type Tensor } from '../tensor.js';
import { functionOf, recordOf } from '../untyped.js';

/** The record with other tensors of the same shapes; the type stays because the shapes do. */
export const withFields = <State extends StateOf>(
  state: State,
  names: readonly string[],
  by: (name: string) => Tensor,
): State => Object.assign({}, state, Object.fromEntries(names.map((name) => [name, by(name)])));

/** Refuses two states whose fields are not the same. */
const sameFields = (operation: string, a: StateOf, b: StateOf): readonly string[] => {
  const [one, two] = [a, b].map((state) => Object.keys(recordOf(operation, 'a state', state)).sort());
  return one.join() === two.join()
    ? one
    : refuse(operation, `one state has the fields ${one.join(', ')}, the other ${two.join(', ') || 'none'}`);
};

/**
 * A function of tensors, of every field of a state: the same fields, of the same shapes.
 *
 * @example
 * const held = mapState(stopGradient)({ y, z });   // { y: Tensor<readonly [64, 64, 2]>; z: … }
 */
export const mapState =
  (f: <S extends Shape>(x: Tensor<S>) => Tensor<S>) =>
  <State extends StateOf>(state: State): State =>
    withFields(state, Object.keys(recordOf('mapState', 'a state', state)), (name) =>
      functionOf('mapState', 'what maps a state', f)(state[name]),
    );

/**
 * A function of two tensors of one shape, of two states field by field. Refuses states of different fields.
 *
 * @example
 * const larger = zipState(maximum)({ y, z }, { y: z, z: y });
 * shapeOf(larger.y); // => [64, 64, 2]
 */
export const zipState =
  (f: <S extends Shape>(a: Tensor<S>, b: Tensor<S>) => Tensor<S>) =>
  <State extends StateOf>(a: State, b: NoInfer<State>): State =>
    withFields(a, sameFields('zipState', a, b), (name) => f(a[name], b[name]));

/**
 * a + k b, field by field, with k a plain number: a state a little further along its rate of change.
 *
 * @example
 * const later = addState({ y, z }, dt, { y: z, z: negate(y) });
 * shapeOf(later.z); // => [64, 64, 2]
 */
export const addState = <State extends StateOf>(a: State, k: number, b: NoInfer<State>): State =>
  withFields(a, sameFields('addState', a, b), (name) => add(a[name], scale(k, b[name])));
