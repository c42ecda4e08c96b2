/** The relations that each operation imposes on the sizes of the axes of its inputs and its result. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { labelsOf } from '../einsum-formula.js';
import { windowPlaces } from '../functions/convolve-with.js';
import { noneKept } from '../infer.js';
import { everyOf, keptSteps, type Node, type Op, type OpOf, type ScanOp, scanInputs } from '../op.js';
import { splitPort } from '../ports.js';
import { bins, ceilDiv, type Shape, showShape, upsampled, volume, windows } from '../shape.js';
import {
  beforeZeros,
  keptAgain,
  modesKept,
  operatorOf,
  ownNode,
  type Recognised,
  resampledBy,
  resampledSize,
  resampledTo,
  tapsRead,
  unrecognised,
  upsampledFrom,
  type Windows,
} from './meanings.js';
import { regathered, sliced } from './places.js';
import type { Axes, Axis } from './sizes.js';
import { mayTurn } from './turned.js';

/** The axes of each node of a list; for a scan also the axes in its body. */
export interface Axed {
  readonly axes: readonly Axis[];
  /** The operation at other sizes, if more is known about it than its own settings tell. */
  readonly rewritten?: ((sizeOf: (axis: Axis) => number) => E.Either<string, Op>) | undefined;
  readonly scan?: ScanAxes | undefined;
}

/** The axes of a scan: its steps, as one axis, the entries of each observation, and those of its body. */
export interface ScanAxes {
  readonly steps: Axis;
  readonly entries: Readonly<Record<string, Axis>>;
  readonly body: readonly Axed[];
}

/** The axes of the leaves of a step. */
interface Leaves {
  readonly state: Readonly<Record<string, readonly Axis[]>>;
  readonly elements: readonly (readonly Axis[])[];
  readonly externals: readonly (readonly Axis[])[];
  /** The nodes outside the step that its externals stand for. */
  readonly given: readonly Node[];
}

const outside: Leaves = { state: {}, elements: [], externals: [], given: [] };

/** Numbers every axis of a list of nodes, and collects the relations that follow from the operations. */
export const axesOfNodes = (
  nodes: readonly Node[],
  known: Axes,
  recognised: Recognised = unrecognised(),
  leaves: Leaves = outside,
): readonly Axed[] => {
  const all: Axed[] = [];
  for (const [number, node] of nodes.entries()) {
    const inputs = node.inputs.map((input) => all[input]);
    if (node.op.op === 'scan') {
      const given = node.inputs.map((input) => ownNode(nodes, input, leaves.given));
      all.push({ axes: [], scan: scanAxes(node.op, inputs, given, known, recognised) });
    } else if (node.op.op === 'take') all.push({ axes: takeAxes(node.op, nodes[node.inputs[0]], inputs[0]) });
    else {
      const axes = leafAxes(node.op, leaves) ?? node.shape.map(known.axis);
      const read = inputs.map((input) => input.axes);
      const meant = relateMeant(nodes, number, { axes, read, all, known, recognised, given: leaves.given });
      if (meant === undefined)
        relate(
          node,
          axes,
          read,
          node.inputs.map((input) => nodes[input]),
          known,
          recognised,
        );
      all.push({ axes, rewritten: meant });
      if (node.op.op === 'constant' && mayTurn(node.op)) recognised.turned.push(node.op);
      const operator = operatorOf(nodes, number, (at) => all[at].axes);
      if (operator !== undefined) {
        recognised.operators.push(operator);
        together(operator.grid, operator.field, known);
      }
      const grown = upsampledFrom(nodes, number);
      if (grown === undefined) continue;
      for (const [axis, repeated] of grown.repeated.entries()) {
        const by = `the upsampling to ${showShape(node.shape)}`;
        const factor = all[repeated].axes[1];
        known.keep(factor, by);
        known.products([axes[axis]], [all[grown.plane].axes[axis], factor], by);
      }
    }
  }
  return all;
};

/** The axes that a leaf of a step has from outside the step. */
const leafAxes = (op: Op, leaves: Leaves): readonly Axis[] | undefined => {
  switch (op.op) {
    case 'state':
      return leaves.state[op.field];
    case 'element':
      return leaves.elements[op.sequence];
    case 'external':
      return leaves.externals[op.index];
    default:
      return undefined;
  }
};

const together = (a: readonly Axis[], b: readonly Axis[], known: Axes): void => {
  for (const [i, axis] of a.entries()) known.same(axis, b[i]);
};

const scanAxes = (
  op: ScanOp,
  inputs: readonly Axed[],
  sources: readonly Node[],
  known: Axes,
  recognised: Recognised,
): ScanAxes => {
  const { fields, sequences, externals } = scanInputs(
    op,
    inputs.map((input) => input.axes),
  );
  const steps = known.axis(op.steps);
  for (const [first] of sequences) known.same(steps, first);
  const body = axesOfNodes(op.body.nodes, known, recognised, {
    state: Object.fromEntries(op.fields.map((field, i) => [field, fields[i]])),
    elements: sequences.map((axes) => axes.slice(1)),
    externals,
    given: scanInputs(op, sources).externals,
  });
  for (const [i, field] of op.fields.entries()) together(fields[i], body[op.body.next[field]].axes, known);
  const entries = Object.keys(op.body.observe).map((name): readonly [string, Axis] => {
    const every = everyOf(op, name);
    if (every === 1) return [name, steps];
    const kept = known.axis(keptSteps(op, name));
    known.derive(kept, [steps], `the scan of ${op.steps} steps`, (n) =>
      n < every ? E.left(noneKept(every, n)) : whole(Math.floor(n / every)),
    );
    return [name, kept];
  });
  return { steps, entries: Object.fromEntries(entries), body };
};

