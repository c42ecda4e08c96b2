/**
 * Which extents the operations of a field graph may have. Kernels compute addresses from extents without checking them,
 * so an operation that would read beyond its inputs is a defect, found before anything is laid out.
 */

import { scanInputs } from '../../../dsl/op.js';
import {
  type Along,
  type Extent,
  type FieldNode,
  type FieldOp,
  type FieldOpOf,
  type FieldScan,
  headsOf,
  type Labelled,
  type PoolWindow,
  type Product,
  sameExtent,
  sameGrid,
  type Window,
} from './field.js';
import { planesOf } from './layout.js';
import { resultGrid, resultsOf, weightsIn } from './window.js';

const list = (count: number): Extent => ({ planes: count, grid: undefined });

const like = (a: Extent, count: number): Extent => ({ planes: count, grid: a.grid });

/** Whether these are the extents of the operands, followed by that of the result. */
const are = (given: readonly Extent[], expected: readonly Extent[]): boolean =>
  given.length === expected.length && expected.every((extent, i) => sameExtent(given[i], extent));

/** Whether an operand fits a pass over all planes: it has as many planes, a number for each, or one number. */
const fits = (operand: Extent, out: Extent): boolean =>
  sameExtent(operand, out) ||
  (operand.grid === undefined && (operand.planes === out.planes || operand.planes === 1));

const seen = ({ outer, count, inner }: Along): number => outer * count * inner;

/** The extents of a convolution's field, weights and result; `field` has the pixels of its field. */
const windowed = (window: Window, { grid }: Extent): readonly [Extent, Extent, Extent] | undefined =>
  grid && [
    { planes: (window.outer ?? 1) * window.from, grid },
    list(weightsIn(window)),
    { planes: (window.outer ?? 1) * resultsOf(window), grid: resultGrid(window, grid) },
  ];

/** Whether the windows of a pool are inside the field, and there is one for each result. */
const isPooled = ({ height, width, stride, fn }: PoolWindow, x: Extent, out: Extent): boolean => {
  if (x.grid === undefined) return false;
  const window = { height, width, from: 1, to: 1, depthwise: true, boundary: 'none', stride } as const;
  return (
    ['max', 'mean'].includes(fn) && sameExtent(out, { planes: x.planes, grid: resultGrid(window, x.grid) })
  );
};

/** Whether rows and columns of a small field are rows and columns of a large one. */
const areInside = (
  rows: readonly number[],
  columns: readonly number[],
  large: Extent,
  small: Extent,
): boolean => {
  const { grid } = large;
  return (
    grid !== undefined &&
    rows.every((row) => row >= 0 && row < grid.height) &&
    columns.every((column) => column >= 0 && column < grid.width) &&
    sameExtent(small, { planes: large.planes, grid: { height: rows.length, width: columns.length } })
  );
};

/** The extents of fields that are joined along an axis. */
const joinedPixels = (
  { axis, sizes }: FieldOpOf<'concatPixels'>,
  { planes, grid }: Extent,
): readonly Extent[] =>
  grid === undefined || sizes.reduce((a, b) => a + b, 0) !== (axis === 'rows' ? grid.height : grid.width)
    ? []
    : sizes.map((size) => ({
        planes,
        grid: axis === 'rows' ? { ...grid, height: size } : { ...grid, width: size },
      }));

/** Whether the leaves of a scan's step, and its new state, have the extents of the scan's inputs. */
const isScan = (scan: FieldScan, inputs: readonly Extent[]): boolean => {
  const { fields, steps, body } = scan;
  const given = scanInputs(scan, inputs);
  const isField = (field: string, extent: Extent): boolean =>
    sameExtent(given.fields[fields.indexOf(field)], extent);
  const isLeaf = ({ op, extent }: FieldNode): boolean => {
    if (op.op !== 'leaf') return true;
    const { source } = op;
    switch (source.kind) {
      case 'state':
        return isField(source.field, extent);
      case 'element':
        return sameExtent(given.sequences[source.sequence], like(extent, steps * extent.planes));
      case 'external':
        return sameExtent(given.externals[source.index], extent);
      default:
        return true;
    }
  };
  return (
    fields.every((field) => isField(field, body.nodes[body.next[field]].extent)) && body.nodes.every(isLeaf)
  );
};

/** The number of values of an extent. */
const numbersOf = ({ planes, grid }: Extent): number =>
  planes * (grid === undefined ? 1 : grid.height * grid.width);

/** Whether the operands of a product have the sizes of their labels, and each label of the result is one of an operand. */
const isProduct = (
  { sizes, a, b, out }: Product,
  [x, y]: readonly [Extent, Extent],
  result: Extent,
): boolean => {
  const of = (names: readonly number[]): number => names.reduce((all, name) => all * sizes[name], 1);
  const fitted = ({ dims, sites }: Labelled, extent: Extent): boolean =>
    of(dims) === extent.planes &&
    (sites.length === 0 ||
      (extent.grid !== undefined && of(sites) === extent.grid.height * extent.grid.width));
  const known = new Set([...a.dims, ...a.sites, ...b.dims, ...b.sites]);
  return (
    fitted(a, x) &&
    fitted(b, y) &&
    fitted(out, result) &&
    [...out.dims, ...out.sites].every((name) => known.has(name))
  );
};

