/** Products by names, computed as products of matrices or pixel by pixel. */

import type { FieldOpOf, Product } from '../ir/field.js';
import { blockVectors } from '../kernels/sums.js';
import { plus } from '../list/argument.js';
import type { Instruction } from '../list/instruction.js';
import { pixelsOf } from '../memory/address.js';
import { pickCellsKernel } from '../registry/lists.js';
import {
  matrixDotsKernel,
  matrixProductKernel,
  planeDotsKernel,
  planeProductKernel,
} from '../registry/matrices.js';
import { placeCellsKernel } from '../registry/sides.js';
import { columnsOf } from './dots.js';
import { type EmitContext, gridIn, type Operand } from './emitting.js';
import { blocksOf } from './pack-weights.js';
import { type Axis, axesOf, merged, offsets, sizeOfAxes } from './product-axes.js';

/** Shorter sums do not gain from four lanes. */
const shortDots = 8;

export const emitEinsum = (
  op: FieldOpOf<'einsum'>,
  x: Operand,
  y: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] =>
  out.extent.grid !== undefined && op.out.sites.length === 0
    ? emitPlaneProduct(op, x, y, out, e)
    : emitMatrices(op, x, y, out, e);

/** A product as matrices: [batch, left, inner] by [batch, inner, right]. */
interface Matrices {
  readonly x: Operand;
  readonly y: Operand;
  readonly batch: readonly Axis[];
  readonly left: readonly Axis[];
  readonly right: readonly Axis[];
  readonly inner: readonly Axis[];
}

const emitMatrices = (
  op: Product,
  x: Operand,
  y: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const axes = axesOf(op, x, y, out);
  const straight: Matrices = { x, y, ...axes };
  const turned: Matrices = {
    x: y,
    y: x,
    batch: axes.batch.map(swapped),
    left: axes.right.map(swapped),
    right: axes.left.map(swapped),
    inner: axes.inner.map(swapped),
  };
  const inLanes = ({ right }: Matrices): boolean => right.some(({ c }) => c === 4);
  const panels = inLanes(straight) ? straight : inLanes(turned) ? turned : undefined;
  // the second operand in place, a vector at a time
  const isDirect = panels?.right.some(({ b, c }) => b === 4 && c === 4) === true;
  const dots = isDirect ? undefined : dotsOf(straight);
  if (dots !== undefined) return emitDots(dots, out, e);
  return emitPanels(panels ?? straight, out, e);
};

const swapped = ({ size, a, b, c }: Axis): Axis => ({ size, a: b, b: a, c });

/** A product whose sums run along neighbours in both operands. */
interface DotProducts {
  readonly x: Operand;
  readonly y: Operand;
  readonly batch: Axis;
  readonly left: Axis;
  readonly right: Axis;
  readonly inner: Axis;
}

const one: Axis = { size: 1, a: 0, b: 0, c: 0 };

const dotsOf = ({ x, y, ...axes }: Matrices): DotProducts | undefined => {
  const [batch, left, right, inner] = [
    merged(axes.batch, ['a', 'b', 'c']),
    merged(axes.left, ['a', 'c']),
    merged(axes.right, ['b', 'c']),
    merged(axes.inner, ['a', 'b']),
  ];
  if ([batch, left, right].some(({ length }) => length > 1) || inner.length !== 1) return undefined;
  const [sum] = inner;
  return sum.a === 4 && sum.b === 4 && sum.size >= shortDots
    ? { x, y, batch: batch[0] ?? one, left: left[0] ?? one, right: right[0] ?? one, inner: sum }
    : undefined;
};

const emitDots = (
  { x, y, batch, left, right, inner }: DotProducts,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const mask = e.arena.mask(inner.size % 4 || 4);
  const vectors = Math.ceil(inner.size / 4) - 1;
  return blocksOf(left.size).flatMap((rows) =>
    columnsOf(right.size).map((columns) =>
      matrixDotsKernel.call({ rows: rows.rows, columns: columns.columns }, [
        plus(x.address.at, rows.first * left.a),
        batch.a,
        left.a,
        plus(y.address.at, columns.first * right.b),
        batch.b,
        right.b,
        plus(out.address.at, rows.first * left.c + columns.first * right.c),
        batch.c,
        left.c,
        right.c,
        batch.size,
        rows.count,
        columns.count,
        vectors,
        mask,
      ]),
    ),
  );
};

