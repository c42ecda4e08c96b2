/** The relations that each operation imposes on the sizes of the axes of its inputs and its result. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { labelsOf } from '../einsum-formula.js';
import type { Node, OpOf } from '../op.js';
import { bins, ceilDiv, type Shape, showShape, upsampled, volume, windows } from '../shape.js';
import type { Windows } from './meanings.js';
import { regathered, sliced } from './places.js';
import type { Axis } from './relations.js';
import type { Axes } from './sizes.js';
import { mayTurn } from './turned.js';

/** A size that a rule gives. */
export const whole = E.right<string, number>;

/** Axes of one list have the sizes of those of another, one by one. */
export const together = (a: readonly Axis[], b: readonly Axis[], known: Axes): void => {
  for (const [i, axis] of a.entries()) known.same(axis, b[i]);
};

/** A node with its axes, the axes of its inputs, and the nodes that these are of. */
export interface Relating {
  readonly node: Node;
  readonly axes: readonly Axis[];
  readonly inputs: readonly (readonly Axis[])[];
  readonly sources: readonly Node[];
  readonly known: Axes;
}

const reasonOf = ({ op, shape }: Node): string => `the ${op.op} to ${showShape(shape)}`;

const relateConv = (op: OpOf<'conv'>, relating: Relating): void => {
  const { node, axes: out, inputs, known } = relating;
  const [x, w, third] = inputs;
  const by = reasonOf(node);
  const last = out.length - 1;
  const { boundary, dilation, groups = 1 } = op;
  for (const [i, stride] of op.stride.entries())
    if (boundary !== 'none' && stride === 1) known.same(out[i], x[i]);
    else
      known.derive(out[i], [x[i], w[i]], by, (n, kernel) => {
        const extent = (kernel - 1) * (dilation?.[i] ?? 1) + 1;
        return whole(boundary === 'none' ? windows(n, extent, stride) : ceilDiv(n, stride));
      });
  known.derive(x[last], [w[last]], by, (inside) => whole(groups * inside));
  if (op.depthwise) known.products([out[last]], [w[last], w[last + 1]], by);
  else known.same(out[last], w[last + 1]);
  if (third !== undefined) known.same(out[last], third[0]);
};

const relateConvTranspose = (op: OpOf<'convTranspose'>, relating: Relating): void => {
  const { node, axes: out, inputs, sources, known } = relating;
  const [x, w, third] = inputs;
  const by = reasonOf(node);
  const last = out.length - 1;
  for (const [i, stride] of op.stride.entries())
    known.derive(out[i], [x[i], w[i]], by, (n, kernel) => whole(upsampled(n, kernel, stride)));
  // A constant with equal values, such as the cotangent of a sum, takes the size that its result needs.
  if (isAlike(sources[0]))
    for (const [i, stride] of op.stride.entries())
      known.suggest(x[i], [out[i], w[i]], by, (n, kernel) =>
        (n - kernel) % stride === 0 && n >= kernel
          ? whole((n - kernel) / stride + 1)
          : E.left(`an axis of ${n} is not one that windows of ${kernel} make`),
      );
  known.same(x[last], w[last + 1]);
  known.same(out[last], w[last]);
  if (third !== undefined) known.same(out[last], third[0]);
};

const relateEinsum = (op: OpOf<'einsum'>, relating: Relating): void => {
  const { axes: out, inputs, known } = relating;
  const [x, w] = inputs;
  const { a, b, out: result } = labelsOf(op.formula);
  const seen = new Map<string, Axis>();
  const labelled = [...a, ...b, ...result].map((label, i) => [label, [...x, ...w, ...out][i]] as const);
  for (const [label, axis] of labelled) {
    known.same(seen.get(label) ?? axis, axis);
    seen.set(label, axis);
  }
};

const relateConcat = (op: OpOf<'concat'>, relating: Relating): void => {
  const { node, axes: out, inputs, sources, known } = relating;
  const by = reasonOf(node);
  for (const input of inputs)
    for (const [i, axis] of input.entries()) if (i !== op.axis) known.same(out[i], axis);
  known.derive(
    out[op.axis],
    inputs.map((input) => input[op.axis]),
    by,
    (...parts) => whole(parts.reduce((a, b) => a + b, 0)),
  );
  // A constant with equal values, such as the zeros of an adjoint, fills the rest.
  for (const [i, source] of sources.entries())
    if (isAlike(source))
      known.suggest(
        inputs[i][op.axis],
        [out[op.axis], ...inputs.flatMap((input, j) => (j === i ? [] : [input[op.axis]]))],
        by,
        (total, ...others) => {
          const rest = others.reduce((left, part) => left - part, total);
          return rest < 1 ? E.left(`an axis of ${total} is too small for it`) : whole(rest);
        },
      );
};

/**
 * Collects the relations of an operation.
 *
 * @param windowed the axes that windows were read along, which keep their taps where they are regrouped
 */
