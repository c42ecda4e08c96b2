/** Lowering of linear recurrences to scans. */

import type { OpOf } from '../../../../dsl/op.js';
import { observedPort } from '../../../../dsl/ports.js';
import { FieldBuilder } from '../../ir/builder.js';
import type { FieldBody, Source } from '../../ir/field.js';
import { type Layout, ofSamples, onGrid, sequenceOf, without } from '../../ir/layout.js';
import { asList, extentOf, inAxisOrder, type Lowered, spreadOver, storedAs } from '../value.js';

/**
 * h[t] = a[t] h[t-1] + b[t]: a step is a pass over a field in cache.
 */
export const lowerRecurrence = (
  b: FieldBuilder,
  { kind }: OpOf<'recurrence'>,
  inputs: readonly Lowered[],
  steps: number,
): Lowered => {
  const samples = inputs.find(({ layout }) => ofSamples(layout))?.layout.pixels[0];
  // factors may be shared by all samples; each sample has its own state
  const [given, driving, initial] = inputs.map((input, i) =>
    samples === undefined || i === 0 ? input : spreadOver(b, input, samples),
  );
  // neither time nor the axis that a matrix multiplies is a pixel axis
  const { axes } = driving.layout;
  const isAlong = axes[0] === 'pixel' || (kind === 'matrix' && axes.at(-1) === 'pixel');
  const pushes = inAxisOrder(b, isAlong ? asList(b, driving) : driving);
  const field = without(pushes.layout, 0);
  const n = field.dims.at(-1) ?? 1;
  // a matrix has one axis more: [..., n, n] for [..., n]
  const ofFactors: Layout =
    kind === 'diagonal'
      ? field
      : { ...field, dims: [...field.dims, n], axes: [...field.axes, field.dims.length] };
  const isShared = samples !== undefined && !onGrid(given.layout);
  const factorLayout = isShared ? { ...ofFactors, pixels: [] } : ofFactors;
  const factors = storedAs(b, given, sequenceOf(factorLayout, steps));
  const body = stepOf(kind, factorLayout, field);
  const start =
    initial === undefined
      ? b.add({ op: 'leaf', source: { kind: 'constant', value: 0 } }, [], extentOf(field))
      : storedAs(b, initial, field).node;
  const scan = b.add(
    { op: 'scan', steps, fields: ['h'], sequences: 2, body },
    [start, factors.node, pushes.node],
    { planes: 0, grid: undefined },
  );
  const layout = sequenceOf(field, steps);
  return { node: b.add({ op: 'port', port: observedPort('h') }, [scan], extentOf(layout)), layout };
};

const stepOf = (kind: OpOf<'recurrence'>['kind'], factors: Layout, field: Layout): FieldBody => {
  const b = new FieldBuilder();
  const leaf = (layout: Layout, source: Source): number =>
    b.add({ op: 'leaf', source }, [], extentOf(layout));
  const h = leaf(field, { kind: 'state', field: 'h' });
  const a = leaf(factors, { kind: 'element', sequence: 0 });
  const push = leaf(field, { kind: 'element', sequence: 1 });
  const moved = kind === 'diagonal' ? b.zip('mul', a, h) : matrixTimes(b, a, h, field.dims.at(-1) ?? 1);
  const next = b.zip('add', moved, push);
  return { nodes: b.nodes, next: { h: next }, observe: { h: next } };
};

/** Planes [outer, n, n] times planes [outer, n]. */
const matrixTimes = (b: FieldBuilder, a: number, h: number, n: number): number => {
  const { planes, grid } = b.extent(h);
  const outer = planes / n;
  const rows = b.add({ op: 'repeatPlanes', outer, count: n, inner: n }, [h], { planes: planes * n, grid });
  return b.add(
    { op: 'reducePlanes', fn: 'sum', outer: planes, count: n, inner: 1 },
    [b.zip('mul', a, rows)],
    { planes, grid },
  );
};
