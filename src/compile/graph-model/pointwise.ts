/** Pointwise operations in the graph. */

import type { MapFunction, OpOf, ZipFunction } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { uniform } from './constant.js';
import { type Ref, type Site, under } from './draft.js';
import * as tf from './ops.js';
import { refOf, type Value } from './value.js';

const maps: Readonly<Record<MapFunction, string>> = {
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
  abs: 'Abs',
  reciprocal: 'Reciprocal',
  sign: 'Sign',
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

export const map = (site: Site, { fn }: OpOf<'map'>, x: Value): Ref =>
  tf.unary(site, maps[fn], refOf(site, x));

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
  const result = tf.binary(site, zips[fn], ready(a, b), ready(b, a), fn === 'greater' ? 'bool' : 'float32');
  const numbers = fn === 'greater' ? tf.cast(under(site, 'number'), result, 'float32') : result;
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
