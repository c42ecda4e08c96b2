/** Scans and their reverses as instructions: the steps one after the other, each on whole planes. */

import { accumulate } from './accumulate.js';
import { recordsOf } from './adjoint.js';
import { type Built, build, type Surroundings } from './build.js';
import { type Operand, zero } from './emit/emitting.js';
import type { Extent, FieldNode, FieldOpOf, FieldReverse, FieldScan, Source } from './field.js';
import { copy, copyCells } from './kernels/move.js';
import type { Machine } from './machine.js';
import { packedBytes, packer } from './pack.js';
import {
  type Grid,
  type Instruction,
  listPlace,
  numberBytes,
  type Place,
  placeFor,
  sizeOf,
  strideOf,
  wholePlace,
} from './place.js';

/** What a scan leaves behind: where its ports are, and where its reverse finds what it recorded. */
export interface Stepped {
  readonly instructions: readonly Instruction[];
  readonly port: (name: string) => Place;
  readonly node: (node: number) => Place;
  readonly state: (field: string) => Place;
}

export interface StepContext {
  readonly machine: Machine;
  readonly grid: Grid;
  readonly emitting: Surroundings['emitting'];
  /** Packed weights of a node of the main graph. */
  readonly packedOuter: Surroundings['emitting']['packed'];
}

/** Nodes of a step whose value at every step is kept. */
export const keptNodes = (
  scan: FieldScan,
  observed: Iterable<string>,
  reverse: FieldReverse | undefined,
): ReadonlySet<number> => {
  const { body } = scan;
  const kept = new Set<number>([...observed].map((name) => body.observe[name]));
  const follow = (node: number): void => {
    if (kept.has(node)) return;
    kept.add(node);
    const { op } = body.nodes[node];
    // a state that is handed on is what another field was before
    if (op.op === 'leaf' && op.source.kind === 'state') follow(body.next[op.source.field]);
  };
  for (const node of reverse === undefined ? [] : recordsOf(scan, reverse)) {
    kept.delete(node);
    follow(node);
  }
  return kept;
};

const isLeaf = ({ op }: FieldNode): boolean => op.op === 'leaf';

const advanced = (place: Place, by: (t: number) => number): Place => ({
  ...place,
  at: (t) => place.at(0) + by(t),
});

const noSpecial = (): never => {
  throw new Error('a scan inside a step');
};

/** Weights of a step: mostly externals, which the main graph has packed; others are packed at each step. */
const packedInside =
  (
    nodes: readonly FieldNode[],
    externals: readonly Operand[],
    context: StepContext,
    place: (node: number) => Place,
  ): Surroundings['emitting']['packed'] =>
  (weight, packing, key) => {
    const { op } = nodes[weight];
    if (op.op === 'leaf' && op.source.kind === 'external')
      return context.packedOuter(externals[op.source.index].node, packing, key);
    const at = context.machine.allocate(packedBytes(packing));
    const pack = packer(context.machine, packing, at);
    return { at, refresh: (t) => pack(place(weight).at(t)) };
  };

