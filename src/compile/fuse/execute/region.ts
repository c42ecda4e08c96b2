/** A region: a field graph that is laid out in an arena and runs one sample after the other. */

import { clearDoubles, type Doubles, newDoubles, type Operand, roundDoubles } from '../emit/emitting.js';
import { liveNodes } from '../ir/dependence.js';
import type { FieldNode, Source } from '../ir/field.js';
import { moving } from '../list/argument.js';
import type { Argument, Instruction } from '../list/instruction.js';
import { withFixed } from '../list/relocate.js';
import { runner } from '../machines/runner.js';
import { type Address, addressFor, sizeOf } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import type { PlanLists } from '../plan/plan.js';
import { accumulate } from '../schedule/accumulate.js';
import { Addresses } from '../schedule/addresses.js';
import { build } from '../schedule/build.js';
import { fixedNodes, fixedRoots } from '../schedule/fixed.js';
import { ScansOfBlock } from '../schedule/scan/block-scans.js';
import { constantAddress, type StepContext } from '../schedule/scan/build-step.js';
import { single } from '../schedule/scan/counter.js';
import { type ParameterAddresses, RegionWeights } from './parameter-addresses.js';

/** Addresses that all regions of a program read: those of the loss, and of the noise seed and sample numbers. */
export interface SharedAddresses {
  readonly loss: LossAddresses;
  readonly noise: number;
}

/** Addresses that a loss reads and writes. */
export interface LossAddresses {
  readonly labels: number;
  readonly scale: number;
  readonly weights: number;
  readonly total: number;
}

/** The lists of a region, as data. Weights are packed when they are loaded, for all regions together. */
export type RegionLists = Omit<PlanLists, 'pack'>;

/** A field graph that is laid out in an arena. */
export interface Region {
  readonly lists: RegionLists;
  /** Computes one sample. */
  readonly run: () => void;
  /** Sets all sums to zero. */
  readonly clear: () => void;
  /**
   * The address of the leaf of this kind and name, which is written before the region runs; undefined if it reads
   * none.
   */
  readonly fed: (kind: FedKind, name: string | number) => Operand | undefined;
  readonly address: (node: number) => Address;
  /** Rounds all sums to floats, to be read. */
  readonly settle: () => void;
  /** The sum of this number. */
  readonly sum: (index: number) => Operand | undefined;
  /** The doubles in which it is collected: their address and number. */
  readonly totals: (index: number) => { readonly at: number; readonly count: number } | undefined;
}

/** The nodes of a region, and which of them are read or summed. */
export interface RegionPlan {
  readonly nodes: readonly FieldNode[];
  /** Nodes whose values are read after each sample. */
  readonly outputs: readonly number[];
  /** Nodes that are summed over samples. */
  readonly sums: ReadonlyMap<number, number>;
}

