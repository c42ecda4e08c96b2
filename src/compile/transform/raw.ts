/**
 * Writing the language by machine: primitives on tensors whose shapes are only values.
 *
 * Everything that a transform writes goes through `by`, so every shape is inferred and checked as in a program that
 * a person wrote.
 */

import { type Shape, sameShape, volume } from '../../dsl/shape.js';
import { apply, shapeOf, type Tensor } from '../../dsl/tensor.js';

type Primitive = Parameters<typeof apply>[1];

/** A primitive on tensors. */
export const by = (op: Primitive, ...inputs: readonly Tensor[]): Tensor => apply('derivative', op, ...inputs);

const zip =
  (fn: 'add' | 'sub' | 'mul' | 'div' | 'max' | 'greater') =>
  (a: Tensor, b: Tensor): Tensor =>
    by({ op: 'zip', fn }, a, b);

export const add = zip('add');
export const sub = zip('sub');
export const mul = zip('mul');
export const div = zip('div');
export const larger = zip('max');
export const greater = zip('greater');

const map =
  (fn: 'sin' | 'cos' | 'sigmoid' | 'exp' | 'sign' | 'square' | 'sqrt' | 'reciprocal' | 'abs') =>
  (x: Tensor): Tensor =>
    by({ op: 'map', fn }, x);

export const sin = map('sin');
export const cos = map('cos');
export const sigmoid = map('sigmoid');
export const exp = map('exp');
export const sign = map('sign');
export const square = map('square');
export const sqrt = map('sqrt');
export const reciprocal = map('reciprocal');
export const absolute = map('abs');

/** b if the condition is at most 0, else a. */
export const where = (condition: Tensor, a: Tensor, b: Tensor): Tensor =>
  by({ op: 'where' }, condition, a, b);

/** 1 if x is a number, 0 if it is NaN: only NaN is neither above 0 nor below 1. */
export const isNumber = (x: Tensor): Tensor => larger(greater(x, filled(0, [])), greater(filled(1, []), x));

/** scale x + shift. */
export const affine = (scale: number, x: Tensor, shift = 0): Tensor =>
  scale === 1 && shift === 0 ? x : by({ op: 'affine', scale, shift }, x);

/** One number everywhere. */
export const filled = (value: number, shape: Shape): Tensor =>
  by({ op: 'constant', shape: [...shape], value });
export const zerosOf = (shape: Shape): Tensor => filled(0, shape);

export const reshape = (shape: Shape, x: Tensor): Tensor =>
  sameShape(shapeOf(x), shape) ? x : by({ op: 'reshape', shape: [...shape] }, x);
export const broadcast = (shape: Shape, x: Tensor): Tensor =>
  sameShape(shapeOf(x), shape) ? x : by({ op: 'broadcast', shape: [...shape] }, x);
export const transpose = (axes: Shape, x: Tensor): Tensor =>
  axes.every((axis, i) => axis === i) ? x : by({ op: 'transpose', axes: [...axes] }, x);
export const reverse = (axes: Shape, x: Tensor): Tensor => by({ op: 'reverse', axes: [...axes] }, x);
export const concat = (axis: number, parts: readonly Tensor[]): Tensor =>
  parts.length === 1 ? parts[0] : by({ op: 'concat', axis }, ...parts);
/** The sum over axes, which disappear. */
export const total = (axes: Shape, x: Tensor): Tensor =>
  axes.length === 0 ? x : by({ op: 'reduce', fn: 'sum', axes: [...axes] }, x);

/** All axes of a tensor. */
export const axesOf = (x: Tensor): Shape => shapeOf(x).map((_, axis) => axis);

/** `size` entries from `begin` along one axis. */
export const sliceAxis = (axis: number, begin: number, size: number, x: Tensor): Tensor => {
  const shape = shapeOf(x);
  if (begin === 0 && size === shape[axis]) return x;
  return by(
    {
      op: 'slice',
      begin: shape.map((_, i) => (i === axis ? begin : 0)),
      size: shape.map((n, i) => (i === axis ? size : n)),
    },
    x,
  );
};

/** Zeros before and after, along one axis. */
export const padded = (axis: number, before: number, after: number, x: Tensor): Tensor => {
  const around = (size: number): readonly Tensor[] =>
    size === 0 ? [] : [zerosOf(shapeOf(x).map((n, i) => (i === axis ? size : n)))];
  return concat(axis, [...around(before), x, ...around(after)]);
};

/** The tensor at every site of a larger shape: a scalar is repeated, everything else has that shape already. */
export const spread = (shape: Shape, x: Tensor): Tensor =>
  sameShape(shapeOf(x), shape) ? x : add(zerosOf(shape), x);

/** The adjoint of `spread`: the cotangent of a scalar is the sum of those of all sites. */
export const sumToShape = (shape: Shape, x: Tensor): Tensor =>
  sameShape(shapeOf(x), shape) ? x : total(axesOf(x), x);

/** A vector over the last axis, at every site of a shape. */
export const alongLast = (shape: Shape, x: Tensor): Tensor =>
  broadcast(shape, reshape([...shape.slice(0, -1).map(() => 1), shape[shape.length - 1]], x));

/** The sum of parts that may be undefined. */
export const sum = (...parts: readonly (Tensor | undefined)[]): Tensor | undefined =>
  parts.reduce((a, b) => (a === undefined ? b : b === undefined ? a : add(a, b)), undefined);

/** All but the last axis as one: [sites, channels]. */
export const rows = (x: Tensor): Tensor => {
  const shape = shapeOf(x);
  return reshape([volume(shape.slice(0, -1)), shape[shape.length - 1]], x);
};