export const buildScan = (
  scan: FieldScan,
  inputs: readonly Operand[],
  kept: ReadonlySet<number>,
  observed: ReadonlySet<string>,
  context: StepContext,
): Stepped => {
  const { machine, grid } = context;
  const { body, fields, steps, sequences } = scan;
  const { nodes } = body;
  const externals = inputs.slice(fields.length + sequences);
  const clock = machine.allocate(16);
  const rings = fields.length + 2;
  const pins = new Map<number, Place>();
  const bytesOf = (node: number): number => sizeOf(nodes[node].extent, grid);
  for (const node of kept) {
    if (isLeaf(nodes[node])) continue;
    const bytes = bytesOf(node);
    const base = machine.allocate(steps * bytes);
    const at = (t: number): number => base + t * bytes;
    pins.set(node, placeFor(nodes[node].extent, at, grid));
  }
  for (const node of Object.values(body.next)) {
    if (isLeaf(nodes[node]) || pins.has(node)) continue;
    const bytes = bytesOf(node);
    const base = machine.allocate(rings * bytes);
    const at = (t: number): number => base + (t % rings) * bytes;
    pins.set(node, placeFor(nodes[node].extent, at, grid));
  }
  const state = (field: string): Place => {
    const { place: initial, extent } = inputs[fields.indexOf(field)];
    const before = (t: number): number =>
      built()
        .place(body.next[field])
        .at(t - 1);
    return placeFor(extent, (t) => (t === 0 ? initial.at(0) : before(t)), grid);
  };
  const states = new Map(fields.map((field) => [field, state(field)]));
  const leaf = (source: Source, node: number): Place => {
    switch (source.kind) {
      case 'state':
        return states.get(source.field) ?? noSpecial();
      case 'element': {
        const stride = strideOf(nodes[node].extent, grid);
        return advanced(inputs[fields.length + source.sequence].place, (t) => t * stride);
      }
      case 'external':
        return externals[source.index].place;
      case 'clock':
        return listPlace(() => clock);
      case 'constant':
        return constantPlace(machine, grid, source, nodes[node]);
      default:
        throw new Error(`${source.kind} in a step`);
    }
  };
  const observedNodes = [...observed].map((name) => body.observe[name]);
  let known: Built | undefined;
  const built = (): Built => {
    if (known === undefined) throw new Error('a step that is not built');
    return known;
  };
  known = build(nodes, {
    machine,
    grid,
    tiles: false,
    leaf,
    pinned: (node) => pins.get(node),
    isSummed: () => false,
    fresh: (bytes) => machine.allocate(bytes),
    special: noSpecial,
    port: noSpecial,
    emitting: {
      ...context.emitting,
      packed: packedInside(nodes, externals, context, (node) => built().place(node)),
    },
    roots: [...Object.values(body.next), ...observedNodes, ...kept].filter(
      (node, i, all) => all.indexOf(node) === i,
    ),
  });
  const sequencesOut = new Map<string, Place>();
  const copies: Instruction[] = [];
  for (const name of observed) {
    const node = body.observe[name];
    const { extent } = nodes[node];
    if (!isLeaf(nodes[node]) && extent.grid) {
      const first = built().place(node).at(0);
      sequencesOut.set(
        name,
        wholePlace(() => first, grid),
      );
      continue;
    }
    const base = machine.allocate(steps * bytesOf(node));
    sequencesOut.set(
      name,
      placeFor(extent, () => base, grid),
    );
    copies.push(copyStep(machine, built().place(node), base, strideOf(extent, grid)));
  }
  const { instructions } = built();
  return {
    instructions: [
      () => {
        for (let t = 0; t < steps; t++) {
          machine.floats[clock / 4] = t;
          for (const run of instructions) run(t);
          for (const run of copies) run(t);
        }
      },
    ],
    port: (name) => {
      const [kind, what] = splitAt(name);
      if (kind === 'observed') return sequencesOut.get(what) ?? noSpecial();
      const place = states.get(what) ?? noSpecial();
      return { ...place, at: () => place.at(steps) };
    },
    node: (node) => built().place(node),
    state: (field) => states.get(field) ?? noSpecial(),
  };
};

const splitAt = (name: string): readonly [string, string] => {
  const slash = name.indexOf('/');
  return [name.slice(0, slash), name.slice(slash + 1)];
};

/** Copies what a step leaves to its place in a sequence: exactly that, since lists lie side by side. */
const copyStep = (machine: Machine, from: Place, base: number, stride: number): Instruction => {
  if (stride % 16 === 0) {
    const run = machine.kernel('copy', copy);
    return (t) => run(from.at(t), 0, 0, base + t * stride, 0, 0, 1, 1, stride / 16);
  }
  const run = machine.kernel('copyCells', copyCells);
  return (t) => run(from.at(t), numberBytes, 0, base + t * stride, numberBytes, 0, 1, stride / numberBytes);
};

/** A constant in memory, for what needs an address. */
export const constantPlace = (
  machine: Machine,
  grid: Grid,
  { value }: Extract<Source, { kind: 'constant' }>,
  { extent }: FieldNode,
): Place => {
  const bytes = sizeOf(extent, grid);
  const at = machine.allocate(bytes);
  const { floats } = machine;
  if (typeof value === 'number') floats.fill(value, at / 4, (at + bytes) / 4);
  else if (!extent.grid) machine.write(at, value);
  // as it is written: pixels first, planes last
  else
    for (const [i, number] of value.entries())
      floats[(at + (i % extent.planes) * grid.plane) / 4 + Math.floor(i / extent.planes)] = number;
  return extent.grid ? wholePlace(() => at, grid) : listPlace(() => at);
};

export interface Reversed {
  readonly instructions: readonly Instruction[];
  readonly port: (port: string) => Place;
}

