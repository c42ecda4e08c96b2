/** What scans and their adjoints share: steps, each on whole planes. */

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

/** The states that segments of steps start from, which a scan leaves for them to be computed again. */
export interface Checkpoints {
  /** Steps of a segment. */
  readonly size: number;
  /** Where the state is with which a segment begins, at any of its steps; not that of the first segment. */
  readonly state: (field: string) => Argument;
}

/** What a scan leaves for its adjoint. */
export interface ScanRecord {
  readonly scan: FieldScan;
  /** The loop over its steps, whose counter is in the addresses. */
  readonly loop: number;
  /** Where the values of its step are that were recorded. */
  readonly node: (node: number) => Address;
  /** What the scans inside of its step left. */
  readonly inside: ScanRecords;
  /** The states with which its segments begin, if its adjoint computes them again. */
  readonly checkpoints: Checkpoints | undefined;
  /** Where the number of the last step is that it took in a step around it, if it may end before all are taken. */
  readonly last: Argument | undefined;
}

/** What scans left, by their nodes. */
export type ScanRecords = (scan: number) => ScanRecord;

/** The scans of a block of nodes and their reverses. */
export interface BlockScans {
  readonly layOut: (node: number, inputs: readonly Operand[]) => LaidOut;
  readonly record: ScanRecords;
}

/** What a block knows of others: of the reverse of its steps, and of scans whose reverses are in it. */
export interface Beside {
  /** The reverse of the step, whose adjoints of scans tell what the scans in the step record. */
  readonly reverse: readonly FieldNode[];
  /** Scans of the step whose reverse this is. */
  readonly before?: ScanRecords;
}

/** What a step is built with. */
export interface StepContext {
  readonly arena: Arena;
  readonly emitting: BlockContext['emitting'];
  /** Packed weights of a node of the graph around. */
  readonly packedOuter: BlockContext['emitting']['packed'];
  /** Entries of what is recorded in the steps around. */
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

/** What has a place among inputs and is not read. */
export const unreadAddress: Address = listAddress(0);

export const unexpected = (): never => {
  throw new Error('a value of a scan that nobody laid out');
};

/** A step, built: where its values are at each step, and what computes them. */
export interface Built {
  readonly addresses: Addresses;
  readonly inside: ScanRecords;
  /** What runs once before the steps: weights from outside are packed. */
  readonly prologue: readonly Instruction[];
  /** The nodes that are computed at every step, then those that other parts need. */
  readonly parts: readonly (readonly Instruction[])[];
}

/** The differences between a scan and its adjoint: addresses of leaves, records, and what is known of other steps. */
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
  // mostly externals, which are packed around the steps; other weights are packed at each step
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

/** A constant in memory, for what needs an address. */
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
  // as it is written: pixels first, planes last
  else
    for (const [i, number] of value.entries())
      floats[(at + (i % planes) * planeBytes(grid)) / 4 + Math.floor(i / planes)] = number;
  return addressFor(extent, at);
};
