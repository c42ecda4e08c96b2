/** A region: a field graph laid out in a machine, ready to be run sample after sample. */

import { keptNodes } from '../adjoint/residuals.js';
import {
  clearDoubles,
  type Doubles,
  newDoubles,
  type Operand,
  type Packed,
  settleDoubles,
} from '../emit/emitting.js';
import { type Packing, packedBytes, packer } from '../emit/pack-weights.js';
import type { FieldNode, FieldReverse, Source } from '../ir/field.js';
import { type Grid, type Instruction, listPlace, type Place, sizeOf, wholePlace } from '../memory/address.js';
import type { Machine } from '../memory/arena.js';
import { accumulate } from '../schedule/accumulate.js';
import { build } from '../schedule/build.js';
import { liveNodes } from '../schedule/order.js';
import { buildReverse, type Reversed } from '../schedule/reverse-scan.js';
import { buildScan, type Stepped } from '../schedule/scan.js';
import { constantPlace } from '../schedule/scan-step.js';
import { tileStrips } from '../schedule/tile.js';

/** Where the values of parameters are, and what follows from them. One for all regions of a machine. */
export class Parameters {
  readonly #places = new Map<string, Place>();
  readonly #packs = new Map<string, Packed & { readonly run: () => void }>();

  constructor(
    private readonly machine: Machine,
    private readonly grid: Grid,
  ) {}

  place(name: string, node: FieldNode): Place {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const at = this.machine.allocate(sizeOf(node.extent, this.grid));
    const place = node.extent.grid ? wholePlace(() => at, this.grid) : listPlace(() => at);
    this.#places.set(name, place);
    return place;
  }

  /** Weights packed once whenever parameters are loaded. */
  packed(key: string, place: Place, packing: Packing): Packed {
    const known = this.#packs.get(key);
    if (known !== undefined) return known;
    const at = this.machine.allocate(packedBytes(packing));
    const pack = packer(this.machine, packing, at);
    const made = { at, run: () => pack(place.at(0)) };
    made.run();
    this.#packs.set(key, made);
    return made;
  }