/** Whether either all operands with pixels have names for them, or none has and the pixels are the same. */
const isNamed = ({ a, b, out }: Product, extents: readonly Extent[]): boolean => {
  const named = [a, b, out].map(({ sites }) => sites.length > 0);
  const { grid } = extents[2];
  return (
    extents.every((extent, i) => (extent.grid === undefined) !== named[i]) ||
    (grid !== undefined &&
      named.every((is) => !is) &&
      extents.some((extent, i) => i < 2 && extent.grid !== undefined) &&
      extents.every((extent) => extent.grid === undefined || sameGrid(extent.grid, grid)))
  );
};

/** Whether it is a permutation. */
const isOrder = (order: readonly number[]): boolean => {
  const sources = new Set(order);
  return sources.size === order.length && order.every((from) => from >= 0 && from < order.length);
};

/** Whether an operation reads only inside of its inputs, and writes exactly its result. */
export const isWithin = (op: FieldOp, inputs: readonly Extent[], out: Extent): boolean => {
  const [x, y] = inputs;
  switch (op.op) {
    case 'map':
    case 'affine':
    case 'crossEntropy':
      return are(inputs, [out]);
    case 'zip':
    case 'keep':
    case 'length':
    case 'lengthVjp':
    case 'where':
    case 'angleVjp':
    case 'spread':
      return inputs.every((input) => fits(input, out));
    case 'dense': {
      const heads = headsOf(op);
      const result = like(x, heads * op.outer * op.to * op.inner);
      return are([...inputs, out], [like(out, heads * seen(op)), list(heads * op.count * op.to), result]);
    }
    case 'denseWeight': {
      const heads = headsOf(op);
      const read = [like(x, heads * seen(op)), like(x, heads * op.outer * op.to * op.inner)];
      return are([...inputs, out], [...read, list(heads * op.count * op.to)]);
    }
    case 'einsum':
      return inputs.length === 2 && isProduct(op, [x, inputs[1]], out) && isNamed(op, [...inputs, out]);
    case 'einsumPixels':
      return (
        x.grid !== undefined &&
        sameGrid(x.grid, inputs[1].grid) &&
        out.grid === undefined &&
        isProduct(op, [x, inputs[1]], out) &&
        [op.a, op.b, op.out].every(({ sites }) => sites.length === 0)
      );
    case 'sites':
      return (
        numbersOf(x) === numbersOf(out) &&
        (x.grid === undefined || out.grid === undefined || x.planes === out.planes)
      );
    case 'conv':
      return are([...inputs, out], windowed(op, x) ?? []);
    case 'convInput': {
      const all = windowed(op, out);
      return all !== undefined && are([...inputs, out], [all[2], all[1], all[0]]);
    }
    case 'convWeight': {
      const all = windowed(op, x);
      return all !== undefined && are([...inputs, out], [all[0], all[2], all[1]]);
    }
    case 'noise':
      return (
        inputs.length < 2 &&
        inputs.every((clock) => sameExtent(clock, list(1))) &&
        planesOf(op.layout) === out.planes
      );
    case 'pool':
      return inputs.length === 1 && isPooled(op, x, out);
    case 'poolVjp':
      return inputs.length === 3 && sameExtent(x, out) && isPooled(op, x, y) && isPooled(op, x, inputs[2]);
    case 'gatherPixels':
      return inputs.length === 1 && areInside(op.rows, op.columns, x, out);
    case 'scatterPixels':
      return inputs.length === 1 && areInside(op.rows, op.columns, out, x);
    case 'concatPixels':
      return inputs.length > 0 && are(inputs, joinedPixels(op, out));
    case 'batchMoments':
      return are([...inputs, out], [like(x, seen(op)), list(2 * op.count)]);
    case 'overBatch':
      return are([...inputs, out], [list(out.planes), list(x.planes)]);
    case 'momentSums':
      return are([...inputs, out], [x, list(2 * x.planes)]);
    case 'sumPixels':
      return x.grid !== undefined && are([...inputs, out], [like(x, out.planes), list(x.planes)]);
    case 'sumAll':
      return are([...inputs, out], [list(x.planes), list(1)]);
    case 'reducePlanes':
      return are([...inputs, out], [like(out, seen(op)), like(x, op.outer * op.inner)]);
    case 'firstMax': {
      const each = like(out, op.outer * op.inner);
      return are([...inputs, out], [like(out, seen(op)), each, each, like(x, seen(op))]);
    }
    case 'repeatPlanes':
      return are([...inputs, out], [like(out, op.outer * op.inner), like(x, seen(op))]);
    case 'slicePlanes':
      return (
        op.begin + op.size <= op.count &&
        are([...inputs, out], [like(out, seen(op)), like(x, op.outer * op.size * op.inner)])
      );
    case 'embedPlanes':
      return (
        op.begin + op.size <= op.count &&
        are([...inputs, out], [like(out, op.outer * op.size * op.inner), like(x, seen(op))])
      );
    case 'entries':
      return (
        op.from.every((names) => names.every((name) => name >= 0 && name < op.count)) &&
        are([...inputs, out], [like(out, seen(op)), like(x, op.outer * op.from.length * op.inner)])
      );
    case 'rearrange':
      return (
        isOrder(op.order) && are([...inputs, out], [like(out, op.order.length), like(x, op.order.length)])
      );
    case 'concatPlanes': {
      const parts = op.sizes.map((size) => like(out, op.outer * size * op.inner));
      return are(inputs, parts) && out.planes === parts.reduce((sum, part) => sum + part.planes, 0);
    }
    case 'scan':
      return isScan(op, inputs);
    case 'leaf':
    case 'addOnto':
    case 'port':
    case 'scanAdjoint':
      return true;
  }
};
