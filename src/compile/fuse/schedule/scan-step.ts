/** What scans and their adjoints share: steps, each on whole planes. */

import type { Operand } from '../emit/emitting.js';
import { packedBytes, packer } from '../emit/pack-weights.js';
import type { FieldNode, Source } from '../ir/field.js';
import { copy, copyCells } from '../kernels/move.js';
import {
  type Address,
  type Grid,
  type Instruction,
  listAddress,
  numberBytes,
  sizeOf,
  wholeAddress,
} from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import { Addresses, type AddressRules } from './addresses.js';
import { type BlockContext, build } from './build.js';

/** What a step is built with. */
export interface StepContext {
  readonly arena: Arena;
  readonly grid: Grid;
  readonly emitting: BlockContext['emitting'];
  /** Packed weights of a node of the main graph. */
  readonly packedOuter: BlockContext['emitting']['packed'];
}

export const isLeaf = ({ op }: FieldNode): boolean => op.op === 'leaf';

/** An address that moves with the step. */
export const offsetBy = (address: Address, by: (t: number) => number): Address => ({
  ...address,
  at: (t) => address.at(0) + by(t),
});

export const unexpected = (): never => {
  throw new Error('a scan inside a step');
};

/** Weights of a step: mostly externals, which the main graph has packed; others are packed at each step. */
const packedInside =
  (
    nodes: readonly FieldNode[],
    externals: readonly Operand[],
    context: StepContext,
    addresses: Addresses,
  ): BlockContext['emitting']['packed'] =>
  (weight, packing, key) => {
    const { op } = nodes[weight];
    if (op.op === 'leaf' && op.source.kind === 'external')
      return context.packedOuter(externals[op.source.index].node, packing, key);
    const at = context.arena.allocate(packedBytes(packing));
    const pack = packer(context.arena, packing, at);
    return { at, refresh: (t) => pack(addresses.of(weight).at(t)) };
  };

/** A step, built: where its values are at each step, and what computes them. */
export interface Built {
  readonly addresses: Addresses;
  readonly instructions: readonly Instruction[];
}

/** Builds the nodes of a step. A scan and its adjoint differ in the addresses of leaves and in what is recorded. */
export const buildStep = (
  nodes: readonly FieldNode[],
  externals: readonly Operand[],
  context: StepContext,
  { leaf, pinned, summed, roots }: AddressRules & Pick<BlockContext, 'summed' | 'roots'>,
): Built => {
  const { arena, grid } = context;
  const addresses = new Addresses(nodes, arena, grid, { leaf, pinned });
  const packed = packedInside(nodes, externals, context, addresses);
  const instructions = build(nodes, {
    arena,
    grid,
    tiles: false,
    addresses,
    summed,
    scan: unexpected,
    emitting: { ...context.emitting, packed },
    roots,
  });
  return { addresses, instructions };
};

/** Copies a step's value to its entry of a sequence, and not a byte more: lists follow each other without gaps. */
export const copyStep = (arena: Arena, from: Address, base: number, stride: number): Instruction => {
  if (stride % 16 === 0) {
    const run = arena.kernel('copy', copy);
    return (t) => run(from.at(t), 0, 0, base + t * stride, 0, 0, 1, 1, stride / 16);
  }
  const run = arena.kernel('copyCells', copyCells);
  return (t) => run(from.at(t), numberBytes, 0, base + t * stride, numberBytes, 0, 1, stride / numberBytes);
};

/** A constant in memory, for what needs an address. */
export const constantAddress = (
  arena: Arena,
  grid: Grid,
  { value }: Extract<Source, { kind: 'constant' }>,
  { extent }: FieldNode,
): Address => {
  const bytes = sizeOf(extent, grid);
  const at = arena.allocate(bytes);
  const { floats } = arena;
  if (typeof value === 'number') floats.fill(value, at / 4, (at + bytes) / 4);
  else if (!extent.grid) arena.write(at, value);
  // as it is written: pixels first, planes last
  else
    for (const [i, number] of value.entries())
      floats[(at + (i % extent.planes) * grid.plane) / 4 + Math.floor(i / extent.planes)] = number;
  return extent.grid ? wholeAddress(() => at, grid) : listAddress(() => at);
};