/** Rows of the second operand at multiples of this many bytes would evict each other from the cache. */
const unhappyStride = 512;
const manyRows = 32;

const emitPanels = (matrices: Matrices, out: Operand, e: EmitContext): readonly Instruction[] => {
  const { x, y } = matrices;
  const batch = merged(matrices.batch, ['c']);
  const left = merged(matrices.left, ['c']);
  const right = merged(matrices.right, ['c']);
  const { inner } = matrices;
  const [batches, rows, columns, depth] = [batch, left, right, inner].map(sizeOfAxes);
  const strips = Math.ceil(columns / 8);

  const [lane] = merged(matrices.right, ['b', 'c']);
  const batchOfB = merged(matrices.batch, ['b', 'c']);
  const rowsApart = Math.max(0, ...inner.map(({ b }) => b));
  const isDirect =
    merged(matrices.right, ['b', 'c']).length <= 1 &&
    (lane === undefined || (lane.b === 4 && lane.c === 4)) &&
    batchOfB.length <= 1 &&
    !(rowsApart % unhappyStride === 0 && depth > manyRows && rows >= manyRows);
  const isPlaced =
    batch.length <= 1 && left.length <= 1 && right.length <= 1 && (right.length === 0 || right[0].c === 4);

  const packedA = 4 * batches * rows * depth;
  const packedB = isDirect ? 0 : 4 * batches * strips * depth * 8;
  const placedC = isPlaced ? 0 : 4 * batches * rows * columns;
  const scratch = e.scratch.take(packedA + packedB + placedC + 64);
  const instructions: Instruction[] = [];
  const pack = (from: Operand, to: number, places: readonly number[]): void => {
    const table = e.arena.table([...places, 0, 0, 0]);
    const fours = Math.ceil(places.length / 4);
    instructions.push(pickCellsKernel.call({}, [table, from.address.at, plus(scratch, to), fours]));
  };

  // the first operand: blocks of rows, one depth after the other
  const inA = {
    batch: offsets(matrices.batch, 'a'),
    row: offsets(matrices.left, 'a'),
    depth: offsets(inner, 'a'),
  };
  const rowBlocks = blocksOf(rows);
  pack(
    x,
    0,
    inA.batch.flatMap((base) =>
      rowBlocks.flatMap(({ rows: each, count, first }) =>
        Array.from({ length: count }, (_, block) =>
          inA.depth.flatMap((at) =>
            Array.from({ length: each }, (_, row) => base + at + inA.row[first + block * each + row]),
          ),
        ).flat(),
      ),
    ),
  );

  // the second: in place, or in strips of eight columns
  const inB = {
    batch: offsets(matrices.batch, 'b'),
    column: offsets(matrices.right, 'b'),
    depth: offsets(inner, 'b'),
  };
  if (!isDirect)
    pack(
      y,
      packedA,
      inB.batch.flatMap((base) =>
        Array.from({ length: strips }, (_, strip) =>
          inB.depth.flatMap((at) =>
            Array.from(
              { length: 8 },
              (_, lane) => base + at + inB.column[Math.min(columns - 1, 8 * strip + lane)],
            ),
          ),
        ).flat(),
      ),
    );
  const depthTable = e.arena.table(isDirect ? inB.depth : inB.depth.map((_, k) => 32 * k));
  const b = isDirect ? y.address.at : plus(scratch, packedA);
  const batchB = isDirect ? (batchOfB[0]?.b ?? 0) : strips * depth * 32;
  const stripB = isDirect ? 32 : depth * 32;

  const c = isPlaced ? out.address.at : plus(scratch, packedA + packedB);
  const batchC = isPlaced ? (batch[0]?.c ?? 0) : 4 * rows * columns;
  const rowC = isPlaced ? (left[0]?.c ?? 0) : 4 * columns;
  const whole = Math.floor(columns / 8);
  const rest = columns - 8 * whole;
  const groups = [
    ...(whole > 0 ? [{ vectors: 2, lanes: 4, strips: whole, first: 0 } as const] : []),
    ...(rest > 0
      ? [{ vectors: rest > 4 ? 2 : 1, lanes: lanesOf(rest), strips: 1, first: whole } as const]
      : []),
  ];
  for (const { rows: each, count, first } of rowBlocks)
    for (const group of groups) {
      const { vectors, lanes } = group;
      instructions.push(
        matrixProductKernel.call({ rows: each, vectors, lanes }, [
          plus(scratch, 4 * first * depth),
          4 * rows * depth,
          plus(b, group.first * stripB),
          batchB,
          depthTable,
          plus(c, first * rowC + group.first * 32),
          batchC,
          rowC,
          batches,
          group.strips,
          stripB,
          count,
          depth,
        ]),
      );
    }
  if (isPlaced) return instructions;
  const inC = {
    batch: offsets(matrices.batch, 'c'),
    row: offsets(matrices.left, 'c'),
    column: offsets(matrices.right, 'c'),
  };
  const places = inC.batch.flatMap((base) =>
    inC.row.flatMap((row) => inC.column.map((column) => base + row + column)),
  );
  const table = e.arena.table(places);
  return [...instructions, placeCellsKernel.call({}, [table, c, out.address.at, places.length])];
};

