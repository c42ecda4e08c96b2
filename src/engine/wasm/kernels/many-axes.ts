/** Arithmetic over more than six axes, where the wasm backend silently computes wrong results. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { register, registered, stock } from '../../seam.js';
import { release, shared } from '../heap.js';

interface Pair {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
}

/** The most axes that XNNPACK supports. */
const most = 6;

/** Operations of two tensors, element by element. */
const names = [
  'Add',
  'Sub',
  'Multiply',
  'RealDiv',
  'FloorDiv',
  'Maximum',
  'Minimum',
  'SquaredDifference',
  'Pow',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'Equal',
  'NotEqual',
  'LogicalAnd',
];

/** The shapes of both, with neighbouring axes that broadcast alike merged into one. */
export const merged = (
  a: readonly number[],
  b: readonly number[],
): { readonly a: readonly number[]; readonly b: readonly number[] } => {
  const rank = Math.max(a.length, b.length);
  const padded = (shape: readonly number[]): readonly number[] => [
    ...new Array<number>(rank - shape.length).fill(1),
    ...shape,
  ];
  const [left, right] = [padded(a), padded(b)];
  const [mergedA, mergedB]: [number[], number[]] = [[], []];
  let before = '';
  for (const [axis, n] of left.entries()) {
    const m = right[axis];
    if (n === 1 && m === 1) continue;
    const kind = n === m ? 'both' : n === 1 ? 'left' : 'right';
    if (kind === before) {
      mergedA[mergedA.length - 1] *= n;
      mergedB[mergedB.length - 1] *= m;
    } else {
      mergedA.push(n);
      mergedB.push(m);
    }
    before = kind;
  }
  return { a: mergedA, b: mergedB };
};

/** A tensor repeated up to these sizes, as one long axis: one axis after the other, the innermost first. */
const whole = (
  x: TensorInfo,
  from: readonly number[],
  to: readonly number[],
  backend: BackendWasm,
): TensorInfo => {
  const tile = stock<{ readonly x: TensorInfo }, { readonly reps: readonly number[] }>('Tile');
  const count = from.reduce((all, n) => all * n, 1);
  let value = shared(backend, x, [count]);
  let behind = 1;
  for (let axis = to.length - 1; axis >= 0; axis--) {
    const n = to[axis];
    if (from[axis] !== n) {
      const before = value.shape[0] / behind;
      const repeated = tile({ x: { ...value, shape: [before, 1, behind] } }, { reps: [1, n, 1] }, backend);
      release(backend, value);
      value = { ...repeated, shape: [before * n * behind] };
    }
    behind *= n;
  }
  return value;
};

/**
 * The gradient tape adds and multiplies tensors of all shapes of a program, including sequences of matrices on
 * planes.
 */
export const installManyAxes = (): void => {
  for (const name of names) {
    if (registered(name) === undefined) continue;
    const kernel = stock<Pair, object>(name);
    register<Pair, object>(name, ({ a, b }, attrs, backend) => {
      if (Math.max(a.shape.length, b.shape.length) <= most) return kernel({ a, b }, attrs, backend);
      const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
      const small = merged(a.shape, b.shape);
      if (small.a.length > most) {
        const sizes = small.a.map((n, axis) => Math.max(n, small.b[axis]));
        const [left, right] = [whole(a, small.a, sizes, backend), whole(b, small.b, sizes, backend)];
        const result = kernel({ a: left, b: right }, attrs, backend);
        release(backend, left, right);
        return { ...result, shape };
      }
      const result = kernel(
        { a: { ...a, shape: [...small.a] }, b: { ...b, shape: [...small.b] } },
        attrs,
        backend,
      );
      return { ...result, shape };
    });
  }
};
