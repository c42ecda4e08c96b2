/**
 * Steps that depend on the position: operations along space other than convolutions, and constants that differ between
 * sites.
 */

import { labelsOf } from '../../dsl/einsum-formula.js';
import type { Node, Op } from '../../dsl/op.js';
import { volume } from '../../dsl/shape.js';
import { along } from '../system/along.js';
import { givenToModes, lostModes } from '../system/modes.js';
import { type External, isOn, type System, weightsIn } from '../system/system.js';
import { ringPieces } from './ring-pieces.js';

const leaves: readonly string[] = ['state', 'element', 'input', 'clock', 'noise'];

/** Whether nodes depend on state or drives. */
export const movingIn = (nodes: readonly Node[]): readonly boolean[] =>
  along<boolean>(nodes, ({ op }, inputs) => leaves.includes(op.op) || inputs.some((each) => each));

/**
 * Why a step is not the same at every site; null if it is. Constants on the grid do not count, since laws move them
 * with everything else.
 */
export const placedIn = (system: System): string | null => {
  const { kind, nodes, externals, grid } = system;
  const rank = grid.length;
  if (rank === 0) return null;
  const notConvolved = lostModes(nodes, rank) ?? ofSamples(nodes, externals);
  if (notConvolved !== null) return notConvolved;
  const moving = movingIn(nodes);
  const isGrid = (shape: readonly number[]): boolean =>
    shape.length >= rank && grid.every((n, axis) => shape[axis] === n);
  const onRing = ringPieces(system, moving);
  const boundless = nodes.some(({ op }) => op.op === 'batchNorm');
  for (const [number, node] of nodes.entries()) {
    const { op, inputs, shape } = node;
    const from = inputs[0] === undefined ? [] : nodes[inputs[0]].shape;
    const was = isGrid(from);
    const why = tied(op, {
      was,
      shape,
      from,
      grid,
      moves: moving[number],
      piece: onRing[number] && onRing[inputs[0]],
    });
    if (why !== null) return why;
    if (op.op === 'einsum' && pairsSites(op.formula, inputs, moving, rank))
      return 'its sites are weighed in pairs by what is given';
    if (op.op === 'einsum' && kind === 'map' && makesPairs(op.formula, rank))
      return 'it makes something of each pair of sites, which moves with both';
    if (op.op === 'slice' && was && !isGrid(shape) && !onRing[number] && moving[number])
      return 'it cuts a part out of space';
    if (op.op === 'slice' && isOn(grid, shape) && !isGrid(from) && !onRing[inputs[0]] && moving[number])
      return 'it cuts its grid out of a larger one, which is no ring';
    if (op.op === 'concat' && isOn(grid, shape) && op.axis < rank && !onRing[number] && moving[number])
      return 'it puts parts of space together';
    // After batch statistics nothing can be decided; the cases report this.
    if (op.op === 'recurrence' && isOn(grid, shape) && !boundless)
      return 'a recurrence runs along it one way, and begins at its first site';
  }
  return null;
};

/**
 * Why fields of the sample must not multiply modes: under a shift in space, factors of modes do not shift.
 */
const ofSamples = (nodes: readonly Node[], externals: readonly External[]): string | null => {
  const given = new Set(givenToModes(nodes));
  const field = nodes.find(
    ({ op }, number) => given.has(number) && op.op === 'external' && externals[op.index].kind === 'field',
  );
  return field === undefined ? null : 'a field of the sample multiplies the modes of space';
};

/**
 * Whether a product sums over sites of a moving value with weights that stay. Its weights belong to pairs of
 * sites, so a shift would have to shift the pairs.
 */
const pairsSites = (
  formula: string,
  [first, second]: readonly number[],
  moving: readonly boolean[],
  rank: number,
): boolean => {
  if (moving[first] === moving[second]) return false;
  const { a, b, out } = labelsOf(formula);
  const [labels, others] = moving[first] ? [a, b] : [b, a];
  return labels.slice(0, rank).some((label) => others.includes(label) && !out.includes(label));
};

/** Whether a product has the sites of both operands, each along axes of its own. */
const makesPairs = (formula: string, rank: number): boolean => {
  const { a, b, out } = labelsOf(formula);
  const [first, second] = [a.slice(0, rank), b.slice(0, rank)];
  return (
    [...first, ...second].every((label) => out.includes(label)) && !first.some((l) => second.includes(l))
  );
};

interface Place {
  /** Whether the input is on the grid. */
  readonly was: boolean;
  readonly shape: readonly number[];
  readonly from: readonly number[];
  readonly grid: readonly number[];
  readonly moves: boolean;
  /** Whether it and what it reads are pieces of a ring. */
  readonly piece: boolean;
}

const tied = (op: Op, { was, shape, from, grid, moves, piece }: Place): string | null => {
  const rank = grid.length;
  const on = shape.length >= rank && grid.every((n, axis) => shape[axis] === n);
  switch (op.op) {
    case 'pool':
      return piece && op.stride.every((step) => step === 1)
        ? null
        : `its step has 'pool', which changes the grid`;
    case 'convTranspose':
    case 'spectrum':
      return `its step has '${op.op}', which changes the grid`;
    case 'scan':
      return 'a scan runs within its step';
    case 'gather':
    case 'scatter':
      return was && op.axis < rank ? 'it takes sites by their numbers' : null;
    case 'reverse':
      return was && op.axes.some((axis) => axis < rank) ? 'it mirrors space' : null;
    case 'transpose':
      return was && op.axes.slice(0, rank).some((axis, i) => axis !== i) ? 'it turns space' : null;
    case 'reshape':
      if (moves) return was !== on && shape.length > 0 && volume(shape) > 1 ? 'it reshapes space' : null;
      return isOn(grid, shape) && !isOn(grid, from) && volume(from) > 1 && volume(grid) > 1
        ? 'it holds numbers that differ from site to site'
        : null;
    case 'broadcast':
      return !moves &&
        isOn(grid, shape) &&
        grid.some((n, axis) => n > 1 && from[axis] === n) &&
        !isOn(grid, from)
        ? 'it holds numbers that differ from row to row'
        : null;
    default:
      return null;
  }
};

/** Whether a weight is on the grid, like a mask or a source, and is not a kernel. */
export const isMedium = ({ nodes, externals, grid }: System, { name, shape }: External): boolean => {
  const kernels = weightsIn(nodes);
  const isIt = (op: Op): boolean =>
    (op.op === 'external' && externals[op.index].name === name) ||
    (op.op === 'parameter' && op.name === name);
  return isOn(grid, shape) && !nodes.some(({ op }, number) => kernels.has(number) && isIt(op));
};

/** Whether a system has constants or weights on the grid. */
export const holdsPlaces = (system: System): boolean => {
  const { nodes, externals, grid } = system;
  const kernels = weightsIn(nodes);
  return (
    externals.some((external) => external.kind === 'weight' && isMedium(system, external)) ||
    nodes.some(
      ({ op }, number) =>
        op.op === 'constant' &&
        typeof op.value !== 'number' &&
        !kernels.has(number) &&
        isOn(grid, op.shape) &&
        new Set(op.value).size > 1,
    )
  );
};
