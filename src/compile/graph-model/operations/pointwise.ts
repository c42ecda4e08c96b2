/** Pointwise operations in the graph. */

import type { MapFunction, OpOf, ZipFunction } from '../../../dsl/op.js';
import { type Shape, volume } from '../../../dsl/shape.js';
import { erfEnd, erfRatio } from '../../erf.js';
import { uniform } from '../constant.js';
import { type Ref, type Site, under } from '../draft.js';
import * as tf from '../ops.js';
import { refOf, type Value } from '../value.js';

const maps: Readonly<Record<Exclude<MapFunction, 'abs' | 'sign' | 'erf'>, string>> = {
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
  floor: 'Floor',
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
  greaterEqual: 'GreaterEqual',
  atan2: 'Atan2',
};

/** |x| as max(x, 0) + max(-x, 0): the same number, with derivative 0 at 0, where TensorFlow.js's own has -1. */
const absolute = (site: Site, x: Ref): Ref =>
  tf.binary(
    site,
    'AddV2',
    tf.unary(under(site, 'above'), 'Relu', x),
    tf.unary(under(site, 'below'), 'Relu', tf.unary(under(site, 'negative'), 'Neg', x)),
  );

/**
 * The sign: 1 if x is at least 0, minus 1 if it is at most 0. TensorFlow.js's own is 0 for NaN, and on wasm also
 * below 1e-7. Comparisons of "at least" are the only ones whose gradient it knows.
 */
const sign = (site: Site, x: Ref): Ref => {
  const atLeast = (name: string, a: Ref, b: Ref): Ref =>
    tf.cast(under(site, name), tf.binary(under(site, name), 'GreaterEqual', a, b, 'bool'), 'float32');
  const zero = tf.number(site, 0);
  const signs = tf.binary(under(site, 'signs'), 'Sub', atLeast('above', x, zero), atLeast('below', zero, x));
  return tf.binary(site, 'AddV2', signs, tf.zeroOrNaN(site, x));
};

/**
 * By the ratio of the compiler to TensorFlow.js; the stock kernel has an absolute error of 1e-7, even for small
 * values.
 */
const erf = (site: Site, x: Ref): Ref => {
  // NaN is kept if it is the first argument.
  const within = (name: string, y: Ref, end: number): Ref =>
    tf.binary(
      under(site, name),
      'Maximum',
      tf.binary(under(site, name), 'Minimum', y, tf.number(site, end)),
      tf.number(site, -end),
    );
  const inside = within('inside', x, erfEnd);
  const square = tf.unary(under(site, 'square'), 'Square', inside);
  const sum = (name: string, [first, ...rest]: readonly number[]): Ref => {
    const at = under(site, name);
    const times = (y: Ref): Ref => tf.binary(at, 'Mul', y, square);
    const [last, ...others] = [...rest].reverse();
    const highest = tf.binary(at, 'Mul', square, tf.number(site, last));
    const above = others.reduce((y, c) => times(tf.binary(at, 'AddV2', y, tf.number(site, c))), highest);
    return tf.binary(at, 'AddV2', above, tf.number(site, first));
  };
  const top = tf.binary(under(site, 'top'), 'Mul', inside, sum('p', erfRatio.p));
  return within('ends', tf.binary(site, 'RealDiv', top, sum('q', erfRatio.q)), 1);
};

export const map = (site: Site, { fn }: OpOf<'map'>, x: Value): Ref => {
  const ref = refOf(site, x);
  switch (fn) {
    case 'abs':
      return absolute(site, ref);
    case 'sign':
      return sign(site, ref);
    case 'erf':
      return erf(site, ref);
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

/** The largest number of axes over which backends broadcast. */
const most = 5;

export const zip = (site: Site, { fn }: OpOf<'zip'>, a: Value, b: Value): Ref => {
  const { joined, shape } = together([a, b]);
  const ready = (value: Value, other: Value): Ref => lined(site, value, [other], joined, shape.length > most);
  const [left, right] = [ready(a, b), ready(b, a)];
  const compares = fn === 'greater' || fn === 'greaterEqual';
  const result = tf.binary(site, zips[fn], left, right, compares ? 'bool' : 'float32');
  // The stock wasm kernels give the first argument if the second is NaN.
  const lost = (fn === 'max' || fn === 'min') && b.kind === 'tensor';
  const numbers = compares
    ? tf.cast(under(site, 'number'), result, 'float32')
    : lost
      ? tf.binary(under(site, 'whole'), 'AddV2', result, tf.zeroOrNaN(site, right))
      : result;
  return tf.reshape(site, numbers, shape);
};

/** The joint shape of values: that of a sample, with the batch in front if one of them differs between samples. */
const together = (values: readonly Value[]): { readonly joined: Shape; readonly shape: Shape } => {
  const joined = values.find(({ facts }) => facts.shape.length > 0)?.facts.shape ?? [];
  return { joined, shape: values.some(({ facts }) => facts.perSample) ? [-1, ...joined] : joined };
};

/** b if the condition is at most 0, else a. This is the only comparison whose gradient TensorFlow.js has. */
export const where = (site: Site, condition: Value, a: Value, b: Value): Ref => {
  const values = [condition, a, b];
  const { joined, shape } = together(values);
  const [c, x, y] = values.map((value, i) =>
    lined(
      site,
      value,
      values.filter((_, other) => other !== i),
      joined,
      shape.length > most,
    ),
  );
  const second = tf.binary(under(site, 'condition'), 'GreaterEqual', tf.number(site, 0), c, 'bool');
  return tf.reshape(site, tf.select(site, second, y, x), shape);
};

/**
 * Reshapes a value for broadcasting. TensorFlow aligns shapes at their last axes, so only a scalar of each sample
 * needs a reshape that marks the batch axis. A constant number is not expanded if the other value has the full shape.
 * With many axes, rows are samples and columns their elements.
 */
const lined = (site: Site, value: Value, others: readonly Value[], joined: Shape, asTable: boolean): Ref => {
  const { shape, perSample } = value.facts;
  const number =
    value.kind === 'constant' &&
    others.some((other) => other.kind === 'tensor' && other.facts.shape.length === joined.length)
      ? uniform(value.constant)
      : undefined;
  if (number !== undefined) return tf.number(site, number);
  const ref = refOf(site, value);
  if (ref.shape.length === 0) return ref;
  if (asTable) return tf.reshape(site, ref, [perSample ? -1 : 1, volume(shape)]);
  return shape.length === 0 ? tf.reshape(site, ref, [-1, ...joined.map(() => 1)]) : ref;
};