/** The axes of a port, which are those of the scan and need no relation. */
const takeAxes = ({ port }: OpOf<'take'>, source: Node, { scan }: Axed): readonly Axis[] => {
  if (source.op.op !== 'scan' || scan === undefined) return [];
  const [kind, name] = splitPort(port);
  const { next, observe } = source.op.body;
  return kind === 'final'
    ? scan.body[next[name]].axes
    : [scan.entries[name], ...scan.body[observe[name]].axes];
};

const whole = E.right<string, number>;

/** A node with its axes and the axes that it reads. */
interface Standing {
  readonly axes: readonly Axis[];
  readonly read: readonly (readonly Axis[])[];
  readonly all: readonly Axed[];
  readonly known: Axes;
  readonly recognised: Recognised;
  readonly given: readonly Node[];
}

/** The relations of a node that was recognised as part of a group, and its operation at other sizes. */
const relateMeant = (
  nodes: readonly Node[],
  number: number,
  { axes, read, all, known, recognised, given }: Standing,
): Axed['rewritten'] => {
  const { op, shape } = nodes[number];
  const [x] = read;
  if (op.op === 'gather' || op.op === 'scatter') {
    const { axis } = op;
    const taps =
      op.op === 'gather' ? tapsRead(op.indices, nodes[nodes[number].inputs[0]].shape[axis]) : undefined;
    if (taps !== undefined) return relateWindows(op, shape, taps, x, axes, known, recognised);
    const modes = modesKept(nodes, number);
    const entries = modes === undefined ? resampledBy(nodes, number) : undefined;
    if (modes === undefined && entries === undefined) return undefined;
    const [from, to] = [x[axis], axes[axis]];
    for (const [i, one] of axes.entries()) if (i !== axis) known.same(one, x[i]);
    if (modes !== undefined) {
      const [grid, few] = op.op === 'gather' ? [from, to] : [to, from];
      known.keep(
        few,
        `the modes that ${op.op === 'gather' ? 'are read' : 'are given'} in ${showShape(shape)}`,
      );
      return (sizeOf) =>
        pipe(
          keptAgain(modes, sizeOf(grid)),
          E.map((indices) =>
            op.op === 'gather' ? { ...op, indices } : { ...op, indices, size: sizeOf(grid) },
          ),
        );
    }
    if (op.op !== 'gather' || entries === undefined) return undefined;
    const was = { n: nodes[nodes[number].inputs[0]].shape[axis], m: op.indices.length };
    recognised.resamplings.push({ ...was, from, to });
    known.suggest(to, [from], `the resampling to ${showShape(shape)}`, (n) => resampledSize(was, n));
    return (sizeOf) =>
      pipe(
        sizeOf(from) === was.n && sizeOf(to) === was.m
          ? E.right(op.indices)
          : resampledTo(entries, was, sizeOf(from), sizeOf(to)),
        E.map((indices) => ({ ...op, indices })),
      );
  }
  if (op.op !== 'slice') return undefined;
  const cut = op.size.flatMap((size, i) => (size === nodes[nodes[number].inputs[0]].shape[i] ? [] : [i]));
  const before = cut.length === 1 ? beforeZeros(nodes, number, cut[0], given) : undefined;
  if (before === undefined) return undefined;
  const [axis] = cut;
  for (const [i, one] of axes.entries()) if (i !== axis) known.same(one, x[i]);
  known.same(axes[axis], all[before.node].axes[axis]);
  known.same(axes[axis], all[before.zeros].axes[axis]);
  return (sizeOf) => E.right({ ...op, size: axes.map(sizeOf) });
};

/** Windows keep their taps; their number is that which fits the axis. */
const relateWindows = (
  op: Op,
  shape: Shape,
  taps: number,
  x: readonly Axis[],
  axes: readonly Axis[],
  known: Axes,
  recognised: Recognised,
): Axed['rewritten'] => {
  if (op.op !== 'gather') return undefined;
  const [from, to] = [x[op.axis], axes[op.axis]];
  for (const [i, one] of axes.entries()) if (i !== op.axis) known.same(one, x[i]);
  recognised.windows.push({ axis: to, taps });
  known.derive(to, [from], `the windows of ${taps} in ${showShape(shape)}`, (n) =>
    n < taps ? E.left(`a window of ${taps} does not fit an axis of ${n}`) : whole((n - taps + 1) * taps),
  );
  return (sizeOf) => E.right({ ...op, indices: windowPlaces(sizeOf(from) - taps + 1, taps) });
};

const relate = (
  { op, shape }: Node,
  out: readonly Axis[],
  inputs: readonly (readonly Axis[])[],
  sources: readonly Node[],
  known: Axes,
  recognised: Recognised,
): void => {
  const [x, w, third] = inputs;
  const by = `the ${op.op} to ${showShape(shape)}`;
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
    case 'conv': {
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
      return;
    }
    case 'convTranspose':
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
      return;
    case 'dense':
      together(out.slice(0, -1), x, known);
      known.same(x[last], w[0]);
      known.same(out[last], w[1]);
      if (third !== undefined) known.same(out[last], third[0]);
      return;
    case 'einsum': {
      const { a, b, out: result } = labelsOf(op.formula);
      const seen = new Map<string, Axis>();
      const labelled = [...a, ...b, ...result].map((label, i) => [label, [...x, ...w, ...out][i]] as const);
      for (const [label, axis] of labelled) {
        known.same(seen.get(label) ?? axis, axis);
        seen.set(label, axis);
      }
      return;
    }
    case 'pool':
      for (const [i, size] of op.size.entries())
        known.derive(out[i], [x[i]], by, (n) => whole(windows(n, size, op.stride[i])));
      known.same(out[last], x[last]);
      return;
    case 'concat':
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
      regroup(sources[0].shape, x, shape, out, by, known, recognised.windows);
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
