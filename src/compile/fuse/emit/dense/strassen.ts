/**
 * Large dense layers with seven products of a quarter's size instead of eight (Strassen 1969, "Gaussian elimination
 * is not optimal"; with Winograd's fifteen additions). Weights, features and pixels of a tile are halved; sums of
 * weights are computed once when weights are packed, so that only planes are added while a tile runs.
 *
 * With A the weights, B the input and C the result, in quarters 11, 12, 21, 22:
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

import type { FieldOpOf } from '../../ir/field.js';
import type { Group } from '../../kernels/pointwise.js';
import { moving, plus } from '../../list/argument.js';
import type { Argument, Instruction } from '../../list/instruction.js';
import { stripBytes } from '../../memory/address.js';
import { pointwiseKernel } from '../../registry/pointwise.js';
import { productKernel } from '../../registry/products.js';
import type { EmitContext, Operand, Tile } from '../emitting.js';
import { densePacking, type Packing } from '../pack-weights.js';

/** With smaller layers, additions take as long as the product that they save. */
export const leastStrassenFeatures = 128;

/** Whether a dense layer is computed by Strassen's method. */
export const isStrassen = (
  { outer, inner, count, to, heads }: FieldOpOf<'dense'>,
  { most }: Pick<Tile, 'most'>,
  pixels: number,
): boolean =>
  // one site must not change the rounding of another
  heads === undefined &&
  outer * inner === 1 &&
  Math.min(count, to) >= leastStrassenFeatures &&
  count % 8 === 0 &&
  to % 8 === 0 &&
  most % 2 === 0 &&
  // all tiles are whole
  pixels % (8 * most) === 0;

const less = (a: number, b: number) => ({ op: 'zip', fn: 'sub', of: a, with: b }) as const;
const sum = (a: number, b: number) => ({ op: 'zip', fn: 'add', of: a, with: b }) as const;
const passes = (operands: number): Group['operands'] =>
  Array.from({ length: operands }, () => 'full' as const);

/** A11, A12, A21, A22 to S1, S2, S3, S4, -A22. */
const ofWeights: Group = {
  operands: passes(4),
  steps: [sum(2, 3), less(4, 0), less(0, 2), less(1, 5), { op: 'affine', scale: -1, shift: 0, of: 3 }],
  results: [4, 5, 6, 7, 8],
};
/** B11, B12, B21, B22 to T1, T2, T3, T4. */
const ofInput: Group = {
  operands: passes(4),
  steps: [less(1, 0), less(3, 4), less(3, 1), less(5, 2)],
  results: [4, 5, 6, 7],
};
const same: Group = { operands: passes(1), steps: [], results: [0] };
/** U, S1 T1 and U + S3 T3 to the places of C12 and C22. */
const ofResult: Group = { operands: passes(3), steps: [sum(0, 1), sum(2, 1)], results: [3, 4] };

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
      fill: (at) => [
        pointwiseKernel.call(ofWeights, [
          ...[1, 1, size / 4],
          ...Array.from({ length: 9 }, (_, i) => at + 4 * size * i),
        ]),
      ],
    },
  };
};

export const emitStrassen = (
  op: FieldOpOf<'dense'>,
  x: Operand,
  w: Operand,
  out: Operand,
  { arena, packed: packedOf, scratch: memory }: EmitContext,
  { most }: Tile,
): readonly Instruction[] => {
  const packing = strassenPacking(op);
  const packed = packedOf(w.node, packing, `strassen ${op.count} ${op.to} ${op.transposed}`);
  const [rows, depth, strips] = [op.to / 2, op.count / 2, most / 2];
  const [input, result] = [depth * stripBytes, rows * stripBytes];
  const scratch = memory.take(strips * (4 * input + 2 * result) + 64);
  const transforms = (i: number): Argument => plus(scratch, strips * input * i);
  const [u, s1t1] = [transforms(4), plus(transforms(4), strips * result)];
  const multiply = (
    onto: boolean,
    a: number,
    b: Argument,
    bStrip: number,
    c: Argument,
    cStrip: number,
  ): Instruction =>
    productKernel.call({ rows: 4, vectors: 2, onto, table: false }, [
      packed.at + 4 * rows * depth * a,
      b,
      c,
      depth,
      stripBytes,
      stripBytes,
      1,
      0,
      0,
      strips,
      bStrip,
      cStrip,
      rows / 4,
    ]);
  /** A pass over each strip: `bytes` of a strip, and the stride from one strip to the next. */
  const eachStrip = (
    group: Group,
    bytes: number,
    values: readonly (readonly [at: Argument, strip: number])[],
  ): Instruction => {
    const loop = arena.loop();
    const at = values.map(([first, stride]) => plus(first, moving(0, { loop, stride })));
    const body = [pointwiseKernel.call(group, [1, 1, bytes / 16, ...at])];
    return { do: 'loop', loop, from: 0, by: 1, times: strips, body };
  };
  const [b11, c11] = [x.address.at, out.address.at];
  const [bStrip, cStrip] = [x.address.strip, out.address.strip];
  const [b12, c12] = [plus(b11, strips * bStrip), plus(c11, strips * cStrip)];
  const [b21, c21, b22, c22] = [plus(b11, input), plus(c11, result), plus(b12, input), plus(c12, result)];
  const toTee = (a: number, tee: number, c: Argument, strip: number, onto = true): Instruction =>
    multiply(onto, a, transforms(tee), input, c, strip);
  return [
    ...packed.before,
    eachStrip(ofInput, input, [
      ...[b11, b12, b21, b22].map((at) => [at, bStrip] as const),
      ...[0, 1, 2, 3].map((tee) => [transforms(tee), input] as const),
    ]),
    multiply(false, 0, b11, bStrip, u, result),
    eachStrip(same, result, [
      [u, result],
      [c11, cStrip],
    ]),
    multiply(true, 1, b21, bStrip, c11, cStrip),
    toTee(5, 1, u, result),
    eachStrip(same, result, [
      [u, result],
      [c21, cStrip],
    ]),
    toTee(6, 2, c21, cStrip),
    toTee(4, 0, s1t1, result, false),
    eachStrip(ofResult, result, [
      [u, result],
      [s1t1, result],
      ...[c21, c12, c22].map((at) => [at, cStrip] as const),
    ]),
    toTee(8, 3, c21, cStrip),
    multiply(true, 7, b22, bStrip, c12, cStrip),
  ];
};
