/** Arithmetic over more than six axes, where the wasm backend says nothing and computes nonsense. */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { register, registered, stock } from '../../seam.js';

interface Pair {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
}

/** As many as XNNPACK knows, in which the backend computes these. */
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

/** Shapes of both in which neighbouring axes that are repeated alike have become one. */
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

/** The gradient tape adds and multiplies whatever shapes a program has, so it meets sequences of matrices on planes. */
export const installManyAxes = (): void => {
  for (const name of names) {
    if (registered(name) === undefined) continue;
    const kernel = stock<Pair, object>(name);
    register<Pair, object>(name, ({ a, b }, attrs, backend) => {
      if (Math.max(a.shape.length, b.shape.length) <= most) return kernel({ a, b }, attrs, backend);
      const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
      const small = merged(a.shape, b.shape);
      if (small.a.length > most)
        throw new Error(
          `${name} of [${a.shape.join()}] and [${b.shape.join()}] repeats along more axes than wasm can; reshape them to fewer`,
        );
      const result = kernel(
        { a: { ...a, shape: [...small.a] }, b: { ...b, shape: [...small.b] } },
        attrs,
        backend,
      );
      return { ...result, shape };
    });
  }
};
