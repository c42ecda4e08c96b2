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
import { liveNodes } from '../ir/dependence.js';
import { type FieldNode, isOverSites } from '../ir/field.js';
import type { Instruction } from '../list/instruction.js';
import { strideOf } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import type { Addresses, PortAddresses } from './addresses.js';
import { copyBytes } from './copy-value.js';
import { type Phase, phasesOf, unitsOf } from './order.js';
import { isPointwiseUnit, pointwisePass } from './pointwise-group.js';
import { buildTiles } from './tile.js';

/** A laid-out scan, or its reverse: its instructions, and the addresses of its ports. */
export interface LaidOut {
  readonly instructions: readonly Instruction[];
  readonly port: PortAddresses;
}

/** The context in which a block of nodes is built. */
export interface BlockContext {
  readonly arena: Arena;
  /** Whether pixelwise parts run by tiles; in the steps of a scan, only those with scores of sites. */
  readonly tiles: boolean | 'scores';
  readonly addresses: Addresses;
  /** The doubles of a node that is computed directly onto a sum; the caller clears and rounds them. */
  readonly summed: (node: number) => Doubles | undefined;
  /** Lays out a scan or its reverse. */
  readonly scan: (node: number, inputs: readonly Operand[]) => LaidOut;
  readonly emitting: Omit<EmitContext, 'tile' | 'arena' | 'doubles'>;
  /** Takes the instructions that must run before those emitted last: the packing of computed weights. */
  readonly first?: () => readonly Instruction[];
}

/**
 * The instructions that compute each list of roots, in order; each computes only nodes that earlier lists have not.
 */
export const build = (
  nodes: readonly FieldNode[],
  parts: readonly (readonly number[])[],
  around: BlockContext,
): readonly (readonly Instruction[])[] => {
  const { arena, addresses } = around;
  const roots = parts.flat();
  const live = liveNodes(nodes, roots);
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
    const made = newDoubles(arena, nodes[number].extent);
    own.set(number, made);
    return made;
  };
  const emitting = { ...around.emitting, doubles };
  const whole: EmitContext = { ...emitting, arena };
  const addPhase = (phase: Phase, instructions: Instruction[]): void => {
    /** Adds instructions, after those that they need once. */
    const push = (more: readonly Instruction[]): void => {
      // one by one, since a long axis of channels gives too many arguments for one call
      for (const each of around.first?.() ?? []) instructions.push(each);
      for (const each of more) instructions.push(each);
    };
    const heavy = phase.nodes.some((number) =>
      around.tiles === 'scores'
        ? isOverSites(nodes[number])
        : ['dense', 'denseWeight', 'crossEntropy'].includes(nodes[number].op.op),
    );
    if (phase.tiled !== undefined && heavy) {
      const tiles = buildTiles(nodes, phase.nodes, {
        arena,
        grid: phase.tiled,
        emitting,
        isSummed: (number) => around.summed(number) !== undefined,
        isRead,
        operand,
      });
      push(tiles);
      return;
    }
    for (const unit of unitsOf(nodes, phase.nodes)) {
      if (isPointwiseUnit(nodes, unit)) {
        const used = unit.filter((n) => isRead(n, (user) => unit.includes(user)));
        push([pointwisePass(nodes, unit, used, operand, {})]);
        continue;
      }
      const [number] = unit;
      const node = nodes[number];
      if (node.op.op === 'port') {
        // a scan inside of a step overwrites its ports in the next step
        const from = addresses.leftAt(number);
        if (from !== undefined) push([copyBytes(from.at, addresses.of(number).at, strideOf(node.extent))]);
        continue;
      }
      const inputs = node.inputs.map(operand);
      if (node.op.op === 'scan' || node.op.op === 'scanAdjoint') {
        const laidOut = around.scan(number, inputs);
        addresses.addPorts(number, laidOut.port);
        push(laidOut.instructions);
        continue;
      }
      const sums = accumulates(node) && around.summed(number) === undefined ? doubles(number) : undefined;
      if (sums !== undefined) push([clearDoubles(sums, node.extent, whole)]);
      push(emit(node, inputs, operand(number), whole));
      if (sums !== undefined) push([roundDoubles(sums, operand(number))]);
    }
  };

  const done = new Set<number>();
  const made = parts.map((part) => {
    const instructions: Instruction[] = [];
    const left = new Set([...liveNodes(nodes, part)].filter((number) => !done.has(number)));
    for (const phase of phasesOf(nodes, left, around.tiles !== false, done)) addPhase(phase, instructions);
    for (const number of left) done.add(number);
    return instructions;
  });
  // an output that is an input needs an address before samples are fed
  for (const root of roots) addresses.of(root);
  return made;
};
