/** A region: a field graph laid out in a machine, ready to be run sample after sample. */

import { clearDoubles, type Doubles, newDoubles, type Operand, settleDoubles } from '../emit/emitting.js';
import type { FieldNode, Source } from '../ir/field.js';
import { type Grid, type Place, placeFor, sizeOf } from '../memory/address.js';
import type { Machine } from '../memory/arena.js';
import { accumulate } from '../schedule/accumulate.js';
import { Addresses } from '../schedule/addresses.js';
import { build } from '../schedule/build.js';
import { liveNodes } from '../schedule/order.js';
import { constantPlace } from '../schedule/scan-step.js';
import { tileStrips } from '../schedule/tile.js';
import { RegionScans } from './scans.js';
import { type Parameters, RegionWeights } from './weights.js';

/** What a loss reads and leaves: places of its own. */
export interface LossPlaces {
  readonly labels: number;
  readonly scale: number;
  readonly weights: number;
  readonly total: number;
}

export interface Region {
  /** Computes one sample. */
  readonly run: () => void;
  /** Sets all sums to zero. */
  readonly clear: () => void;
  readonly input: (name: string) => Operand | undefined;
  readonly cotangent: (name: string) => Operand | undefined;
  readonly place: (node: number) => Place;
  /** Rounds all sums to floats, to be read. */
  readonly settle: () => void;
  /** The sum of this number. */
  readonly sum: (index: number) => Operand | undefined;
}

export interface RegionPlan {
  readonly nodes: readonly FieldNode[];
  /** Nodes whose values are read after each sample. */
  readonly outputs: readonly number[];
  /** Nodes that are summed over samples. */
  readonly sums: ReadonlyMap<number, number>;
}

/** Lays a field graph out: which nodes are computed, then where their values are, then the instructions. */
export const layOut = (
  machine: Machine,
  grid: Grid,
  parameters: Parameters,
  loss: LossPlaces,
  plan: RegionPlan,
): Region => {
  const { nodes, onto } = accumulate(plan.nodes, plan.sums, () => false);
  const roots = [...new Set([...plan.outputs, ...onto.keys()])];
  const live = liveNodes(nodes, roots);

  const sums = placeSums(nodes, onto, machine, grid);
  const fed = new Fed(nodes, machine, grid);
  const addresses = new Addresses(nodes, machine, grid, {
    leaf: (source, node) => leafPlace(source, nodes[node], node, fed, parameters, machine, grid),
    pinned: new Map(sums.map(({ operand }) => [operand.node, operand.place])),
  });

  const weights = new RegionWeights(nodes, addresses, parameters, machine);
  const packed = weights.packed.bind(weights);
  const scratch = new Scratches();
  const labels = { ...loss, labels: (t: number) => loss.labels + t * tileStrips * 32 };
  const emitting = { packed, scratch, labels };
  const scans = new RegionScans(nodes, live, { machine, grid, emitting, packedOuter: packed });
  const doubles = new Map(sums.map((sum) => [sum.operand.node, sum.doubles]));
  const instructions = build(nodes, {
    machine,
    grid,
    tiles: true,
    addresses,
    summed: (node) => doubles.get(node),
    scan: (number, inputs) => scans.layOut(number, inputs),
    emitting,
    roots,
  });
  scratch.settle(machine);

  const e = { machine, grid };
  const clear = sums.map((sum) => clearDoubles(sum.doubles, sum.operand.extent, e));
  const settle = sums.map((sum) => settleDoubles(sum.doubles, sum.operand, e));
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
    place: (node) => addresses.of(node),
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

const placeSums = (
  nodes: readonly FieldNode[],
  onto: ReadonlyMap<number, number>,
  machine: Machine,
  grid: Grid,
): readonly Sum[] =>
  [...onto].map(([node, index]) => {
    const { extent } = nodes[node];
    const at = machine.allocate(sizeOf(extent, grid));
    const place = placeFor(extent, () => at, grid);
    return { index, operand: { node, place, extent }, doubles: newDoubles(machine, extent, grid) };
  });

/** The leaves that are fed with each sample: inputs, and cotangents of outputs. */
class Fed {
  readonly #operands = new Map<string, Operand>();

  constructor(
    private readonly nodes: readonly FieldNode[],
    private readonly machine: Machine,
    private readonly grid: Grid,
  ) {}

  place(kind: 'input' | 'cotangent', name: string, node: number): Place {
    const known = this.get(kind, name);
    if (known !== undefined) return known.place;
    const { extent } = this.nodes[node];
    const at = this.machine.allocate(sizeOf(extent, this.grid));
    const place = placeFor(extent, () => at, this.grid);
    this.#operands.set(`${kind} ${name}`, { node, place, extent });
    return place;
  }

  get(kind: 'input' | 'cotangent', name: string): Operand | undefined {
    return this.#operands.get(`${kind} ${name}`);
  }
}

const leafPlace = (
  source: Source,
  leaf: FieldNode,
  number: number,
  fed: Fed,
  parameters: Parameters,
  machine: Machine,
  grid: Grid,
): Place => {
  switch (source.kind) {
    case 'input':
    case 'cotangent':
      return fed.place(source.kind, source.name, number);
    case 'parameter':
      return parameters.place(source.name, leaf);
    case 'constant':
      return constantPlace(machine, grid, source, leaf);
    default:
      throw new Error(`${source.kind} outside a step`);
  }
};

/** Memory that one instruction at a time uses: as much as the largest needs. */
class Scratches {
  #bytes = 0;
  #at = 0;

  take(bytes: number): () => number {
    this.#bytes = Math.max(this.#bytes, bytes);
    return () => this.#at;
  }

  settle(machine: Machine): void {
    this.#at = machine.allocate(this.#bytes);
  }
}
