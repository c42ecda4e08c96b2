/**
 * Which extents the operations of a field graph may have. Kernels compute addresses from extents without checking them,
 * so an operation that would read beyond its inputs is a defect, found before anything is laid out.
 */

import { scanInputs } from '../../../dsl/op.js';
import type { Along, Extent, FieldNode, FieldOp, FieldScan, Window } from './field.js';

const planes = (count: number): Extent => ({ planes: count, grid: true });
const list = (count: number): Extent => ({ planes: count, grid: false });

const like = (a: Extent, count: number): Extent => ({ planes: count, grid: a.grid });

const isSame = (a: Extent | undefined, b: Extent): boolean => a?.planes === b.planes && a.grid === b.grid;

/** Whether these are the extents of what is read, and then of the result. */
const are = (given: readonly Extent[], expected: readonly Extent[]): boolean =>
  given.length === expected.length && expected.every((extent, i) => isSame(given[i], extent));

/** An operand of a pass over all planes: as many planes, a number for each of them, or one number. */
const fits = (operand: Extent, out: Extent): boolean =>
  isSame(operand, out) || (!operand.grid && (operand.planes === out.planes || operand.planes === 1));

const seen = ({ outer, count, inner }: Along): number => outer * count * inner;

const windowed = ({ height, width, from, to, depthwise }: Window): readonly [Extent, Extent, Extent] => [
  planes(from),
  list(height * width * from * to),
  planes(depthwise ? from * to : to),
];

/** Whether the leaves of a scan's step, and its new state, have the extents of the scan's inputs. */
const isScan = (scan: FieldScan, inputs: readonly Extent[]): boolean => {
  const { fields, steps, body } = scan;
  const given = scanInputs(scan, inputs);
  const isField = (field: string, extent: Extent): boolean =>
    isSame(given.fields[fields.indexOf(field)], extent);
  const isLeaf = ({ op, extent }: FieldNode): boolean => {
    if (op.op !== 'leaf') return true;
    const { source } = op;
    switch (source.kind) {
      case 'state':
        return isField(source.field, extent);
      case 'element':
        return isSame(given.sequences[source.sequence], like(extent, steps * extent.planes));
      case 'external':
        return isSame(given.externals[source.index], extent);
      default:
        return true;
    }
  };
  return (
    fields.every((field) => isField(field, body.nodes[body.next[field]].extent)) && body.nodes.every(isLeaf)
  );
};

/** Whether it is a permutation. */
const isOrder = (order: readonly number[]): boolean => {
  const sources = new Set(order);
  return sources.size === order.length && order.every((from) => from >= 0 && from < order.length);
};

/** Whether an operation reads only what its inputs hold, and writes exactly its result. */
export const isWithin = (op: FieldOp, inputs: readonly Extent[], out: Extent): boolean => {
  const [x] = inputs;
  switch (op.op) {
    case 'map':
    case 'affine':
    case 'crossEntropy':
      return are(inputs, [out]);
    case 'zip':
    case 'keep':
    case 'length':
    case 'lengthVjp':
    case 'spread':
      return inputs.every((input) => fits(input, out));
    case 'dense':
      return are(
        [...inputs, out],
        [like(out, seen(op)), list(op.count * op.to), like(x, op.outer * op.to * op.inner)],
      );
    case 'denseWeight':
      return are(
        [...inputs, out],
        [like(x, seen(op)), like(x, op.outer * op.to * op.inner), list(op.count * op.to)],
      );
    case 'conv':
      return are([...inputs, out], windowed(op));
    case 'convInput': {
      const [field, weight, result] = windowed(op);
      return are([...inputs, out], [result, weight, field]);
    }
    case 'convWeight': {
      const [field, weight, result] = windowed(op);
      return are([...inputs, out], [field, result, weight]);
    }
    case 'sumPixels':
      return are([...inputs, out], [planes(out.planes), list(x.planes)]);
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