export const relate = (relating: Relating, windowed: readonly Windows[]): void => {
  const { node, axes: out, inputs, sources, known } = relating;
  const { op, shape } = node;
  const [x, w, third] = inputs;
  const by = reasonOf(node);
  const last = out.length - 1;
  switch (op.op) {
    case 'input':
    case 'constant':
    case 'training':
    case 'noise':
    case 'state':
    case 'element':
    case 'external':
    case 'clock':
    case 'scan':
    case 'take':
      return;
    case 'parameter':
      for (const axis of out) known.keep(axis, `the parameter '${op.name}' of ${showShape(shape)}`);
      return;
    case 'map':
    case 'affine':
    case 'reverse':
      together(out, x, known);
      return;
    case 'zip':
    case 'where':
      for (const input of inputs) if (input.length > 0) together(out, input, known);
      return;
    case 'conv':
      relateConv(op, relating);
      return;
    case 'convTranspose':
      relateConvTranspose(op, relating);
      return;
    case 'dense':
      together(out.slice(0, -1), x, known);
      known.same(x[last], w[0]);
      known.same(out[last], w[1]);
      if (third !== undefined) known.same(out[last], third[0]);
      return;
    case 'einsum':
      relateEinsum(op, relating);
      return;
    case 'pool':
      for (const [i, size] of op.size.entries())
        known.derive(out[i], [x[i]], by, (n) => whole(windows(n, size, op.stride[i])));
      known.same(out[last], x[last]);
      return;
    case 'concat':
      relateConcat(op, relating);
      return;
    case 'slice':
      for (const [i, n] of sources[0].shape.entries())
        if (op.size[i] === n) known.same(out[i], x[i]);
        else
          known.derive(out[i], [x[i]], by, (m) =>
            pipe(
              sliced(op.begin[i], op.size[i], n, m),
              E.map(([, size]) => size),
            ),
          );
      return;
    case 'gather': {
      const { axis, indices } = op;
      for (const [i, one] of out.entries()) if (i !== axis) known.same(one, x[i]);
      const n = sources[0].shape[axis];
      known.derive(out[axis], [x[axis]], by, (m) =>
        pipe(
          regathered(indices, n, m),
          E.map((moved) => moved.length),
        ),
      );
      return;
    }
    case 'scatter':
      for (const [i, axis] of out.entries()) if (i !== op.axis) known.same(axis, x[i]);
      known.keep(x[op.axis], `${by}, which reads entries by number`);
      known.keep(out[op.axis], by);
      return;
    case 'reshape':
      regroup(sources[0].shape, x, shape, out, by, known, windowed);
      return;
    case 'transpose':
      for (const [i, axis] of op.axes.entries()) known.same(out[i], x[axis]);
      return;
    case 'broadcast':
      // What turns modes is one number for all channels, also of a single one.
      for (const [i, n] of sources[0].shape.entries())
        if (n === shape[i] && !(n === 1 && sources[0].op.op === 'constant' && mayTurn(sources[0].op)))
          known.same(out[i], x[i]);
        else known.keep(x[i], by);
      return;
    case 'reduce':
      together(
        out,
        x.filter((_, axis) => !op.axes.includes(axis)),
        known,
      );
      return;
    case 'fourier':
      for (const [i, axis] of out.entries()) if (i < x.length) known.same(axis, x[i]);
      return;
    case 'spectrum':
      known.derive(out[0], [x[0]], by, (n) => whole(bins(n)));
      together(out.slice(1), x.slice(1), known);
      return;
    case 'batchNorm':
      together(out, x, known);
      for (const statistic of inputs.slice(1)) known.same(out[last], statistic[0]);
      return;
    case 'recurrence':
      together(out, w, known);
      together(out, x, known);
      if (op.kind === 'matrix') known.same(out[last], x[last + 1]);
      if (third !== undefined) together(out.slice(1), third, known);
      return;
    default:
      unrelated(op);
  }
};

/** Whether all entries of a value are one number, at any size. */
const isAlike = ({ op }: Node): boolean => op.op === 'constant' && typeof op.value === 'number';

/** An operation without a rule here is a type error. */
const unrelated = (_: never): void => {};

/** What to do where an axis of 1, which a reshape adds or drops, would become larger. */
const fromOne =
  'a reshape that adds or drops an axis of 1 does not say where more entries belong: build the program at the new size';

/**
 * Pairs the axes of a reshape: the shortest groups, from the left, whose products agree. An axis of 1 that pairs with no
 * other axis of 1 stays 1.
 */
const regroup = (
  from: Shape,
  x: readonly Axis[],
  to: Shape,
  out: readonly Axis[],
  by: string,
  known: Axes,
  windowed: readonly Windows[],
): void => {
  const [left, right] = [
    x.map((axis, i) => ({ axis, size: from[i] })),
    out.map((axis, i) => ({ axis, size: to[i] })),
  ];
  const take = (): readonly [typeof left, typeof left] => {
    let [i, j] = [1, 1];
    const total = (part: typeof left): number => volume(part.map(({ size }) => size));
    while (i <= left.length && j <= right.length && total(left.slice(0, i)) !== total(right.slice(0, j)))
      if (total(left.slice(0, i)) < total(right.slice(0, j))) i++;
      else j++;
    return [left.splice(0, i), right.splice(0, j)];
  };
  const longer = (part: typeof left): readonly Axis[] =>
    part.flatMap(({ axis, size }) => {
      if (size === 1) known.keep(axis, by, fromOne);
      return size === 1 ? [] : [axis];
    });
  const ones = (part: typeof left): number => {
    const others = part.findIndex(({ size }) => size !== 1);
    return others < 0 ? part.length : others;
  };
  while (left.length > 0 || right.length > 0) {
    const [a, b] = take();
    // A window keeps its taps, whatever kernel multiplies them.
    const taps =
      a.length === 1 ? windowed.find(({ axis }) => known.areSame(axis, a[0].axis))?.taps : undefined;
    if (taps !== undefined && b.length === 2 && b[1].size === taps)
      known.keep(b[1].axis, `the windows of ${taps} in ${showShape(to)}`);
    // Of more axes of 1 on one side, none is known to be the other's: they stay.
    if (a.length === 1 && b.length === 1 && (a[0].size !== 1 || ones(left) === ones(right)))
      known.same(a[0].axis, b[0].axis);
    else known.products(longer(a), longer(b), by);
  }
};
