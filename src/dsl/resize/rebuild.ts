/** Nodes at other sizes: the same operations, with the sizes in their settings replaced. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { labelsOf } from '../einsum-formula.js';
import type { Node, Op, OpOf } from '../op.js';
import { type Shape, sameShape, showShape, volume } from '../shape.js';
import { numbersAgain, type Recognised } from './meanings.js';
import { regathered, sliced } from './places.js';
import type { Axis } from './relations.js';
import type { Axed } from './rules.js';

/** The nodes at the sizes of their axes, or one sentence about a node that has no meaning at these sizes. */
export const rebuildNodes = (
  nodes: readonly Node[],
  axed: readonly Axed[],
  sizeOf: (axis: Axis) => number,
  recognised: Recognised,
): E.Either<string, readonly Node[]> => {
  const all: Node[] = [];
  for (const [number, node] of nodes.entries()) {
    const shape = axed[number].axes.map(sizeOf);
    const op = rebuildOp(
      node,
      shape,
      node.inputs.map((input) => [nodes[input].shape, all[input].shape] as const)[0],
      axed[number],
      sizeOf,
      recognised,
    );
    if (E.isLeft(op)) return op;
    const [source] = node.inputs;
    const again = softened(nodes, number, axed, sizeOf) ?? shared(op.right, nodes[source], all[source]);
    all.push({ op: again, inputs: node.inputs, shape });
    const lost = withoutMean(nodes, all, number);
    if (lost !== undefined) return E.left(lost);
  }
  return E.right(all);
};

/**
 * Scores of attention are divided by the square root of the channels that they are summed over, which is a number of the
 * program.
 */
const softened = (
  nodes: readonly Node[],
  number: number,
  axed: readonly Axed[],
  sizeOf: (axis: Axis) => number,
): Op | undefined => {
  const { op, shape } = nodes[number];
  if (op.op !== 'affine' || op.shift !== 0) return undefined;
  for (const reader of nodes) {
    if (reader.op.op !== 'einsum' || !reader.inputs.includes(number)) continue;
    const { a, b, out } = labelsOf(reader.op.formula);
    const labels = reader.inputs[0] === number ? a : b;
    const summed = labels.flatMap((label, axis) => (out.includes(label) ? [] : [axis]));
    if (summed.length !== 1 || op.scale !== 1 / Math.sqrt(shape[summed[0]])) continue;
    return { ...op, scale: 1 / Math.sqrt(sizeOf(axed[number].axes[summed[0]])) };
  }
  return undefined;
};

/** Why a value has no mean to be taken off: what is left of one entry is nothing, whatever it was. */
const withoutMean = (nodes: readonly Node[], all: readonly Node[], number: number): string | undefined => {
  const { op, inputs } = nodes[number];
  if (op.op !== 'zip' || op.fn !== 'sub') return undefined;
  const [x, mean] = inputs;
  let at = mean;
  while (nodes[at].op.op === 'broadcast' || nodes[at].op.op === 'reshape') [at] = nodes[at].inputs;
  const { op: reduced, inputs: of } = nodes[at];
  if (reduced.op !== 'reduce' || reduced.fn !== 'mean' || of[0] !== x) return undefined;
  const entries = (shape: Shape): number => volume(reduced.axes.map((axis) => shape[axis]));
  return entries(nodes[x].shape) > 1 && entries(all[x].shape) === 1
    ? `a norm takes the mean of ${showShape(nodes[x].shape)} off, and of ${showShape(all[x].shape)} it would leave nothing; take a size of two sites or more, or a norm over channels (layerNorm, groupNorm)`
    : undefined;
};

/** The inverse of a Fourier transform is divided by the number of modes, which the program has as a constant. */
const shared = (op: Op, before: Node | undefined, after: Node | undefined): Op => {
  if (op.op !== 'affine' || before?.op.op !== 'fourier' || after === undefined || op.shift !== 0) return op;
  const { axes } = before.op;
  const count = (shape: Shape): number => volume(axes.map((axis) => shape[axis]));
  return op.scale === 1 / count(before.shape) ? { ...op, scale: 1 / count(after.shape) } : op;
};

const rebuildOp = (
  { op, shape: before }: Node,
  shape: Shape,
  read: readonly [before: Shape, after: Shape] | undefined,
  { scan, rewritten }: Axed,
  sizeOf: (axis: Axis) => number,
  recognised: Recognised,
): E.Either<string, Op> => {
  if (rewritten !== undefined) return rewritten(sizeOf);
  switch (op.op) {
    case 'input':
    case 'noise':
    case 'broadcast':
    case 'reshape':
      return E.right({ ...op, shape });
    case 'constant':
      return pipe(
        E.right(numbersAgain(op, recognised, shape, sizeOf)),
        E.flatMap(
          (numbers): E.Either<string, OpOf<'constant'>['value']> =>
            numbers === undefined ? constantOf(op, before, shape) : E.right(numbers),
        ),
        E.map((value) => ({ ...op, shape, value })),
      );
    case 'slice':
      return read === undefined
        ? E.right(op)
        : pipe(
            E.traverseArray((axis: number) =>
              sliced(op.begin[axis], op.size[axis], read[0][axis], read[1][axis]),
            )(op.size.map((_, axis) => axis)),
            E.map((boxes) => ({
              ...op,
              begin: boxes.map(([begin]) => begin),
              size: boxes.map(([, size]) => size),
            })),
          );
    case 'gather':
      return read === undefined
        ? E.right(op)
        : pipe(
            regathered(op.indices, read[0][op.axis], read[1][op.axis]),
            E.map((indices) => ({ ...op, indices })),
          );
    case 'scan':
      return scan === undefined
        ? E.right(op)
        : pipe(
            rebuildNodes(op.body.nodes, scan.body, sizeOf, recognised),
            E.map((nodes) => ({
              ...op,
              steps: sizeOf(scan.steps),
              ...(op.remat === undefined ? {} : { remat: Math.min(op.remat, sizeOf(scan.steps)) }),
              body: { ...op.body, nodes },
            })),
          );
    default:
      return E.right(op);
  }
};

/** The values of a constant, which must not vary along an axis that changes. */
const constantOf = (
  { value }: OpOf<'constant'>,
  before: Shape,
  after: Shape,
): E.Either<string, OpOf<'constant'>['value']> => {
  if (typeof value === 'number' || sameShape(before, after)) return E.right(value);
  const placeIn = (flat: number, shape: Shape): Shape =>
    shape.map((n, axis) => Math.floor(flat / volume(shape.slice(axis + 1))) % n);
  /** The entry with the same index on the axes that do not change, and index 0 on the axes that change. */
  const entry = (place: Shape): number =>
    value[before.reduce((flat, n, axis) => flat * n + (n === after[axis] ? place[axis] : 0), 0)];
  const varies = value.some((one, flat) => one !== entry(placeIn(flat, before)));
  return varies
    ? E.left(
        `the numbers of a constant of ${showShape(before)} say nothing about ${showShape(after)}; what a program computes from its sizes (data, a dispersion of kSpaceWave) is written anew: build it at the new size`,
      )
    : E.right(Array.from({ length: volume(after) }, (_, flat) => entry(placeIn(flat, after))));
};
