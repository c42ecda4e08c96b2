/**
 * The adjoint of a scan's step, as a graph of its own. Expensive values (convolutions, dense layers, transcendental
 * functions) are residuals, which the scan records; the others are recomputed from them.
 */

import { FieldBuilder } from '../ir/builder.js';
import type { FieldNode, FieldScan, FieldScanAdjoint, Source } from '../ir/field.js';
import { dependents } from '../schedule/order.js';
import { Cotangents } from './cotangents.js';
import { type Recomputation, recomputation } from './recompute-velocity.js';
import { residualNodes } from './residuals.js';
import { addVjp, type VjpContext } from './rules.js';

/** The adjoint of a step, with the fields that it recomputes. */
export type AdjointStep = Pick<FieldScanAdjoint, 'nodes' | 'carry' | 'elements' | 'externals'> & {
  /** How the fields that are not recorded are recomputed. */
  readonly recomputed: ReadonlyMap<string, Recomputation>;
};

/** Whether a value is recorded rather than recomputed: it reads neighbours or weights, or is more than arithmetic. */
const isExpensive = ({ op }: FieldNode): boolean => {
  switch (op.op) {
    case 'map':
      return !['relu', 'square', 'abs', 'sign', 'stopGradient'].includes(op.fn);
    case 'leaf':
    case 'affine':
    case 'zip':
    case 'keep':
    case 'spread':
    case 'slicePlanes':
    case 'concatPlanes':
    case 'repeatPlanes':
    case 'rearrange':
      return false;
    default:
      return true;
  }
};

/** The number of planes that are recorded at each step. */
const residualPlanes = (scan: FieldScan, observed: readonly string[], { nodes }: AdjointStep): number =>
  [...residualNodes(scan, observed, nodes)].reduce((sum, node) => {
    const { op, extent } = scan.body.nodes[node];
    return sum + (extent.grid && op.op !== 'leaf' ? extent.planes : 0);
  }, 0);

/**
 * The adjoint step with the fewest residuals: fields are recomputed from residuals that are kept anyway. A field is
 * recomputed only if that saves memory by itself. So two velocities are never recomputed from one displacement, whose
 * start only one of them knows.
 */
export const adjointStep = (
  scan: FieldScan,
  observed: readonly string[],
  wanted: (source: Source) => boolean,
): AdjointStep => {
  const { body, fields } = scan;
  let best = derive(scan, observed, wanted, new Map());
  for (const field of fields)
    for (const from of fields) {
      const how = recomputation(body, field, from);
      if (how === undefined) continue;
      const other = derive(scan, observed, wanted, new Map([...best.recomputed, [field, how]]));
      if (residualPlanes(scan, observed, other) < residualPlanes(scan, observed, best)) best = other;
    }
  return best;
};

const derive = (
  { body, fields }: FieldScan,
  observed: readonly string[],
  wantedSource: (source: Source) => boolean,
  recomputed: ReadonlyMap<string, Recomputation>,
): AdjointStep => {
  const b = new FieldBuilder();
  const forward = body.nodes;
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
        : isExpensive(node)
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
  for (const name of observed) seed(body.observe[name], { kind: 'observed', name });
  const context: VjpContext = {
    builder: b,
    nodes: forward,
    value,
    addCotangent: (node, cotangent) => cotangents.add(node, cotangent),
    addSlice: (node, piece) => cotangents.addSlice(node, piece),
    wanted: (node) => depends[node],
  };
  for (let number = forward.length - 1; number >= 0; number--) {
    if (!depends[number] || forward[number].op.op === 'leaf') continue;
    const cotangent = cotangents.of(number);
    if (cotangent !== undefined) addVjp(number, cotangent, context);
  }
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
  return { nodes: b.nodes, carry, elements, externals, recomputed };
};
