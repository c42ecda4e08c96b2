/**
 * Large dense layers with seven products of a quarter's size where eight would do (Strassen 1969, "Gaussian elimination
 * is not optimal"; with Winograd's fifteen additions). Weights, features and pixels of a tile are halved; sums of
 * weights are computed once when weights are packed, so that only planes are added while a tile runs.
 *
 * With A the weights, B what comes in, C what goes out, by quarters 11, 12, 21, 22:
 *
 *     S1 = A21 + A22   S2 = S1 - A11    S3 = A11 - A21   S4 = A12 - S2
 *     T1 = B12 - B11   T2 = B22 - T1    T3 = B22 - B12   T4 = T2 - B21
 *     C11 = A11 B11 + A12 B21           U = A11 B11 + S2 T2
 *     C12 = U + S1 T1 + S4 B22          C22 = U + S3 T3 + S1 T1
 *     C21 = U + S3 T3 - A22 T4
 *
 * Rounding: the last bits of a value also depend on the pixel 32 further in its tile of 64, and on no other. With n
 * features the error is at most (3 n / 2 + 9) 2^-24, relative to the sums above over absolute values. NaN and infinities
 * spread to that other pixel. The spec of this file checks both.
 */

import type { FieldOpOf } from '../ir/field.js';
import { type Group, pointwiseGroup } from '../kernels/pointwise.js';
import { product } from '../kernels/product.js';
import type { Grid, Instruction } from '../memory/address.js';
import { stripBytes } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import { before, type EmitContext, type Operand } from './emitting.js';
import { densePacking, type Packing } from './pack-weights.js';

/** With smaller layers, additions take as long as the product that they save. */
export const leastStrassenFeatures = 128;

/** Whether a dense layer is computed by Strassen's method. */
export const isStrassen = (
  { outer, inner, count, to }: FieldOpOf<'dense'>,
  { most, strips }: Pick<EmitContext, 'most' | 'strips'>,
  { pixels }: Pick<Grid, 'pixels'>,
): boolean =>
  strips !== undefined &&
  outer * inner === 1 &&
  Math.min(count, to) >= leastStrassenFeatures &&
  count % 8 === 0 &&
  to % 8 === 0 &&
  most % 2 === 0 &&
  // all tiles are whole
  pixels % (8 * most) === 0;

const minus = (a: number, b: number) => ({ op: 'zip', fn: 'sub', of: a, with: b }) as const;
const plus = (a: number, b: number) => ({ op: 'zip', fn: 'add', of: a, with: b }) as const;
const passes = (operands: number): Group['operands'] =>
  Array.from({ length: operands }, () => 'full' as const);

/** A11, A12, A21, A22 to S1, S2, S3, S4, -A22. */
const ofWeights: Group = {
  operands: passes(4),
  steps: [plus(2, 3), minus(4, 0), minus(0, 2), minus(1, 5), { op: 'affine', scale: -1, shift: 0, of: 3 }],
  results: [4, 5, 6, 7, 8],
};
/** B11, B12, B21, B22 to T1, T2, T3, T4. */
const ofInput: Group = {
  operands: passes(4),
  steps: [minus(1, 0), minus(3, 4), minus(3, 1), minus(5, 2)],
  results: [4, 5, 6, 7],
};
const same: Group = { operands: passes(1), steps: [], results: [0] };
/** U, S1 T1 and U + S3 T3 to the places of C12 and C22. */
const ofResult: Group = { operands: passes(3), steps: [plus(0, 1), plus(2, 1)], results: [3, 4] };

const kernelOf = (arena: Arena, group: Group) =>
  arena.kernel(`pointwise ${JSON.stringify(group)}`, () => pointwiseGroup(group));

