/** Reverses of scans as instructions: the steps backwards, from what the scan recorded. */

import { splitPort } from '../../../dsl/ports.js';
import {
  accumulates,
  clearDoubles,
  type Doubles,
  newDoubles,
  type Operand,
  settleDoubles,
  zero,
} from '../emit/emitting.js';
import type { Extent, FieldReverse, Source } from '../ir/field.js';
import {
  type Grid,
  type Instruction,
  listPlace,
  type Place,
  placeFor,
  sizeOf,
  strideOf,
  wholePlace,
} from '../memory/address.js';
import type { Machine } from '../memory/arena.js';
import { accumulate } from './accumulate.js';
import type { Stepped } from './scan.js';
import {
  advanced,
  buildStep,
  constantPlace,
  copyStep,
  isLeaf,
  noSpecial,
  type StepContext,
} from './scan-step.js';

export interface Reversed {
  readonly instructions: readonly Instruction[];
  readonly port: (port: string) => Place;
}

export const buildReverse = (
  reverse: FieldReverse,
  forward: Stepped,
  inputs: readonly Operand[],
  context: StepContext,
): Reversed => {
  const { machine, grid } = context;
  const { fields, steps, sequences } = reverse;
  const first = fields.length + sequences;
  const given = inputs.slice(0, -1);
  const earlier = takeLast(given, reverse.earlier.length);
  const observed = takeLast(given, reverse.observed.length);
  const finals = takeLast(given, reverse.finals.length);
  const scanInputs = given;
  const externals = scanInputs.slice(first);
  const sums = new Map(
    Object.entries(reverse.externals).map(([index, node]) => [Number(index), node] as const),
  );
  // what has pixels is one number a step at each of them; what is summed over them is a great many
  const { nodes, onto } = accumulate(reverse.nodes, sums, ({ grid: pixels }) => pixels);
  const bytesOf = (node: number): number => sizeOf(nodes[node].extent, grid);
  const placed = (node: number, at: Place['at']): Place => placeFor(nodes[node].extent, at, grid);
  const clock = machine.allocate(16);
  const rings = fields.length + 2;
  const pins = new Map<number, Place>();
  const sumPlaces = new Map<number, Operand>();
  const doubles = new Map<number, Doubles>();
  for (const [node, index] of onto) {
    const at = machine.allocate(bytesOf(node));
    const place = placed(node, () => at);
    pins.set(node, place);
    const { extent } = nodes[node];
    sumPlaces.set(index, { node, place, extent });
    if (accumulates(nodes[node])) doubles.set(node, newDoubles(machine, extent, grid));
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
  const carry = (field: string): Place => {
    const { extent } = inputs[fields.indexOf(field)];
    const final = reverse.finals.indexOf(field);
    const last = final < 0 ? zeroOf(extent) : finals[final].place;
    const node = reverse.carry[field];
    const before = node === undefined ? zeroOf(extent) : undefined;
    const at = (t: number): number =>
      t === steps - 1 ? last.at(0) : (before ?? made.addresses.of(node)).at(t + 1);
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
      case 'earlier': {
        const [start] = earlier.slice(reverse.earlier.indexOf(source.field));
        const before = forward.state(source.field);
        return { ...before, at: (t) => (t === 0 ? start.place.at(0) : before.at(t - 1)) };
      }
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
  const made = buildStep(nodes, externals, context, {
    leaf,
    pinned: pins,
    summed: (node) => doubles.get(node),
    roots: [
      ...new Set([...Object.values(reverse.carry), ...Object.values(reverse.elements), ...onto.keys()]),
    ],
  });
  const e = { machine, grid, most: 1 };
  const clear = [...sumPlaces.values()].map((sum) => {
    const carried = doubles.get(sum.node);
    return carried === undefined ? zero(sum, e) : clearDoubles(carried, sum.extent, e);
  });
  const settled = [...sumPlaces.values()].flatMap((sum) => {
    const carried = doubles.get(sum.node);
    return carried === undefined ? [] : [settleDoubles(carried, sum, e)];
  });
  const copies = copied.map(([node, base]) =>
    copyStep(machine, made.addresses.of(node), base, strideOf(nodes[node].extent, grid)),
  );
  return {
    instructions: [
      ...clear,
      () => {
        for (let t = steps - 1; t >= 0; t--) {
          machine.floats[clock / 4] = t;
          for (const run of made.instructions) run(t);
          for (const run of copies) run(t);
        }
      },
      ...settled,
    ],
    port: (port) => {
      const place = Number(splitPort(port)[1]);
      if (place < fields.length) {
        const node = reverse.carry[fields[place]];
        if (node === undefined) return zeroOf(inputs[place].extent);
        return placed(node, () => made.addresses.of(node).at(0));
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

/** Takes as many from the end of a list. */
const takeLast = (list: Operand[], count: number): readonly Operand[] =>
  list.splice(list.length - count, count);