/** Lays out a field graph: decides which nodes are computed, then their addresses, then the instructions. */
export const layOut = (
  arena: Arena,
  parameters: ParameterAddresses,
  { loss, noise }: SharedAddresses,
  plan: RegionPlan,
): Region => {
  const { nodes, onto } = accumulate(plan.nodes, plan.sums, () => false);
  const roots = [...new Set([...plan.outputs, ...onto.keys()])];
  const live = liveNodes(nodes, roots);

  const fixed = fixedNodes(nodes);
  const sums = allocateSums(nodes, onto, arena);
  const fed = new FedLeaves(nodes, arena);
  const addresses = new Addresses(nodes, arena, {
    leaf: (source, node) => leafAddress(source, nodes[node], node, fed, parameters, arena),
    pinned: new Map(sums.map(({ operand }) => [operand.node, operand.address])),
  });

  const weights = new RegionWeights(nodes, fixed, addresses, parameters, arena);
  const packed = weights.packed.bind(weights);
  const scratch = new ScratchMemory(arena);
  const emitting = { packed, scratch, labels: loss, noise };
  const context: StepContext = {
    arena,
    emitting,
    packedOuter: packed,
    around: single,
    scansOf: (...block) => new ScansOfBlock(...block),
  };
  const scans = context.scansOf(nodes, live, context, { reverse: [] });
  const doubles = new Map(sums.map((sum) => [sum.operand.node, sum.doubles]));
  const [loaded, instructions] = build(
    nodes,
    [fixedRoots(nodes, live, fixed, (node) => roots.includes(node)), roots],
    {
      arena,
      tiles: true,
      addresses,
      summed: (node) => doubles.get(node),
      scan: (number, inputs) => scans.layOut(number, inputs),
      emitting,
      first: () => weights.take(),
    },
  );

  const e = { arena };
  const clear = sums.map((sum) => clearDoubles(sum.doubles, sum.operand.extent, e));
  const settle = sums.map((sum) => roundDoubles(sum.doubles, sum.operand));
  const placed = scratch.settle();
  const lists: RegionLists = {
    once: weights.once,
    load: [...placed(loaded), ...weights.loaded],
    clear,
    run: placed(instructions),
    settle,
  };
  let seen = -1;
  // assembled on the first run, since a region may be laid out only to count its bytes
  const started = lazily(() => runner(lists.once, arena)());
  const [load, run, cleared, settled] = [lists.load, lists.run, lists.clear, lists.settle].map((list) =>
    lazily(() => runner(list, arena)),
  );
  const byIndex = new Map(sums.map(({ index, operand }) => [index, operand]));
  return {
    lists,
    run: () => {
      started();
      if (seen !== parameters.loads) load()();
      seen = parameters.loads;
      run()();
    },
    clear: () => cleared()(),
    fed: (kind, name) => fed.get(kind, name),
    address: (node) => addresses.of(node),
    settle: () => settled()(),
    sum: (index) => byIndex.get(index),
    totals: (index) => {
      const sum = sums.find((one) => one.index === index);
      if (sum === undefined) return undefined;
      const { planes, grid } = sum.operand.extent;
      const count = grid === undefined ? planes : sizeOf(sum.operand.extent) / 4;
      return { at: sum.doubles, count };
    },
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
): readonly Sum[] =>
  [...onto].map(([node, index]) => {
    const { extent } = nodes[node];
    const address = addressFor(extent, arena.allocate(sizeOf(extent), 'sum over samples'));
    return { index, operand: { node, address, extent }, doubles: newDoubles(arena, extent) };
  });

/**
 * The leaves that are written from outside: for each sample its inputs, cotangents of outputs and values kept by
 * earlier stages; before all samples values of the whole batch.
 */
export type FedKind = 'input' | 'cotangent' | 'stored' | 'statistic';

class FedLeaves {
  readonly #operands = new Map<string, Operand>();

  constructor(
    private readonly nodes: readonly FieldNode[],
    private readonly arena: Arena,
  ) {}

  address(kind: FedKind, name: string | number, node: number): Address {
    const known = this.get(kind, name);
    if (known !== undefined) return known.address;
    const { extent } = this.nodes[node];
    const address = addressFor(extent, this.arena.allocate(sizeOf(extent), `${kind} ${name}`));
    this.#operands.set(`${kind} ${name}`, { node, address, extent });
    return address;
  }

  get(kind: FedKind, name: string | number): Operand | undefined {
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
): Address => {
  switch (source.kind) {
    case 'input':
    case 'cotangent':
      return fed.address(source.kind, source.name, number);
    case 'stored':
    case 'statistic':
      return fed.address(source.kind, source.node, number);
    case 'parameter':
      return parameters.address(source.name, leaf);
    case 'constant':
      return constantAddress(arena, source, leaf);
    default:
      throw new Error(`${source.kind} outside a step`);
  }
};

/** Computes a value when it is first asked for. */
const lazily = <A>(make: () => A): (() => A) => {
  let made: { readonly value: A } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** Memory that one instruction at a time uses: as much as the largest needs. Its address is known only at the end. */
class ScratchMemory {
  #bytes = 0;
  readonly #place: number;

  constructor(private readonly arena: Arena) {
    this.#place = arena.loop();
  }

  take(bytes: number): Argument {
    this.#bytes = Math.max(this.#bytes, bytes);
    return moving(0, { loop: this.#place, stride: 1 });
  }

  /** Allocates it; the returned function puts its address into a list. */
  settle(): (list: readonly Instruction[]) => readonly Instruction[] {
    const at = this.arena.allocate(this.#bytes, 'scratch');
    return (list) => withFixed(list, this.#place, at);
  }
}
