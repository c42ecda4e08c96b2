/**
 * The adjoint of a scan's step, as a graph of its own. Expensive values (convolutions, dense layers, transcendental
 * functions) are residuals, which the scan records; the others are recomputed from them.
 */

import { FieldBuilder } from '../ir/builder.js';
import { dependents } from '../ir/dependence.js';
import {
  type FieldNode,
  type FieldScan,
  type FieldScanAdjoint,
  isPointwise,
  type Source,
} from '../ir/field.js';
import { seldomNodes } from '../ir/seldom.js';
import { scoresSites } from '../memory/scores.js';
import { Cotangents } from './cotangents.js';
import { type Recomputation, recomputation } from './recompute-velocity.js';
import { residualNodes } from './residuals.js';
import { type AddScanAdjoint, reversePass } from './reverse-pass.js';
import type { VjpContext } from './rules.js';

/** The adjoint of a step, with the fields that it recomputes. */
export type AdjointStep = Pick<FieldScanAdjoint, 'nodes' | 'carry' | 'elements' | 'externals' | 'handed'> & {
  /** How the fields that are not recorded are recomputed. */
  readonly recomputed: ReadonlyMap<string, Recomputation>;
};

/** Whether a value is recorded rather than recomputed: it reads neighbours or weights, or is more than arithmetic. */
export const isExpensive = ({ op }: FieldNode): boolean => {
  switch (op.op) {
    case 'map':
      return !['relu', 'square', 'abs', 'sign', 'floor', 'stopGradient'].includes(op.fn);
    case 'zip':
      return op.fn === 'atan2';
    case 'leaf':
    case 'affine':
    case 'where':
    case 'keep':
    case 'spread':
    case 'slicePlanes':
    case 'concatPlanes':
    case 'gatherPixels':
    case 'concatPixels':
    case 'repeatPlanes':
    case 'rearrange':
    case 'sites':
      return false;
    default:
      return true;
  }
};

/**
 * Scores of sites, and values computed from each score by itself. They are recomputed tile by tile from the recorded
 * maximum and sum of a row.
 */
const scoresIn = (nodes: readonly FieldNode[]): ReadonlySet<number> => {
  const scores = new Set<number>();
  for (const [number, node] of nodes.entries())
    if (scoresSites(node) || (isPointwise(node) && node.inputs.some((input) => scores.has(input))))
      scores.add(number);
  return scores;
};

/** The number of planes that are recorded at each step. */
const residualPlanes = (scan: FieldScan, observed: readonly string[], { nodes }: AdjointStep): number =>
  [...residualNodes(scan, observed, nodes)].reduce((sum, node) => {
    const { op, extent } = scan.body.nodes[node];
    return sum + (extent.grid !== undefined && op.op !== 'leaf' ? extent.planes : 0);
  }, 0);

/**
 * The adjoint step with the fewest residuals: fields are recomputed from residuals that are kept anyway. A field is
 * recomputed only if that alone saves memory. So two velocities are never recomputed from one displacement, whose
 * start is known for only one of them. `addScan`: derives the adjoints of scans inside the step.
 */
export const adjointStep = (
  scan: FieldScan,
  observed: readonly string[],
  wanted: (source: Source) => boolean,
  addScan: AddScanAdjoint,
): AdjointStep => {
  const { body, fields } = scan;
  let best = derive(scan, observed, wanted, addScan, new Map());
  // if segments are recomputed, the step before the first of a segment is not in memory
  if (scan.remat !== undefined) return best;
  for (const field of fields)
    for (const from of fields) {
      const how = recomputation(body, field, from);
      if (how === undefined) continue;
      const other = derive(scan, observed, wanted, addScan, new Map([...best.recomputed, [field, how]]));
      if (residualPlanes(scan, observed, other) < residualPlanes(scan, observed, best)) best = other;
    }
  return best;
};

