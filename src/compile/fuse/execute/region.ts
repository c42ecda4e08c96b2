/** A region: a field graph that is laid out in an arena and runs one sample after the other. */

import { clearDoubles, type Doubles, newDoubles, type Operand, roundDoubles } from '../emit/emitting.js';
import type { FieldNode, Source } from '../ir/field.js';
import { type Address, addressFor, type Grid, sizeOf } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import { accumulate } from '../schedule/accumulate.js';
import { Addresses } from '../schedule/addresses.js';
import { build } from '../schedule/build.js';
import { liveNodes } from '../schedule/order.js';
import { constantAddress } from '../schedule/scan-step.js';
import { tileStrips } from '../schedule/tile.js';
import { type ParameterAddresses, RegionWeights } from './parameter-addresses.js';
import { RegionScans } from './scans.js';

/** Addresses of what a loss reads and writes. */
export interface LossAddresses {
  readonly labels: number;
  readonly scale: number;
  readonly weights: number;
  readonly total: number;
}

/** A field graph that is laid out in an arena. */
export interface Region {
  /** Computes one sample. */
  readonly run: () => void;
  /** Sets all sums to zero. */
  readonly clear: () => void;
  readonly input: (name: string) => Operand | undefined;
  readonly cotangent: (name: string) => Operand | undefined;
  readonly address: (node: number) => Address;
  /** Rounds all sums to floats, to be read. */
  readonly settle: () => void;
  /** The sum of this number. */
  readonly sum: (index: number) => Operand | undefined;
}

/** The nodes of a region, and which of them are read or summed. */
export interface RegionPlan {
  readonly nodes: readonly FieldNode[];
  /** Nodes whose values are read after each sample. */
  readonly outputs: readonly number[];
  /** Nodes that are summed over samples. */
  readonly sums: ReadonlyMap<number, number>;
}

/** Lays a field graph out: which nodes are computed, then where their values are, then the instructions. */
export const layOut = (
  arena: Arena,
  grid: Grid,
  parameters: ParameterAddresses,
  loss: LossAddresses,
  plan: RegionPlan,
): Region => {
  const { nodes, onto } = accumulate(plan.nodes, plan.sums, () => false);
  const roots = [...new Set([...plan.outputs, ...onto.keys()])];
  const live = liveNodes(nodes, roots);

  const sums = allocateSums(nodes, onto, arena, grid);
  const fed = new FedLeaves(nodes, arena, grid);
  const addresses = new Addresses(nodes, arena, grid, {
    leaf: (source, node) => leafAddress(source, nodes[node], node, fed, parameters, arena, grid),
    pinned: new Map(sums.map(({ operand }) => [operand.node, operand.address])),
  });

  const weights = new RegionWeights(nodes, addresses, parameters, arena);
  const packed = weights.packed.bind(weights);
  const scratch = new ScratchMemory();
  const labels = { ...loss, labels: (t: number) => loss.labels + t * tileStrips * 32 };
  const emitting = { packed, scratch, labels };
  const scans = new RegionScans(nodes, live, { arena, grid, emitting, packedOuter: packed });
  const doubles = new Map(sums.map((sum) => [sum.operand.node, sum.doubles]));
  const instructions = build(nodes, {
    arena,
    grid,
    tiles: true,
    addresses,
    summed: (node) => doubles.get(node),
    scan: (number, inputs) => scans.layOut(number, inputs),
    emitting,
    roots,
  });
  scratch.settle(arena);

  const e = { arena, grid };
  const clear = sums.map((sum) => clearDoubles(sum.doubles, sum.operand.extent, e));
  const settle = sums.map((sum) => roundDoubles(sum.doubles, sum.operand, e));
  const byIndex = new Map(sums.map(({ index, operand }) => [index, operand]));
  return {
    run: () => {
      weights.nextSample();
      for (const run of instructions) run(0);
    },
    clear: () => {
      for (const run of clear) run(0);
    },
    input: (name) => fed.get('input', name),
    cotangent: (name) => fed.get('cotangent', name),
    address: (node) => addresses.of(node),
    settle: () => {
      for (const run of settle) run(0);
    },
    sum: (index) => byIndex.get(index),
  };
};

/** A sum over samples: its number, its floats, and the doubles in which it is collected. */
interface Sum {
  readonly index: number;
  readonly operand: Operand;
  readonly doubles: Doubles;
}

const allocateSums = (
  nodes: readonly FieldNode[],
  onto: ReadonlyMap<number, number>,
  arena: Arena,
  grid: Grid,
): readonly Sum[] =>
  [...onto].map(([node, index]) => {
    const { extent } = nodes[node];
    const at = arena.allocate(sizeOf(extent, grid));
    const address = addressFor(extent, () => at, grid);
    return { index, operand: { node, address, extent }, doubles: newDoubles(arena, extent, grid) };
  });

/** The leaves that are fed with each sample: inputs, and cotangents of outputs. */
class FedLeaves {
  readonly #operands = new Map<string, Operand>();

  constructor(
    private readonly nodes: readonly FieldNode[],
    private readonly arena: Arena,
    private readonly grid: Grid,
  ) {}

  address(kind: 'input' | 'cotangent', name: string, node: number): Address {
    const known = this.get(kind, name);
    if (known !== undefined) return known.address;
    const { extent } = this.nodes[node];
    const at = this.arena.allocate(sizeOf(extent, this.grid));
    const address = addressFor(extent, () => at, this.grid);
    this.#operands.set(`${kind} ${name}`, { node, address, extent });
    return address;
  }

  get(kind: 'input' | 'cotangent', name: string): Operand | undefined {
    return this.#operands.get(`${kind} ${name}`);
  }
}

const leafAddress = (
  source: Source,
  leaf: FieldNode,
  number: number,
  fed: FedLeaves,
  parameters: ParameterAddresses,
  arena: Arena,
  grid: Grid,
): Address => {
  switch (source.kind) {
    case 'input':
    case 'cotangent':
      return fed.address(source.kind, source.name, number);
    case 'parameter':
      return parameters.address(source.name, leaf);
    case 'constant':
      return constantAddress(arena, grid, source, leaf);
    default:
      throw new Error(`${source.kind} outside a step`);
  }
};

/** Memory that one instruction at a time uses: as much as the largest needs. */
class ScratchMemory {
  #bytes = 0;
  #at = 0;

  take(bytes: number): () => number {
    this.#bytes = Math.max(this.#bytes, bytes);
    return () => this.#at;
  }

  settle(arena: Arena): void {
    this.#at = arena.allocate(this.#bytes);
  }
}
