/** Shared parts of scans and their adjoints: steps, each on whole planes. */

import type { Operand } from '../../emit/emitting.js';
import { packedBytes, packing as packingOf } from '../../emit/pack-weights.js';
import { liveNodes } from '../../ir/dependence.js';
import type { FieldNode, FieldScan, Source } from '../../ir/field.js';
import { plus } from '../../list/argument.js';
import type { Argument, Instruction } from '../../list/instruction.js';
import { type Address, addressFor, listAddress, planeBytes, sizeOf } from '../../memory/address.js';
import type { Arena } from '../../memory/arena.js';
import { scoresSites } from '../../memory/scores.js';
import { Addresses, type AddressRules } from '../addresses.js';
import { type BlockContext, build, type LaidOut } from '../build.js';
import { type Counter, eachStep, type Records } from './counter.js';

/** The states at which segments start, which a scan stores so that the segments can be recomputed. */
export interface Checkpoints {
  /** Steps of a segment. */
  readonly size: number;
  /** The address of the state at the start of a segment, at any of its steps; not for the first segment. */
  readonly state: (field: string) => Argument;
}

/** The records of a scan for its adjoint. */
export interface ScanRecord {
  readonly scan: FieldScan;
  /** The loop over its steps, whose counter is in the addresses. */
  readonly loop: number;
  /** The addresses of the recorded values of its step. */
  readonly node: (node: number) => Address;
  /** The records of the scans inside of its step. */
  readonly inside: ScanRecords;
  /** The states at the starts of its segments, if its adjoint recomputes them. */
  readonly checkpoints: Checkpoints | undefined;
  /** The address of the number of its last step, for each step around it, if it may end early. */
  readonly last: Argument | undefined;
}

/** The records of scans, by their nodes. */
export type ScanRecords = (scan: number) => ScanRecord;

/** The scans of a block of nodes and their reverses. */
export interface BlockScans {
  readonly layOut: (node: number, inputs: readonly Operand[]) => LaidOut;
  readonly record: ScanRecords;
}

/** Related graphs of a block: the reverse of its step, and scans whose reverses are in it. */
export interface Beside {
  /** The reverse of the step; its adjoints of scans determine what the scans in the step record. */
  readonly reverse: readonly FieldNode[];
  /** Scans of the step whose reverse this is. */
  readonly before?: ScanRecords;
}

/** The context in which a step is built. */
export interface StepContext {
  readonly arena: Arena;
  readonly emitting: BlockContext['emitting'];
  /** Packed weights of a node of the graph around. */
  readonly packedOuter: BlockContext['emitting']['packed'];
  /** The entries of records in the steps around it. */
  readonly around: Records;
  /** Passed as a value, since steps contain scans and scans contain steps. */
  readonly scansOf: (
    nodes: readonly FieldNode[],
    live: Iterable<number>,
    context: StepContext,
    beside: Beside,
  ) => BlockScans;
}

export const isLeaf = ({ op }: FieldNode): boolean => op.op === 'leaf';

/** An address that moves by `stride` bytes with each step of a scan. */
export const steppedBy = (address: Address, counter: Counter, stride: number): Address => ({
  ...address,
  at: plus(address.at, eachStep(counter, stride)),
});

/** The address of an unread input. */
export const unreadAddress: Address = listAddress(0);

export const unexpected = (): never => {
  throw new Error('a value of a scan that nobody laid out');
};

/** A built step: the addresses of its values, and the instructions that compute them. */
export interface Built {
  readonly addresses: Addresses;
  readonly inside: ScanRecords;
  /** Instructions that run once before the steps and pack weights from outside. */
  readonly prologue: readonly Instruction[];
  /** The nodes that are computed at every step, then those that other parts need. */
  readonly parts: readonly (readonly Instruction[])[];
}

/** The differences between a scan and its adjoint: addresses of leaves, records, and related graphs. */
interface Stepping extends AddressRules, Pick<BlockContext, 'summed'> {
  /** The nodes that are computed at every step, and lists of those that are computed at some. */
  readonly roots: readonly (readonly number[])[];
  readonly records: Records;
  readonly beside: Beside;
}

/** Builds the nodes of a step. */
export const buildStep = (
  nodes: readonly FieldNode[],
  externals: readonly Operand[],
  context: StepContext,
  { leaf, pinned, summed, roots, records, beside }: Stepping,
): Built => {
  const { arena } = context;
  const addresses = new Addresses(nodes, arena, { leaf, pinned });
  const prologue: Instruction[] = [];
  // externals are packed once, around the steps; other weights are packed at each step
  const packed: BlockContext['emitting']['packed'] = (weight, packing, key) => {
    const { op } = nodes[weight];
    if (op.op === 'leaf' && op.source.kind === 'external') {
      const { at, before } = context.packedOuter(externals[op.source.index].node, packing, key);
      for (const each of before) prologue.push(each);
      return { at, before: [] };
    }
    const at = arena.allocate(packedBytes(packing), 'packed weights of a step');
    return { at, before: packingOf(arena, packing, addresses.of(weight).at, at) };
  };
  const emitting = { ...context.emitting, packed };
  const inside: StepContext = { ...context, emitting, packedOuter: packed, around: records };
  const live = liveNodes(nodes, roots.flat());
  const scans = context.scansOf(nodes, live, inside, beside);
  const parts = build(nodes, roots, {
    arena,
    tiles: [...live].some((number) => scoresSites(nodes[number])) && 'scores',
    addresses,
    summed,
    scan: (node, inputs) => scans.layOut(node, inputs),
    emitting,
  });
  return { addresses, inside: (scan) => scans.record(scan), prologue, parts };
};

/** The address of a constant, for readers that need one. */
export const constantAddress = (
  arena: Arena,
  { value }: Extract<Source, { kind: 'constant' }>,
  { extent }: FieldNode,
): Address => {
  const bytes = sizeOf(extent);
  const { planes, grid } = extent;
  const at = arena.allocate(bytes, 'constant');
  const { floats } = arena;
  arena.fix(at, bytes);
  if (typeof value === 'number') floats.fill(value, at / 4, (at + bytes) / 4);
  else if (grid === undefined) arena.write(at, value);
  // in the order of the constant: pixels first, planes last
  else
    for (const [i, number] of value.entries())
      floats[(at + (i % planes) * planeBytes(grid)) / 4 + Math.floor(i / planes)] = number;
  return addressFor(extent, at);
};
