/** Lowering of linear recurrences to scans. */

import type { OpOf } from '../../../dsl/op.js';
import { observedPort } from '../../../dsl/ports.js';
import { FieldBuilder } from '../ir/builder.js';
import type { FieldBody, Source } from '../ir/field.js';
import { type Layout, onGrid, sameLayout, sequenceOf, without } from '../ir/layout.js';
import { extentOf, inAxisOrder, type Lowered, notFused, type Result } from './value.js';

/**
 * h[t] = a[t] h[t-1] + b[t]: a step is a pass over a field in cache.
 */
export const lowerRecurrence = (
  b: FieldBuilder,
  { kind }: OpOf<'recurrence'>,
  inputs: readonly Lowered[],
  steps: number,
): Result => {
  const [factors, pushes, initial] = inputs.map((input) => inAxisOrder(b, input));
  if (factors.layout.axes[0] === 'pixel' || pushes.layout.axes[0] === 'pixel')
    return notFused('a recurrence along pixels');
  if (!onGrid(pushes.layout)) return notFused('nothing in it has pixels');
  const field = without(pushes.layout, 0);
  if (initial !== undefined && !sameLayout(initial.layout, field))
    return notFused('it starts from other pixels than it goes on with');
  const n = field.dims.at(-1) ?? 1;
  if (kind === 'matrix' && field.axes.at(-1) === 'pixel')
    return notFused('its matrices multiply along pixels');
  // a matrix has one axis more: [..., n, n] for [..., n]
  const ofFactors: Layout =
    kind === 'diagonal' ? field : { dims: [...field.dims, n], axes: [...field.axes, field.dims.length] };
  if (!sameLayout(factors.layout, sequenceOf(ofFactors, steps)))
    return notFused('its factors have other pixels than what they multiply');
  const body = stepOf(kind, ofFactors, field);
  const start =
    initial?.node ?? b.add({ op: 'leaf', source: { kind: 'constant', value: 0 } }, [], extentOf(field));
  const scan = b.add(
    { op: 'scan', steps, fields: ['h'], sequences: 2, body },
    [start, factors.node, pushes.node],
    { planes: 0, grid: false },
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