const derive = (
  scan: FieldScan,
  observed: readonly string[],
  wantedSource: (source: Source) => boolean,
  addScan: AddScanAdjoint,
  recomputed: ReadonlyMap<string, Recomputation>,
): AdjointStep => {
  const { body, fields } = scan;
  const b = new FieldBuilder();
  const forward = body.nodes;
  const scores = scoresIn(forward);
  const isWanted = (number: number): boolean => {
    const { op } = forward[number];
    return op.op === 'leaf' && wantedSource(op.source);
  };
  const depends = dependents(forward, isWanted);
  const leaf = (source: Source, { extent }: FieldNode): number => b.add({ op: 'leaf', source }, [], extent);
  const recompute = ({ from, keep, gain, moved }: Recomputation, node: FieldNode): number => {
    const now = leaf({ kind: 'state', field: from }, node);
    const [later, sooner] =
      moved === 'after'
        ? [now, leaf({ kind: 'earlier', field: from }, node)]
        : [leaf({ kind: 'residual', node: body.next[from] }, node), now];
    return b.affine(b.zip('sub', later, b.affine(sooner, keep)), 1 / gain);
  };
  const values = new Map<number, number>();
  const value = (number: number): number => {
    const known = values.get(number);
    if (known !== undefined) return known;
    const node = forward[number];
    const { op, extent } = node;
    const how = op.op === 'leaf' && op.source.kind === 'state' ? recomputed.get(op.source.field) : undefined;
    const made =
      how !== undefined
        ? recompute(how, node)
        : isExpensive(node) && !scores.has(number)
          ? leaf({ kind: 'residual', node: number }, node)
          : b.add(op, node.inputs.map(value), extent);
    values.set(number, made);
    return made;
  };
  const cotangents = new Cotangents(b, (node) => forward[node].extent);
  const seed = (node: number, source: Source): void => {
    if (depends[node]) cotangents.add(node, leaf(source, forward[node]));
  };
  for (const field of fields) seed(body.next[field], { kind: 'carry', field });
  const stopped = body.stopped === undefined ? undefined : value(body.stopped);
  const ending = stopped === undefined ? undefined : new Ending(b, stopped);
  for (const name of observed) {
    const node = body.observe[name];
    if (!depends[node]) continue;
    const given = leaf({ kind: 'observed', name }, forward[node]);
    cotangents.add(node, ending === undefined ? given : ending.cotangentOf(name, given));
  }
  const context: VjpContext = {
    builder: b,
    nodes: forward,
    value,
    addCotangent: (node, cotangent) => cotangents.add(node, cotangent),
    addSlice: (node, piece) => cotangents.addSlice(node, piece),
    wanted: (node) => depends[node],
  };
  reversePass(forward, cotangents, context, addScan, keptContext(context, seldomNodes(scan), ending));
  const carry: Record<string, number> = {};
  const elements: Record<number, number> = {};
  const externals: Record<number, number> = {};
  for (const [number, { op }] of forward.entries()) {
    if (op.op !== 'leaf' || !isWanted(number)) continue;
    const d = cotangents.of(number);
    if (d === undefined) continue;
    if (op.source.kind === 'state') carry[op.source.field] = d;
    if (op.source.kind === 'element') elements[op.source.sequence] = d;
    if (op.source.kind === 'external') externals[op.source.index] = d;
  }
  const handed = ending === undefined ? {} : { handed: ending.handed };
  return { nodes: b.nodes, carry, elements, externals, ...handed, recomputed };
};

/**
 * Cotangents of samples that end after different numbers of steps. The cotangents of an observation at steps that
 * changed nothing are summed from the last step on, and the sum is used at the step before the first of them. So the
 * bits of a sample do not depend on when others end.
 */
class Ending {
  /** 1 if a step changed nothing and is not the first, which has no step before it. */
  readonly #held: number;
  readonly #handed: Record<string, number> = {};

  constructor(
    private readonly b: FieldBuilder,
    stopped: number,
  ) {
    const clock = b.add({ op: 'leaf', source: { kind: 'clock' } }, [], { planes: 1, grid: undefined });
    this.#held = b.zip('greater', b.zip('mul', stopped, clock), b.constant(0));
  }

  get handed(): Readonly<Record<string, number>> {
    return this.#handed;
  }

  /** The cotangent of an observation at a step, from the one given there. */
  cotangentOf(name: string, given: number): number {
    const { b } = this;
    const { planes } = b.extent(given);
    const held = planes === 1 ? this.#held : this.#repeated(planes);
    const total = b.zip('add', this.#leaf(`tail/${name}`, given), given);
    this.#handed[`tail/${name}`] = b.where([held, total, b.constant(0)]);
    return b.where([held, b.constant(0), total]);
  }

  /** 1 if the sum of later steps is used here. */
  due(): number {
    this.#handed.held = this.#held;
    return this.#leaf('held', this.#held);
  }

  #leaf(what: string, like: number): number {
    return this.b.add({ op: 'leaf', source: { kind: 'handed', what } }, [], this.b.extent(like));
  }

  #repeated(count: number): number {
    const { grid } = this.b.extent(this.#held);
    return this.b.add({ op: 'repeatPlanes', outer: 1, count, inner: 1 }, [this.#held], {
      planes: count,
      grid,
    });
  }
}

/**
 * The rules for nodes that are computed only for observations after steps k, 2k, ...: at other steps they pass
 * nothing on. Their cotangent is 0 there, and 0 times an infinite slope would be NaN.
 */
const keptContext =
  (context: VjpContext, seldom: ReadonlyMap<number, number>, ending: Ending | undefined) =>
  (number: number): VjpContext => {
    const every = seldom.get(number);
    if (every === undefined) return context;
    const { builder: b } = context;
    const kept = (to: number, cotangent: number): number => {
      if (seldom.get(to) === every) return cotangent;
      const is = b.add({ op: 'leaf', source: { kind: 'kept', every } }, [], { planes: 1, grid: undefined });
      if (ending === undefined) return b.where([is, cotangent, b.constant(0)]);
      // at such a step, or if the sum of steps after a sample's end is used here
      const [now, { planes, grid }] = [b.zip('max', ending.due(), is), b.extent(cotangent)];
      const all =
        planes === 1 || grid === undefined
          ? now
          : b.add({ op: 'repeatPlanes', outer: 1, count: planes, inner: 1 }, [now], { planes, grid });
      return b.where([all, cotangent, b.constant(0)]);
    };
    return {
      ...context,
      addCotangent: (to, cotangent) => context.addCotangent(to, kept(to, cotangent)),
      addSlice: (to, slice) => context.addSlice(to, { ...slice, node: kept(to, slice.node) }),
    };
  };