export const buildReverse = (
  reverse: FieldReverse,
  scan: FieldScan,
  forward: Stepped,
  inputs: readonly Operand[],
  context: StepContext,
): Reversed => {
  const { machine, grid } = context;
  const { fields, steps, sequences } = reverse;
  const first = fields.length + sequences;
  const scanInputs = inputs.slice(0, inputs.length - 1 - reverse.finals.length - reverse.observed.length);
  const externals = scanInputs.slice(first);
  const finals = inputs.slice(scanInputs.length, scanInputs.length + reverse.finals.length);
  const observed = inputs.slice(scanInputs.length + reverse.finals.length, inputs.length - 1);
  const sums = new Map(
    Object.entries(reverse.externals).map(([index, node]) => [Number(index), node] as const),
  );
  const { nodes, onto } = accumulate(reverse.nodes, sums);
  const bytesOf = (node: number): number => sizeOf(nodes[node].extent, grid);
  const placed = (node: number, at: Place['at']): Place => placeFor(nodes[node].extent, at, grid);
  const clock = machine.allocate(16);
  const rings = fields.length + 2;
  const pins = new Map<number, Place>();
  const sumPlaces = new Map<number, Operand>();
  for (const [node, index] of onto) {
    const at = machine.allocate(bytesOf(node));
    const place = placed(node, () => at);
    pins.set(node, place);
    sumPlaces.set(index, { node, place, extent: nodes[node].extent });
  }
  for (const node of Object.values(reverse.carry)) {
    if (isLeaf(nodes[node]) || pins.has(node)) continue;
    const bytes = bytesOf(node);
    const base = machine.allocate(rings * bytes);
    const at = (t: number): number => base + ((steps - 1 - t) % rings) * bytes;
    pins.set(node, placeFor(nodes[node].extent, at, grid));
  }
  const elementPlaces = new Map<number, Place>();
  const copied: (readonly [number, number])[] = [];
  for (const [sequence, node] of Object.entries(reverse.elements)) {
    const bytes = bytesOf(node);
    const base = machine.allocate(steps * bytes);
    elementPlaces.set(
      Number(sequence),
      placed(node, () => base),
    );
    if (isLeaf(nodes[node]) || pins.has(node) || !nodes[node].extent.grid) copied.push([node, base]);
    else
      pins.set(
        node,
        wholePlace((t) => base + t * bytes, grid),
      );
  }
  const zeros = new Map<string, Place>();
  const zeroOf = (extent: Extent): Place => {
    const key = `${extent.planes} ${extent.grid}`;
    const place = zeros.get(key) ?? constantZero(machine, grid, extent);
    zeros.set(key, place);
    return place;
  };
  let known: Built | undefined;
  const built = (): Built => {
    if (known === undefined) throw new Error('a step that is not built');
    return known;
  };
  const carry = (field: string): Place => {
    const { extent } = inputs[fields.indexOf(field)];
    const final = reverse.finals.indexOf(field);
    const last = final < 0 ? zeroOf(extent) : finals[final].place;
    const node = reverse.carry[field];
    const before = node === undefined ? zeroOf(extent) : undefined;
    const at = (t: number): number =>
      t === steps - 1 ? last.at(0) : (before ?? built().place(node)).at(t + 1);
    return placeFor(extent, at, grid);
  };
  const carries = new Map(fields.map((field) => [field, carry(field)]));
  const leaf = (source: Source, node: number): Place => {
    switch (source.kind) {
      case 'recorded':
        return forward.node(source.node);
      case 'state':
        return forward.state(source.field);
      case 'element': {
        const stride = strideOf(nodes[node].extent, grid);
        return advanced(scanInputs[fields.length + source.sequence].place, (t) => t * stride);
      }
      case 'external':
        return externals[source.index].place;
      case 'clock':
        return listPlace(() => clock);
      case 'carry':
        return carries.get(source.field) ?? noSpecial();
      case 'observed': {
        const stride = strideOf(nodes[node].extent, grid);
        return advanced(observed[reverse.observed.indexOf(source.name)].place, (t) => t * stride);
      }
      case 'accumulated':
        return sumPlaces.get(source.index)?.place ?? noSpecial();
      case 'constant':
        return constantPlace(machine, grid, source, nodes[node]);
      default:
        throw new Error(`${source.kind} in a reverse step`);
    }
  };
  known = build(nodes, {
    machine,
    grid,
    tiles: false,
    leaf,
    pinned: (node) => pins.get(node),
    isSummed: (node) => onto.has(node),
    fresh: (bytes) => machine.allocate(bytes),
    special: noSpecial,
    port: noSpecial,
    emitting: {
      ...context.emitting,
      packed: packedInside(nodes, externals, context, (node) => built().place(node)),
    },
    roots: [
      ...new Set([...Object.values(reverse.carry), ...Object.values(reverse.elements), ...onto.keys()]),
    ],
  });
  const clear = [...sumPlaces.values()].map((sum) => zero(sum, { machine, grid, most: 1 }));
  const copies = copied.map(([node, base]) =>
    copyStep(machine, built().place(node), base, strideOf(nodes[node].extent, grid)),
  );
  const { instructions } = built();
  void scan;
  return {
    instructions: [
      ...clear,
      () => {
        for (let t = steps - 1; t >= 0; t--) {
          machine.floats[clock / 4] = t;
          for (const run of instructions) run(t);
          for (const run of copies) run(t);
        }
      },
    ],
    port: (port) => {
      const place = Number(splitAt(port)[1]);
      if (place < fields.length) {
        const node = reverse.carry[fields[place]];
        if (node === undefined) return zeroOf(inputs[place].extent);
        return placed(node, () => built().place(node).at(0));
      }
      if (place < first) return elementPlaces.get(place - fields.length) ?? noSpecial();
      return sumPlaces.get(place - first)?.place ?? noSpecial();
    },
  };
};

const constantZero = (machine: Machine, grid: Grid, extent: Extent): Place => {
  const at = machine.allocate(sizeOf(extent, grid));
  return placeFor(extent, () => at, grid);
};

export type ScanPort = FieldOpOf<'port'>;