const lanesOf = (rest: number): 1 | 2 | 3 | 4 => {
  const lanes = rest % 4;
  return lanes === 1 ? 1 : lanes === 2 ? 2 : lanes === 3 ? 3 : 4;
};

/** The tables of a product of planes: the offset of each batch, row, column and depth in (a, b, c). */
const tablesOf = (
  op: Product,
  x: Operand,
  y: Operand,
  out: Operand,
  cBytes: number,
  { arena }: EmitContext,
) => {
  const { batch, left, right, inner } = axesOf(op, x, y, out);
  const scaled = (values: readonly number[]): readonly number[] =>
    values.map((value) => (value / out.address.plane) * cBytes);
  const zipped = (...columns: readonly (readonly number[])[]): number =>
    arena.table(columns[0].flatMap((_, i) => columns.map((column) => column[i])));
  return {
    batches: sizeOfAxes(batch),
    rows: sizeOfAxes(left),
    columns: sizeOfAxes(right),
    depth: sizeOfAxes(inner),
    batchTable: zipped(offsets(batch, 'a'), offsets(batch, 'b'), scaled(offsets(batch, 'c'))),
    rowTable: zipped(offsets(left, 'a'), scaled(offsets(left, 'c'))),
    columnTable: zipped(offsets(right, 'b'), scaled(offsets(right, 'c'))),
    depthTable: zipped(offsets(inner, 'a'), offsets(inner, 'b')),
  };
};

/** The tables of a product and its blocks, as arguments of kernels. */
const tablesInBlocks = (
  tables: ReturnType<typeof tablesOf>,
  rows: number,
  columns: number,
): readonly number[] => [
  tables.batchTable,
  tables.rowTable,
  tables.columnTable,
  tables.depthTable,
  tables.batches,
  tables.rows / rows,
  tables.columns / columns,
  tables.depth,
];

const emitPlaneProduct = (
  op: Product,
  x: Operand,
  y: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const tables = tablesOf(op, x, y, out, out.address.plane, e);
  const columns = tables.columns % 2 === 0 ? 2 : 1;
  const rows = tables.rows % 4 === 0 && columns === 1 ? 4 : tables.rows % 2 === 0 ? 2 : 1;
  const lists: readonly [boolean, boolean] = [x.extent.grid === undefined, y.extent.grid === undefined];
  const strips = Math.ceil(pixelsOf(gridIn(out)) / 8);
  return [
    planeProductKernel.call({ rows, columns, lists }, [
      x.address.at,
      y.address.at,
      out.address.at,
      ...tablesInBlocks(tables, rows, columns),
      strips,
    ]),
  ];
};

/** Summed over all pixels, piece by piece of the planes, in double precision from piece to piece. */
export const emitEinsumPixels = (
  op: FieldOpOf<'einsumPixels'>,
  x: Operand,
  y: Operand,
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const tables = tablesOf(op, x, y, out, 8, e);
  const columns = tables.columns % 2 === 0 ? 2 : 1;
  const rows = tables.rows % 2 === 0 ? 2 : 1;
  const sums = e.doubles(out.node);
  const pixels = pixelsOf(gridIn(x));
  const piece = 4 * blockVectors;
  return Array.from({ length: Math.ceil(pixels / piece) }, (_, i): Instruction => {
    const first = i * piece;
    const count = Math.min(piece, pixels - first);
    const mask = e.arena.mask(count % 4 || 4);
    return planeDotsKernel.call({ rows, columns }, [
      plus(x.address.at, 4 * first),
      plus(y.address.at, 4 * first),
      sums,
      ...tablesInBlocks(tables, rows, columns),
      Math.ceil(count / 4) - 1,
      mask,
    ]);
  });
};
