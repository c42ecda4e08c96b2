/** Values of a program's nodes in the graph: with a leading batch axis where they are per sample, or constant. */

import type { Facts } from '../../dsl/infer.js';
import type { Shape } from '../../dsl/shape.js';
import { type Constant, uniform } from './constant.js';
import type { Ref, Site } from './draft.js';
import * as tf from './ops.js';

/** The value of a node: a tensor of the graph, or a constant. */
export type Value =
  | { readonly kind: 'constant'; readonly constant: Constant; readonly facts: Facts }
  | { readonly kind: 'tensor'; readonly ref: Ref; readonly facts: Facts };

export const constantValue = (constant: Constant): Value => ({
  kind: 'constant',
  constant,
  facts: { shape: constant.shape, perSample: false },
});

export const tensorValue = (ref: Ref, facts: Facts): Value => ({ kind: 'tensor', ref, facts });

/**
 * A constant in the model's weights, in another shape if necessary, which costs nothing. Constants that are the same
 * object are stored once.
 */
export const stored = ({ draft }: Site, constant: Constant, shape: Shape = constant.shape): Ref =>
  draft.weight(`constant ${draft.store.numberOf(constant)} ${shape.join()}`, () => ({
    hint: constant.hint,
    shape,
    values: Float32Array.from(constant.array().data),
  }));

/** The value as a tensor; shared ones without a batch axis. */
export const refOf = (site: Site, value: Value): Ref =>
  value.kind === 'tensor' ? value.ref : stored(site, value.constant);

/** The number of leading batch axes: 1, or 0 for a shared value. */
export const lead = ({ facts }: Value): 0 | 1 => (facts.perSample ? 1 : 0);

/** A shape of the sample as a shape of the tensor. */
export const tensorShape = (value: Value, shape: Shape): readonly number[] =>
  value.facts.perSample ? [-1, ...shape] : shape;

/** The tensor with a batch axis in any case, of size 1 where the value is shared. */
export const batched = (site: Site, value: Value): Ref => {
  if (value.facts.perSample) return refOf(site, value);
  const shape = [1, ...value.facts.shape];
  return value.kind === 'constant' ? stored(site, value.constant, shape) : tf.reshape(site, value.ref, shape);
};

/** The tensor repeated over the batch where the value is shared. */
export const overBatch = (site: Site, value: Value): Ref => {
  if (value.facts.perSample) return refOf(site, value);
  const number = value.kind === 'constant' ? uniform(value.constant) : undefined;
  return number !== undefined
    ? tf.filled(site, number, value.facts.shape)
    : tf.overBatch(site, batched(site, value));
};
