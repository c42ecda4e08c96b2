/** Lowering of Fourier transforms to products with constants, by the plan of every engine. */

import type { OpOf } from '../../../../dsl/op.js';
import { type Shape, volume } from '../../../../dsl/shape.js';
import { bodyOf } from '../../../../dsl/shape-rules.js';
import { alongAxes, type Steps } from '../../../fourier/along-axes.js';
import type { Table } from '../../../fourier/tables.js';
import type { FieldBuilder } from '../../ir/builder.js';
import type { Grid } from '../../ir/field.js';
import { asList, inAxisOrder, type Lowered } from '../value.js';

/** Planes seen as [rows, ...sizes]. */
interface Rows {
  readonly node: number;
  readonly sizes: Shape;
}

const stepsOn = (b: FieldBuilder, grid: Grid | undefined): Steps<Rows> => {
  const planesOf = ({ node }: Rows): number => b.extent(node).planes;
  const rowsOf = (x: Rows): number => planesOf(x) / volume(x.sizes);
  const constant = (values: readonly number[]): number =>
    b.add({ op: 'leaf', source: { kind: 'constant', value: values } }, [], {
      planes: values.length,
      grid: undefined,
    });
  const arranged = (x: Rows, sizes: Shape, from: (at: number) => number): Rows => ({
    node: b.add(
      { op: 'rearrange', order: Array.from({ length: planesOf(x) }, (_, at) => from(at)) },
      [x.node],
      { planes: planesOf(x), grid },
    ),
    sizes,
  });
  const repeated = (node: number, outer: number, count: number, inner: number): number =>
    count === 1
      ? node
      : b.add({ op: 'repeatPlanes', outer, count, inner }, [node], {
          planes: outer * count * inner,
          grid: b.extent(node).grid,
        });
  return {
    reshape: ({ node }, sizes) => ({ node, sizes }),
    exchange: (x) => {
      const [p, q, r] = x.sizes;
      return arranged(x, [q, p, r], (at) => {
        const [row, rest] = [Math.floor(at / (p * q * r)), at % (p * q * r)];
        const [j, i, k] = [Math.floor(rest / (p * r)), Math.floor(rest / r) % p, rest % r];
        return row * p * q * r + (i * q + j) * r + k;
      });
    },
    product: (x, table) => product(b, x, rowsOf(x), table, constant([...table.values()]), grid),
    times: (x, { values, shape }) => {
      // along axes of size 1, which are the last, the row is repeated
      const times = volume(shape) / volume(x.sizes);
      const wide = repeated(x.node, planesOf(x), times, 1);
      const factors = repeated(constant([...values()]), 1, rowsOf(x), volume(shape));
      return { node: b.zip('mul', wide, factors), sizes: shape };
    },
    sum: (x, y) => ({ node: b.zip('add', x.node, y.node), sizes: x.sizes }),
    swapped: (x) => {
      const n = x.sizes.at(-1) ?? 1;
      return arranged(x, x.sizes, (at) => at - (at % n) + n - 1 - (at % n));
    },
    filledUp: (x, m) => {
      const [n, c] = x.sizes;
      const rows = rowsOf(x);
      return {
        node: b.add({ op: 'embedPlanes', outer: rows, count: m, inner: c, begin: 0, size: n }, [x.node], {
          planes: rows * m * c,
          grid,
        }),
        sizes: [m, c],
      };
    },
    first: (x, n, d) => {
      const [m, c] = x.sizes;
      const rows = rowsOf(x);
      const slice = (node: number, outer: number, count: number, inner: number, size: number): number =>
        size === count
          ? node
          : b.add({ op: 'slicePlanes', outer, count, inner, begin: 0, size }, [node], {
              planes: outer * size * inner,
              grid,
            });
      return { node: slice(slice(x.node, rows, m, c, n), rows * n, c, 1, d), sizes: [n, d] };
    },
    within: (f) => f(),
  };
};

/** [rows, m] times the table [m, n]. */
const product = (
  b: FieldBuilder,
  x: Rows,
  rows: number,
  { shape: [m, n] }: Table,
  table: number,
  grid: Grid | undefined,
): Rows => {
  const extent = { planes: rows * n, grid };
  return {
    node:
      grid === undefined
        ? b.add(
            {
              op: 'einsum',
              sizes: [rows, m, n],
              a: { dims: [0, 1], sites: [] },
              b: { dims: [1, 2], sites: [] },
              out: { dims: [0, 2], sites: [] },
            },
            [x.node, table],
            extent,
          )
        : b.add(
            { op: 'dense', outer: rows, count: m, inner: 1, to: n, transposed: false },
            [x.node, table],
            extent,
          ),
    sizes: [n],
  };
};

/** A transform along pixels is computed on a list. */
export const lowerFourier = (b: FieldBuilder, op: OpOf<'fourier'>, x: Lowered, shape: Shape): Lowered => {
  const read = op.from === 'complex' ? [...op.axes, shape.length - 1] : op.axes;
  const along = read.some((axis) => x.layout.axes[axis] === 'pixel');
  const value = inAxisOrder(b, along ? asList(b, x) : x);
  const { pixels, axes } = value.layout;
  const sizes = bodyOf(op, shape);
  // the axes of the planes alone, in their order
  const kept = sizes.flatMap((_, axis) => (axes[axis] === 'pixel' ? [] : [axis]));
  const planes = { ...op, axes: op.axes.map((axis) => kept.indexOf(axis)) };
  const body = kept.map((axis) => sizes[axis]);
  const { grid } = b.extent(value.node);
  const made = alongAxes(stepsOn(b, grid), planes, body, { node: value.node, sizes: body });
  const dims = op.to === 'complex' ? [...body, 2] : body;
  return {
    node: made.node,
    layout: {
      pixels,
      dims,
      axes: [
        ...sizes.map((_, axis) => (axes[axis] === 'pixel' ? ('pixel' as const) : kept.indexOf(axis))),
        ...(op.to === 'complex' ? [body.length] : []),
      ],
    },
  };
};
