/**
 * Sites without an order: systems of N units whose step would be the same if the units had other numbers. Units that
 * attend to one another, that a matrix couples, or the edges of a graph.
 */

import { remembered } from '../../base/remembered.js';
import type { Node, Op } from '../../dsl/op.js';
import type { Axis } from '../../dsl/resize/relations.js';
import { axesOfNodes } from '../../dsl/resize/rules.js';
import { axes } from '../../dsl/resize/sizes.js';
import { oneStep } from '../system/program.js';
import type { System } from '../system/system.js';

/** The axes that count sites, in each node of a step and in everything that it reads. */
export interface Sites {
  /** For each node, the axes that count the sites. */
  readonly nodes: readonly (readonly number[])[];
  /** For each input and parameter of the program of one step, by name; a driving sequence with its axis of time. */
  readonly given: Readonly<Record<string, readonly number[]>>;
  /** Why the order of the sites matters; null if it does not. */
  readonly ordered: string | null;
}

/** The sites of a system. Without a row of sites no axis counts them. */
export const sitesOf: (system: System) => Sites = remembered((system) => read(system));

const read = (system: System): Sites => {
  const { graph } = oneStep(system);
  const sizes = axes();
  const all = axesOfNodes(graph.nodes, sizes);
  const scan = all.find((one) => one.scan !== undefined)?.scan;
  const body = scan?.body ?? all;
  const [name] = Object.keys(system.fields);
  const at = graph.nodes.findIndex(({ op }) => op.op === 'input' && op.name === name);
  const site = all[at]?.axes[0];
  if (system.grid.length !== 1 || site === undefined)
    return { nodes: body.map(() => []), given: {}, ordered: 'its units are no row of sites' };
  const counted = (list: readonly Axis[]): readonly number[] =>
    list.flatMap((axis, i) => (sizes.areSame(axis, site) ? [i] : []));
  const nodes = body.map(({ axes: own }) => counted(own));
  return {
    nodes,
    given: Object.fromEntries(
      graph.nodes.flatMap(({ op }, i) =>
        op.op === 'input' || op.op === 'parameter' ? [[op.name, counted(all[i].axes)]] : [],
      ),
    ),
    ordered: Object.keys(system.fields).every((field) => {
      const input = graph.nodes.findIndex(({ op }) => op.op === 'input' && op.name === field);
      return sizes.areSame(all[input].axes[0], site);
    })
      ? (system.nodes
          .map((node, number) =>
            orderIn(
              node,
              nodes[number],
              node.inputs.map((input) => nodes[input]),
              system.nodes,
            ),
          )
          .find((why) => why !== null) ?? null)
      : 'its fields do not share their sites',
  };
};

/** Why an operation needs the order of the sites; null if it does not. */
const orderIn = (
  { op, shape, inputs }: Node,
  out: readonly number[],
  given: readonly (readonly number[])[],
  nodes: readonly Node[],
): string | null => {
  const [x = []] = given;
  const along = (list: readonly number[]): string | null =>
    list.some((axis) => x.includes(axis)) ? `its ${op.op} runs along the sites` : null;
  switch (op.op) {
    case 'conv':
    case 'convTranspose':
      return along(op.stride.map((_, axis) => axis));
    case 'pool':
      return along(op.size.map((_, axis) => axis));
    case 'recurrence':
    case 'spectrum':
      return along([0]);
    case 'fourier':
    case 'reverse':
      return along(op.axes);
    case 'slice':
      return along(op.size.flatMap((n, axis) => (n === nodes[inputs[0]].shape[axis] ? [] : [axis])));
    case 'concat':
      return along([op.axis]);
    case 'reshape':
      return x.length === out.length ? null : 'its reshape takes the sites apart';
    case 'noise':
      return out.length > 0 ? 'its noise is drawn site by site' : null;
    case 'scan':
      return given.some((list) => list.length > 0) ? 'a scan within its step may run along the sites' : null;
    default:
      return shape.length === 0 && out.length > 0 ? 'its sites are lost' : null;
  }
};

/** An operation of a step whose sites have new numbers: site i is now site `to[i]`. */
export const renumbered = (
  op: Op,
  out: readonly number[],
  given: readonly number[],
  to: readonly number[],
): Op => {
  switch (op.op) {
    case 'gather': {
      const read = given.includes(op.axis) ? op.indices.map((index) => to[index]) : op.indices;
      return { ...op, indices: out.includes(op.axis) ? placed(read, to) : read };
    }
    case 'scatter': {
      const read = out.includes(op.axis) ? op.indices.map((index) => to[index]) : op.indices;
      return { ...op, indices: given.includes(op.axis) ? placed(read, to) : read };
    }
    default:
      return op;
  }
};

/** Moves entry i to position `to[i]`. */
const placed = (entries: readonly number[], to: readonly number[]): readonly number[] => {
  const all = [...entries];
  for (const [i, place] of to.entries()) all[place] = entries[i];
  return all;
};
