/** Pointwise operations in the graph. */

import type { MapFunction, OpOf, ZipFunction } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { uniform } from './constant.js';
import { type Ref, type Site, under } from './draft.js';
import * as tf from './ops.js';
import { refOf, type Value } from './value.js';

const maps: Readonly<Record<Exclude<MapFunction, 'abs' | 'sign'>, string>> = {
  tanh: 'Tanh',
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  softplus: 'Softplus',
  sin: 'Sin',
  cos: 'Cos',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  square: 'Square',
  reciprocal: 'Reciprocal',
  stopGradient: 'StopGradient',
};

const zips: Readonly<Record<ZipFunction, string>> = {
  add: 'AddV2',
  sub: 'Sub',
  mul: 'Mul',
  div: 'RealDiv',
  max: 'Maximum',
  min: 'Minimum',
  greater: 'Greater',
};

/**
 * |x| as max(x, 0) + max(-x, 0): the same number, and at 0 its derivative is 0, where TensorFlow.js's own has -1.
 */
const absolute = (site: Site, x: Ref): Ref =>
  tf.binary(
    site,
    'AddV2',
    tf.unary(under(site, 'above'), 'Relu', x),
    tf.unary(under(site, 'below'), 'Relu', tf.unary(under(site, 'negative'), 'Neg', x)),
  );

/**
 * 1 where x is at least 0, less 1 where it is at most 0: TensorFlow.js's own is 0 of NaN, and on wasm below 1e-7.
 * Comparisons of "at least" are the only ones whose gradient it knows.
 */
const sign = (site: Site, x: Ref): Ref => {
  const atLeast = (name: string, a: Ref, b: Ref): Ref =>
    tf.cast(under(site, name), tf.binary(under(site, name), 'GreaterEqual', a, b, 'bool'), 'float32');
  const zero = tf.number(site, 0);
  const signs = tf.binary(under(site, 'signs'), 'Sub', atLeast('above', x, zero), atLeast('below', zero, x));
  return tf.binary(site, 'AddV2', signs, tf.zeroOrNaN(site, x));
};

export const map = (site: Site, { fn }: OpOf<'map'>, x: Value): Ref => {
  const ref = refOf(site, x);
  switch (fn) {
    case 'abs':
      return absolute(site, ref);
    case 'sign':
      return sign(site, ref);
    default:
      return tf.unary(site, maps[fn], ref);
  }
};

export const affine = (site: Site, { scale, shift }: OpOf<'affine'>, x: Value): Ref => {
  const value = refOf(site, x);
  const scaled =
    scale === 1
      ? value
      : scale === -1
        ? tf.unary(site, 'Neg', value)
        : tf.binary(site, 'Mul', value, tf.number(site, scale));
  return shift === 0 ? scaled : tf.binary(site, 'AddV2', scaled, tf.number(site, shift));
};

/** More axes than backends spread tensors over. */
const most = 5;

export const zip = (site: Site, { fn }: OpOf<'zip'>, a: Value, b: Value): Ref => {
  const joined = [a, b].find(({ facts }) => facts.shape.length > 0)?.facts.shape ?? [];
  const perSample = [a, b].some(({ facts }) => facts.perSample);
  const shape = perSample ? [-1, ...joined] : joined;
  const ready = (value: Value, other: Value): Ref => lined(site, value, other, joined, shape.length > most);
  const [left, right] = [ready(a, b), ready(b, a)];
  const result = tf.binary(site, zips[fn], left, right, fn === 'greater' ? 'bool' : 'float32');
  // The stock wasm kernels give the first where the second is NaN.
  const lost = (fn === 'max' || fn === 'min') && b.kind === 'tensor';
  const numbers =
    fn === 'greater'
      ? tf.cast(under(site, 'number'), result, 'float32')
      : lost
        ? tf.binary(under(site, 'whole'), 'AddV2', result, tf.zeroOrNaN(site, right))
        : result;
  return tf.reshape(site, numbers, shape);
};

/**
 * TensorFlow lines shapes up at their last axes: only a scalar of each sample must be told which axis is the batch.
 * One number everywhere needs no field where the other value has the field's shape. Where there are many axes, rows are
 * samples and columns their elements.
 */
const lined = (site: Site, value: Value, other: Value, joined: Shape, asTable: boolean): Ref => {
  const { shape, perSample } = value.facts;
  const number =
    value.kind === 'constant' && other.kind === 'tensor' && other.facts.shape.length === joined.length
      ? uniform(value.constant)
      : undefined;
  if (number !== undefined) return tf.number(site, number);
  const ref = refOf(site, value);
  if (ref.shape.length === 0) return ref;
  if (asTable) return tf.reshape(site, ref, [perSample ? -1 : 1, volume(shape)]);
  return shape.length === 0 ? tf.reshape(site, ref, [-1, ...joined.map(() => 1)]) : ref;
};
