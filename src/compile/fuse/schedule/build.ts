/** From a field graph to instructions: where every value lies, and what is done in which order. */

import {
  accumulates,
  clearDoubles,
  type Doubles,
  type Emitting,
  newDoubles,
  type Operand,
  settleDoubles,
} from '../emit/emitting.js';
import { emit } from '../emit/index.js';
import type { FieldNode, Source } from '../ir/field.js';
import { type Grid, type Instruction, listPlace, type Place, sizeOf, wholePlace } from '../memory/address.js';
import type { Machine } from '../memory/arena.js';
import { liveNodes, phasesOf, unitsOf } from './order.js';
import { group, isPointwiseUnit } from './pointwise-group.js';
import { buildTiles } from './tile.js';

export interface Surroundings {
  readonly machine: Machine;
  readonly grid: Grid;
  /** Whether pixelwise parts run by tiles; the steps of a scan do not. */
  readonly tiles: boolean;
  readonly leaf: (source: Source, node: number) => Place;
  /** Where a node is to be computed, if that is settled. */
  readonly pinned: (node: number) => Place | undefined;
  /** The doubles of a node that is computed right onto a sum, which others set to zero and settle. */
  readonly summed: (node: number) => Doubles | undefined;
  /** Memory for a node that is not pinned. */
  readonly fresh: (bytes: number) => number;
  /** Nodes that are more than one instruction: scans and their reverses; ports have their places. */
  readonly special: (node: number, inputs: readonly Operand[]) => readonly Instruction[];
  readonly port: (node: number) => Place;
  readonly emitting: Omit<Emitting, 'strips' | 'machine' | 'grid' | 'most' | 'doubles'>;
  readonly roots: readonly number[];
  /** Told where places are found, before anything is built. */
  readonly placed?: (place: (node: number) => Place) => void;
}

export interface Built {
  readonly instructions: readonly Instruction[];
  readonly place: (node: number) => Place;
}

export const build = (nodes: readonly FieldNode[], around: Surroundings): Built => {
  const { machine, grid, roots } = around;
  const live = liveNodes(nodes, roots);
  const places = new Map<number, Place>();
  const instructions: Instruction[] = [];
  const place = (number: number): Place => {
    const known = places.get(number);
    if (known !== undefined) return known;
    const made = newPlace(number);
    places.set(number, made);
    return made;
  };
  const newPlace = (number: number): Place => {
    const { op, extent } = nodes[number];
    if (op.op === 'leaf') return around.leaf(op.source, number);
    if (op.op === 'port') return around.port(number);
    const pin = around.pinned(number);
    if (pin !== undefined) return pin;
    const at = around.fresh(sizeOf(extent, grid));
    return extent.grid ? wholePlace(() => at, grid) : listPlace(() => at);
  };
  const operand = (number: number): Operand => ({
    node: number,
    place: place(number),
    extent: nodes[number].extent,
  });
  around.placed?.(place);
  const users = new Map<number, number[]>();
  for (const number of live)
    for (const input of nodes[number].inputs) users.set(input, [...(users.get(input) ?? []), number]);
  const isRoot = new Set(roots);
  const isRead = (number: number, within: (user: number) => boolean): boolean =>
    isRoot.has(number) || (users.get(number) ?? []).some((user) => !within(user));
  const own = new Map<number, Doubles>();
  const doubles = (number: number): Doubles => {
    const known = around.summed(number) ?? own.get(number);
    if (known !== undefined) return known;
    const made = newDoubles(machine, nodes[number].extent, grid);
    own.set(number, made);
    return made;
  };
  const emitting = { ...around.emitting, doubles };
  const whole: Emitting = { ...emitting, machine, grid, most: 1 };

  for (const phase of phasesOf(nodes, live, around.tiles)) {
    const heavy = phase.nodes.some((number) =>
      ['dense', 'denseWeight', 'crossEntropy'].includes(nodes[number].op.op),
    );
    if (phase.tiled && heavy) {
      const tiles = buildTiles(nodes, phase.nodes, {
        machine,
        grid,
        emitting,
        isSummed: (number) => around.summed(number) !== undefined,
        isRead,
        operand,
      });
      for (const each of tiles) instructions.push(each);
      continue;
    }
    for (const unit of unitsOf(nodes, phase.nodes)) {
      if (isPointwiseUnit(nodes, unit)) {
        const used = unit.filter((n) => isRead(n, (user) => unit.includes(user)));
        instructions.push(group(nodes, unit, used, operand, { machine, grid }));
        continue;
      }
      const [number] = unit;
      const node = nodes[number];
      if (node.op.op === 'port') continue;
      const inputs = node.inputs.map(operand);
      if (node.op.op === 'scan' || node.op.op === 'reverse') {
        instructions.push(...around.special(number, inputs));
        continue;
      }
      const sums = accumulates(node) && around.summed(number) === undefined ? doubles(number) : undefined;
      if (sums !== undefined) instructions.push(clearDoubles(sums, node.extent, whole));
      // one by one: as arguments of one call, a long axis of channels has too many
      for (const each of emit(node, inputs, operand(number), whole)) instructions.push(each);
      if (sums !== undefined) instructions.push(settleDoubles(sums, operand(number), whole));
    }
  }
  // what is only handed through has a place too, before it is fed
  for (const root of roots) place(root);
  return { instructions, place };
};
