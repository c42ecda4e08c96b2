/**
 * Convolutions with fewer multiplications, along columns only: four lines of the result from six products, where they
 * would take twelve (Winograd 1980, "Arithmetic Complexity of Computations"; Lavin & Gray 2015, arXiv 1509.09308).
 *
 * With g a column of the window and d six lines, the four lines of the result are
 *
 *     y = outputTransform ((weightTransform g) * (inputTransform d)),
 *
 * where * is elementwise. The points of the Cook-Toom interpolation are 0, 1, -1, 1/2, -2 and infinity. Of the usual
 * points these have the least error in single precision: 1.7 times that of the plain sum of twelve products. Only lines
 * are combined, never columns, so that a vector stays a vector.
 *
 * Four lines of the result, 4g to 4g + 3, are computed from six lines of the input, 4g - 1 to 4g + 4. So the last bits of
 * a value depend on up to three lines outside of its window, and on no column outside of it. NaN and infinity in any of
 * the six lines reach all four results. With n channels and columns of the window, a value is within (n + 14) 2^-24 of the
 * exact sum, relative to the sum of the six products' absolute values. The spec of
 * `emit/convolution/winograd.ts` holds it to both.
 */

import {
  add,
  block,
  constant,
  four,
  type Local,
  load,
  mul,
  plus,
  repeat,
  type Statement,
  set,
  step,
  store,
  sub,
  type Value,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import { locals, range } from './product.js';

export type Matrix = readonly (readonly number[])[];

/** Lines of a result that are computed together, and of the input that they need. */
export const outputTile = 4;
export const inputTile = 6;

/** [6, 6]: transforms six lines of the input. All entries are exact in single precision. */
export const inputTransform: Matrix = [
  [1 / 4, -3 / 8, -1 / 2, 3 / 8, 1 / 4, 0],
  [0, -1 / 2, 1 / 4, 5 / 4, 1 / 2, 0],
  [0, 1 / 2, -5 / 4, 1 / 4, 1 / 2, 0],
  [0, -1 / 2, -1 / 4, 1 / 2, 1 / 4, 0],
  [0, 1 / 4, -1 / 2, -1 / 4, 1 / 2, 0],
  [0, 1 / 4, -3 / 8, -1 / 2, 3 / 8, 1 / 4],
];

/** [6, 3]: transforms a column of the window. */
export const weightTransform: Matrix = [
  [4, 0, 0],
  [2 / 3, 2 / 3, 2 / 3],
  [-2 / 3, 2 / 3, -2 / 3],
  [-64 / 15, -32 / 15, -16 / 15],
  [2 / 15, -4 / 15, 8 / 15],
  [0, 0, 4],
];

/** [4, 6]: transforms the six products to four lines of the result. */
export const outputTransform: Matrix = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 1 / 2, -2, 0],
  [0, 1, 1, 1 / 4, 4, 0],
  [0, 1, -1, 1 / 8, -8, 1],
];

export const transposed = (matrix: Matrix): Matrix => matrix[0].map((_, i) => matrix.map((row) => row[i]));

/** Parameters of `transformLines`; strides of lines, groups of lines and planes in bytes. */
export const transformParameters = [
  'from',
  'fromLine',
  'fromGroup',
  'fromPlane',
  'to',
  'toLine',
  'toGroup',
  'toPlane',
  'planes',
  'groups',
  'vectors', // of a line
] as const;

/** to[i] = sum over j of matrix[i, j] from[j], lines by lines. */
export const transformLines = (matrix: Matrix): Source => ({
  parameters: transformParameters.length,
  body: (
    [from, fromLine, fromGroup, fromPlane, to, toLine, toGroup, toPlane, planes, groups, vectors],
    fresh,
  ): Statement => {
    const [groupFrom, groupTo, offset, address] = locals(fresh, 4);
    const [planeCount, groupCount, vectorCount] = locals(fresh, 3);
    const lines = range(matrix[0].length).map(() => fresh.v128());
    const total = fresh.v128();
    return repeat(
      planeCount,
      planes,
      set(groupFrom, from),
      set(groupTo, to),
      repeat(
        groupCount,
        groups,
        set(offset, constant(0)),
        repeat(
          vectorCount,
          vectors,
          set(address, plus(groupFrom, offset)),
          ...lines.map((line, i) => block(i === 0 ? [] : step(address, fromLine), set(line, load(address)))),
          set(address, plus(groupTo, offset)),
          ...matrix.map((row, i) =>
            block(
              i === 0 ? [] : step(address, toLine),
              set(total, combined(row, lines)),
              store(address, 0, total),
            ),
          ),
          step(offset, constant(16)),
        ),
        step(groupFrom, fromGroup),
        step(groupTo, toGroup),
      ),
      step(from, fromPlane),
      step(to, toPlane),
    );
  },
});

const combined = (row: readonly number[], lines: readonly Local<'v128'>[]): Value<'v128'> =>
  row.reduce<Value<'v128'> | undefined>((sum, factor, j) => {
    if (factor === 0) return sum;
    if (sum === undefined) return factor === 1 ? lines[j] : mul(lines[j], four(factor));
    if (factor === -1) return sub(sum, lines[j]);
    return add(sum, factor === 1 ? lines[j] : mul(lines[j], four(factor)));
  }, undefined) ?? four(0);