  /** After the values have changed. */
  repack(): void {
    for (const { run } of this.#packs.values()) run();
  }
}

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
  const sums = new Map<number, Operand>();
  const doubles = new Map<number, Doubles>();
  const pins = new Map<number, Place>();
  for (const [node, index] of onto) {
    const { extent } = nodes[node];
    const at = machine.allocate(sizeOf(extent, grid));
    const place = extent.grid ? wholePlace(() => at, grid) : listPlace(() => at);
    pins.set(node, place);
    sums.set(index, { node, place, extent });
    doubles.set(node, newDoubles(machine, extent, grid));
  }
  const named = new Map<string, Operand>();
  const namedPlace = (key: string, node: number): Place => {
    const known = named.get(key);
    if (known !== undefined) return known.place;
    const { extent } = nodes[node];
    const at = machine.allocate(sizeOf(extent, grid));
    const place = extent.grid ? wholePlace(() => at, grid) : listPlace(() => at);
    named.set(key, { node, place, extent });
    return place;
  };
  const leaf = (source: Source, node: number): Place => {
    switch (source.kind) {
      case 'input':
      case 'cotangent':
        return namedPlace(`${source.kind} ${source.name}`, node);
      case 'parameter':
        return parameters.place(source.name, nodes[node]);
      case 'constant':
        return constantPlace(machine, grid, source, nodes[node]);
      default:
        throw new Error(`${source.kind} outside a step`);
    }
  };
  let round = 0;
  let placeOf: (node: number) => Place = () => missing('place');
  const packed = (weight: number, packing: Packing, key: string): Packed => {
    const { op } = nodes[weight];
    const place = placeOf(weight);
    if (op.op === 'leaf' && op.source.kind === 'parameter')
      return parameters.packed(`${op.source.name} ${key}`, place, packing);
    const at = machine.allocate(packedBytes(packing));
    const pack = packer(machine, packing, at);
    if (op.op === 'leaf' && op.source.kind === 'constant') {
      pack(place.at(0));
      return { at };
    }
    // computed once a sample, however many steps read it
    let packedIn = 0;
    const refresh = (): void => {
      if (packedIn !== round) pack(place.at(0));
      packedIn = round;
    };
    return { at, refresh };
  };
  const scans = new Map<number, Stepped>();
  const reverses = new Map<number, Reversed>();
  const reverseOf = new Map<number, FieldReverse>();
  const observed = new Map<number, Set<string>>();
  for (const number of live) {
    const { op, inputs } = nodes[number];
    if (op.op === 'reverse') reverseOf.set(op.scan, op);
    if (op.op === 'port' && op.port.startsWith('observed/') && nodes[inputs[0]].op.op === 'scan')
      observed.set(inputs[0], (observed.get(inputs[0]) ?? new Set()).add(op.port.slice(9)));
  }
  const scratch = new Scratches();
  const emitting = {
    packed,
    scratch,
    labels: {
      labels: (t: number) => loss.labels + t * tileStrips * 32,
      scale: loss.scale,
      weights: loss.weights,
      total: loss.total,
    },
  };
  const context = { machine, grid, emitting, packedOuter: packed };
  const special = (number: number, inputs: readonly Operand[]): readonly Instruction[] => {
    const { op } = nodes[number];
    if (op.op === 'scan') {
      const names = observed.get(number) ?? new Set<string>();
      const kept = keptNodes(op, names, reverseOf.get(number)?.nodes ?? []);
      const made = buildScan(op, inputs, kept, names, context);
      scans.set(number, made);
      return made.instructions;
    }
    if (op.op !== 'reverse') throw new Error(`${op.op} is nothing special`);
    const forward = scans.get(op.scan);
    const scan = nodes[op.scan].op;
    if (forward === undefined || scan.op !== 'scan') throw new Error('a reverse before its scan');
    const made = buildReverse(op, forward, inputs, context);
    reverses.set(number, made);
    return made.instructions;
  };
  const port = (number: number): Place => {
    const { op, inputs } = nodes[number];
    const [of] = inputs;
    const ports = scans.get(of) ?? reverses.get(of);
    return op.op === 'port' && ports !== undefined ? ports.port(op.port) : missing('port');
  };
  const nodesPlaces = new Map<number, Place>();
  // weights may be asked for before the builder has met them: leaves are placed here
  placeOf = (node) => {
    const known = nodesPlaces.get(node);
    if (known !== undefined) return known;
    const { op } = nodes[node];
    const place = op.op === 'leaf' ? leaf(op.source, node) : (builtPlace?.(node) ?? missing('place'));
    nodesPlaces.set(node, place);
    return place;
  };
  let builtPlace: ((node: number) => Place) | undefined;
  const built = build(nodes, {
    machine,
    grid,
    tiles: true,
    leaf: (source, node) => {
      const known = nodesPlaces.get(node) ?? leaf(source, node);
      nodesPlaces.set(node, known);
      return known;
    },
    pinned: (node) => pins.get(node),
    summed: (node) => doubles.get(node),
    fresh: (bytes) => machine.allocate(bytes),
    special,
    port,
    emitting,
    roots,
    placed: (place) => {
      builtPlace = place;
    },
  });
  scratch.settle(machine);
  const e = { machine, grid };
  const carried = [...sums.values()].map((sum) => [doubles.get(sum.node) ?? missing('sum'), sum] as const);
  const clear = carried.map(([at, { extent }]) => clearDoubles(at, extent, e));
  const settle = carried.map(([at, sum]) => settleDoubles(at, sum, e));
  const { instructions } = built;
  return {
    run: () => {
      round++;
      for (const run of instructions) run(0);
    },
    clear: () => {
      for (const run of clear) run(0);
    },
    input: (name) => named.get(`input ${name}`),
    cotangent: (name) => named.get(`cotangent ${name}`),
    place: built.place,
    settle: () => {
      for (const run of settle) run(0);
    },
    sum: (index) => sums.get(index),
  };
};

const missing = (what: string): never => {
  throw new Error(`there is no ${what}`);
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
