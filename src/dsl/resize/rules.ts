/** The axes of a list of nodes, with the relations between their sizes: those of single operations, of groups and of scans. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { windowPlaces } from '../functions/convolve-with.js';
import { noneKept } from '../infer.js';
import { everyOf, keptSteps, type Node, type Op, type OpOf, type ScanOp, scanInputs } from '../op.js';
import { splitPort } from '../ports.js';
import { type Shape, showShape } from '../shape.js';
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
} from './meanings.js';
import { relate, together, whole } from './operation-rules.js';
import type { Axis } from './relations.js';
import type { Axes } from './sizes.js';
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
          { node, axes, inputs: read, sources: node.inputs.map((input) => nodes[input]), known },
          recognised.windows,
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
