/** From a field graph to instructions, in the order in which they run. */

import {
  accumulates,
  clearDoubles,
  type Doubles,
  type EmitContext,
  newDoubles,
  type Operand,
  roundDoubles,
} from '../emit/emitting.js';
import { emit } from '../emit/index.js';
import type { FieldNode } from '../ir/field.js';
import type { Grid, Instruction } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import type { Addresses, PortAddresses } from './addresses.js';
import { liveNodes, phasesOf, unitsOf } from './order.js';
import { isPointwiseUnit, pointwisePass } from './pointwise-group.js';
import { buildTiles } from './tile.js';

/** A scan, or its reverse, laid out: its instructions, and where its ports are. */
export interface LaidOut {
  readonly instructions: readonly Instruction[];
  readonly port: PortAddresses;
}

/** What a block of nodes is built with. */
export interface BlockContext {
  readonly arena: Arena;
  readonly grid: Grid;
  /** Whether pixelwise parts run by tiles; the steps of a scan do not. */
  readonly tiles: boolean;
  readonly addresses: Addresses;
  /** The doubles of a node that is computed directly onto a sum; the caller clears and rounds them. */
  readonly summed: (node: number) => Doubles | undefined;
  /** Lays out a scan or its reverse. */
  readonly scan: (node: number, inputs: readonly Operand[]) => LaidOut;
  readonly emitting: Omit<EmitContext, 'strips' | 'arena' | 'grid' | 'most' | 'doubles'>;
  readonly roots: readonly number[];
}

/** The instructions that compute the roots, in the order in which they run. */
export const build = (nodes: readonly FieldNode[], around: BlockContext): readonly Instruction[] => {
  const { arena, grid, roots, addresses } = around;
  const live = liveNodes(nodes, roots);
  const instructions: Instruction[] = [];
  const operand = (number: number): Operand => addresses.operand(number);
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
    const made = newDoubles(arena, nodes[number].extent, grid);
    own.set(number, made);
    return made;
  };
  const emitting = { ...around.emitting, doubles };
  const whole: EmitContext = { ...emitting, arena, grid, most: 1 };

  for (const phase of phasesOf(nodes, live, around.tiles)) {
    const heavy = phase.nodes.some((number) =>
      ['dense', 'denseWeight', 'crossEntropy'].includes(nodes[number].op.op),
    );
    if (phase.tiled && heavy) {
      const tiles = buildTiles(nodes, phase.nodes, {
        arena,
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
        instructions.push(pointwisePass(nodes, unit, used, operand, { arena, grid }));
        continue;
      }
      const [number] = unit;
      const node = nodes[number];
      if (node.op.op === 'port') continue;
      const inputs = node.inputs.map(operand);
      if (node.op.op === 'scan' || node.op.op === 'scanAdjoint') {
        const laidOut = around.scan(number, inputs);
        addresses.addPorts(number, laidOut.port);
        instructions.push(...laidOut.instructions);
        continue;
      }
      const sums = accumulates(node) && around.summed(number) === undefined ? doubles(number) : undefined;
      if (sums !== undefined) instructions.push(clearDoubles(sums, node.extent, whole));
      // one by one: as arguments of one call, a long axis of channels has too many
      for (const each of emit(node, inputs, operand(number), whole)) instructions.push(each);
      if (sums !== undefined) instructions.push(roundDoubles(sums, operand(number), whole));
    }
  }
  // an output that is an input needs an address before samples are fed
  for (const root of roots) addresses.of(root);
  return instructions;
};