/** Quarters one after the other, each in the order of `densePacking`; then the sums. */
const strassenPacking = (op: FieldOpOf<'dense'>): Packing => {
  const whole = densePacking(op);
  const [rows, depth] = [op.to / 2, op.count / 2];
  const size = rows * depth;
  return {
    rows: 4 * rows,
    depth,
    source: (row, k) => {
      const quarter = Math.floor(row / rows);
      return whole.source((row % rows) + (quarter >> 1) * rows, k + (quarter & 1) * depth);
    },
    more: {
      size: 5 * size,
      fill: (arena, at) => {
        const run = kernelOf(arena, ofWeights);
        const addresses = Array.from({ length: 9 }, (_, i) => at + 4 * size * i);
        return () => run(1, 1, size / 4, ...addresses);
      },
    },
  };
};

export const emitStrassen = (
  op: FieldOpOf<'dense'>,
  x: Operand,
  w: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const { arena, most } = e;
  const packing = strassenPacking(op);
  const packed = e.packed(w.node, packing, `strassen ${op.count} ${op.to} ${op.transposed}`);
  const [rows, depth, strips] = [op.to / 2, op.count / 2, most / 2];
  const weights = (index: number): number => packed.at + 4 * rows * depth * index;
  const [input, result] = [depth * stripBytes, rows * stripBytes];
  const scratch = e.scratch.take(strips * (4 * input + 2 * result) + 64);
  const transforms = (i: number): number => scratch() + strips * input * i;
  const [shared, first] = [() => transforms(4), () => transforms(4) + strips * result];
  const kernel = (onto: boolean) =>
    arena.kernel(`product 4 2${onto ? ' onto' : ''}`, () =>
      product({ rows: 4, vectors: 2, onto, table: false }),
    );
  const [fresh, onto] = [kernel(false), kernel(true)];
  const multiply = (
    run: typeof fresh,
    a: number,
    b: number,
    bStrip: number,
    c: number,
    cStrip: number,
  ): void => run(weights(a), b, c, depth, stripBytes, stripBytes, 1, 0, 0, strips, bStrip, cStrip, rows / 4);
  const [addInput, copy, addResult] = [ofInput, same, ofResult].map((group) => kernelOf(arena, group));
  const eachStrip = (visit: (strip: number) => void): void => {
    for (let strip = 0; strip < strips; strip++) visit(strip);
  };
  return [
    ...before(packed),
    (t) => {
      const [b11, c11] = [x.address.at(t), out.address.at(t)];
      const [b12, c12] = [b11 + strips * x.address.strip, c11 + strips * out.address.strip];
      const [b21, c21, b22, c22] = [b11 + input, c11 + result, b12 + input, c12 + result];
      const [u, s1t1] = [shared(), first()];
      const toTee = (a: number, tee: number, c: number, cStrip: number, run = onto): void =>
        multiply(run, a, transforms(tee), input, c, cStrip);
      eachStrip((s) => {
        const [at, tee] = [s * x.address.strip, s * input];
        addInput(
          1,
          1,
          input / 16,
          b11 + at,
          b12 + at,
          b21 + at,
          b22 + at,
          transforms(0) + tee,
          transforms(1) + tee,
          transforms(2) + tee,
          transforms(3) + tee,
        );
      });
      multiply(fresh, 0, b11, x.address.strip, u, result);
      eachStrip((s) => copy(1, 1, result / 16, u + s * result, c11 + s * out.address.strip));
      multiply(onto, 1, b21, x.address.strip, c11, out.address.strip);
      toTee(5, 1, u, result);
      eachStrip((s) => copy(1, 1, result / 16, u + s * result, c21 + s * out.address.strip));
      toTee(6, 2, c21, out.address.strip);
      toTee(4, 0, s1t1, result, fresh);
      eachStrip((s) => {
        const to = s * out.address.strip;
        addResult(1, 1, result / 16, u + s * result, s1t1 + s * result, c21 + to, c12 + to, c22 + to);
      });
      toTee(8, 3, c21, out.address.strip);
      multiply(onto, 7, b22, x.address.strip, c12, out.address.strip);
    },
  ];
};
