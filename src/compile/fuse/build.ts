/** From a field graph to instructions: where every value lies, and what is done in which order. */

import { accumulates, type Emitting, type Operand, zero } from './emit/emitting.js';
import { emit } from './emit/index.js';
import type { FieldNode, Source } from './field.js';
import { copy } from './kernels/move.js';
import { type Group, type PointwiseStep, pointwiseGroup } from './kernels/pointwise.js';
import type { Machine } from './machine.js';
import { liveNodes, phasesOf, unitsOf } from './order.js';
import {
  type Grid,
  type Instruction,
  listPlace,
  type Place,
  sizeOf,
  stripBytes,
  stripPlace,
  wholePlace,
} from './place.js';

/** Strips of a tile: 64 pixels, so that the activations of a wide MLP stay in cache. */
export const tileStrips = 8;

export interface Surroundings {
  readonly machine: Machine;
  readonly grid: Grid;
  /** Whether pixelwise parts run by tiles; the steps of a scan do not. */
  readonly tiles: boolean;
  readonly leaf: (source: Source, node: number) => Place;
  /** Where a node is to be computed, if that is settled. */
  readonly pinned: (node: number) => Place | undefined;
  /** Whether a node that adds to what is there is computed right onto a sum, which others set to zero. */
  readonly isSummed: (node: number) => boolean;
  /** Memory for a node that is not pinned. */
  readonly fresh: (bytes: number) => number;
  /** Nodes that are more than one instruction: scans and their reverses; ports have their places. */
  readonly special: (node: number, inputs: readonly Operand[]) => readonly Instruction[];
  readonly port: (node: number) => Place;
  readonly emitting: Omit<Emitting, 'strips' | 'machine' | 'grid' | 'most'>;
  readonly roots: readonly number[];
  /** Told where places are found, before anything is built. */
  readonly placed?: (place: (node: number) => Place) => void;
}

export interface Built {
  readonly instructions: readonly Instruction[];
  readonly place: (node: number) => Place;
}

export const build = (nodes: readonly FieldNode[], around: Surroundings): Built => {
  const { machine, grid, roots } = around;
  const live = liveNodes(nodes, roots);
  const places = new Map<number, Place>();
  const instructions: Instruction[] = [];
  const place = (number: number): Place => {
    const known = places.get(number);
    if (known !== undefined) return known;
    const made = newPlace(number);
    places.set(number, made);
    return made;
  };
  const newPlace = (number: number): Place => {
    const { op, extent } = nodes[number];
    if (op.op === 'leaf') return around.leaf(op.source, number);
    if (op.op === 'port') return around.port(number);
    const pin = around.pinned(number);
    if (pin !== undefined) return pin;
    const at = around.fresh(sizeOf(extent, grid));
    return extent.grid ? wholePlace(() => at, grid) : listPlace(() => at);
  };
  const operand = (number: number): Operand => ({
    node: number,
    place: place(number),
    extent: nodes[number].extent,
  });
  around.placed?.(place);
  const users = new Map<number, number[]>();
  for (const number of live)
    for (const input of nodes[number].inputs) users.set(input, [...(users.get(input) ?? []), number]);
  const isRoot = new Set(roots);
  const whole: Emitting = { ...around.emitting, machine, grid, most: 1 };

  for (const phase of phasesOf(nodes, live, around.tiles)) {
    const heavy = phase.nodes.some((number) =>
      ['dense', 'denseWeight', 'crossEntropy'].includes(nodes[number].op.op),
    );
    if (phase.tiled && heavy) {
      instructions.push(...tiled(phase.nodes));
      continue;
    }
    for (const unit of unitsOf(nodes, phase.nodes)) {
      if (isPointwiseUnit(nodes, unit)) {
        const used = unit.filter((n) => isRoot.has(n) || users.get(n)?.some((u) => !unit.includes(u)));
        instructions.push(group(nodes, unit, used, operand, { machine, grid }));
        continue;
      }
      const [number] = unit;
      const node = nodes[number];
      if (node.op.op === 'port') continue;
      const inputs = node.inputs.map(operand);
      if (node.op.op === 'scan' || node.op.op === 'reverse') {
        instructions.push(...around.special(number, inputs));
        continue;
      }
      if (accumulates(node) && !around.isSummed(number)) instructions.push(zero(operand(number), whole));
      instructions.push(...emit(node, inputs, operand(number), whole));
    }
  }
  // what is only handed through has a place too, before it is fed
  for (const root of roots) place(root);
  return { instructions, place };

  /** A pixelwise phase with dense layers: gathers what it reads into strips, tile by tile, and puts back what others read. */
  function tiled(phase: readonly number[]): readonly Instruction[] {
    const inside = new Set(phase);
    const tiles = Math.ceil(grid.pixels / (8 * tileStrips));
    const allStrips = Math.ceil(grid.pixels / 8);
    const strips = (t: number): number => Math.min(tileStrips, allStrips - t * tileStrips);
    const emitting: Emitting = { ...around.emitting, machine, grid, strips, most: tileStrips };
    const units = unitsOf(nodes, phase);
    const memory = new Recycled(machine);
    const tilePlaces = new Map<number, Place>();
    const lastUse = new Map<number, number>();
    for (const [i, unit] of units.entries())
      for (const number of unit) {
        lastUse.set(number, Math.max(lastUse.get(number) ?? 0, i));
        for (const input of nodes[number].inputs) lastUse.set(input, i);
      }
    const starts: Instruction[] = [];
    const work: Instruction[] = [];
    const held = new Map<number, { readonly at: number; readonly bytes: number }>();
    const inTile = (number: number): Operand => {
      const { extent, op } = nodes[number];
      if (!extent.grid) return operand(number);
      const known = tilePlaces.get(number);
      if (known !== undefined) return { node: number, place: known, extent };
      const bytes = extent.planes * stripBytes * tileStrips;
      const at = memory.take(bytes);
      held.set(number, { at, bytes });
      const strip = stripPlace(at, extent.planes);
      tilePlaces.set(number, strip);
      if (!inside.has(number) || op.op === 'leaf')
        work.push(gather(machine, grid, place(number), strip, extent.planes, strips));
      return { node: number, place: strip, extent };
    };
    for (const [i, unit] of units.entries()) {
      if (isPointwiseUnit(nodes, unit)) {
        const used = unit.filter((n) => isRoot.has(n) || users.get(n)?.some((u) => !unit.includes(u)));
        work.push(group(nodes, unit, used, inTile, { machine, grid, strips }));
      } else {
        const [number] = unit;
        const node = nodes[number];
        const inputs = node.inputs.map(inTile);
        if (accumulates(node) && !around.isSummed(number)) starts.push(zero(operand(number), whole));
        work.push(...emit(node, inputs, inTile(number), emitting));
      }
      for (const number of unit) {
        const outside = isRoot.has(number) || users.get(number)?.some((user) => !inside.has(user));
        if (outside && nodes[number].extent.grid)
          work.push(
            scatter(machine, inTile(number).place, place(number), nodes[number].extent.planes, strips),
          );
      }
      for (const [number, { at, bytes }] of held)
        if ((lastUse.get(number) ?? -1) <= i) {
          memory.give(at, bytes);
          held.delete(number);
        }
    }
    return [
      ...starts,
      (t) => {
        // a tile's number takes the place of a step's: pixelwise phases do not stand inside a step
        for (let tile = 0; tile < tiles; tile++) for (const run of work) run(tile);
        void t;
      },
    ];
  }
};

const isPointwiseUnit = (nodes: readonly FieldNode[], [first]: readonly number[]): boolean =>
  ['map', 'affine', 'zip', 'keep', 'spread'].includes(nodes[first].op.op);

/** Memory within a tile: what is given back is used again. */
class Recycled {
  readonly #free: { at: number; bytes: number }[] = [];
  constructor(private readonly machine: Machine) {}

  take(bytes: number): number {
    const fits = this.#free.filter((part) => part.bytes >= bytes).sort((a, b) => a.bytes - b.bytes)[0];
    if (fits === undefined) return this.machine.allocate(bytes);
    this.#free.splice(this.#free.indexOf(fits), 1);
    if (fits.bytes - bytes >= 1024) this.#free.push({ at: fits.at + bytes, bytes: fits.bytes - bytes });
    return fits.at;
  }

  give(at: number, bytes: number): void {
    this.#free.push({ at, bytes });
  }
}

const gather = (
  machine: Machine,
  grid: Grid,
  from: Place,
  to: Place,
  planes: number,
  strips: (t: number) => number,
): Instruction => {
  const run = machine.kernel('copy', copy);
  const left = grid.pixels % 8;
  const last = Math.ceil(grid.pixels / 8) - 1;
  return (t) => {
    const count = strips(t);
    const first = t * tileStrips;
    run(
      from.at(0) + first * stripBytes,
      from.plane,
      stripBytes,
      to.at(0),
      stripBytes,
      to.strip,
      count,
      planes,
      2,
    );
    if (left === 0 || first + count - 1 < last) return;
    // what lies past the last pixel counts as zero
    const { floats } = machine;
    const strip = (to.at(0) + (count - 1) * to.strip) / 4;
    for (let p = 0; p < planes; p++) floats.fill(0, strip + 8 * p + left, strip + 8 * p + 8);
  };
};

const scatter = (
  machine: Machine,
  from: Place,
  to: Place,
  planes: number,
  strips: (t: number) => number,
): Instruction => {
  const run = machine.kernel('copy', copy);
  return (t) =>
    run(
      from.at(0),
      stripBytes,
      from.strip,
      to.at(0) + t * tileStrips * stripBytes,
      to.plane,
      stripBytes,
      strips(t),
      planes,
      2,
    );
};

interface Passing {
  readonly machine: Machine;
  readonly grid: Grid;
  readonly strips?: (t: number) => number;
}

/** Pointwise nodes as one pass; `used` are those that are read by others. */
const group = (
  nodes: readonly FieldNode[],
  unit: readonly number[],
  used: readonly number[],
  operand: (node: number) => Operand,
  { machine, grid, strips }: Passing,
): Instruction => {
  const { extent } = nodes[unit[0]];
  const inside = new Set(unit);
  const literal = (number: number): number | undefined => {
    const { op } = nodes[number];
    return op.op === 'leaf' && op.source.kind === 'constant' && typeof op.source.value === 'number'
      ? op.source.value
      : undefined;
  };
  const outer: number[] = [];
  for (const number of unit)
    for (const input of nodes[number].inputs)
      if (!inside.has(input) && literal(input) === undefined && !outer.includes(input)) outer.push(input);
  const given = outer.map(operand);
  const operands = given.map(({ extent: of }) => {
    if (of.grid === extent.grid && of.planes === extent.planes) return 'full' as const;
    return of.planes === 1 ? ('scalar' as const) : ('plane' as const);
  });
  const steps: PointwiseStep[] = [];
  const numbers = new Map<number, number>(outer.map((number, i) => [number, i]));
  const push = (step: PointwiseStep): number => {
    steps.push(step);
    return operands.length + steps.length - 1;
  };
  const numberOf = (number: number): number => {
    const known = numbers.get(number);
    if (known !== undefined) return known;
    const made = push({ op: 'constant', value: literal(number) ?? 0 });
    numbers.set(number, made);
    return made;
  };
  for (const number of unit) {
    const { op, inputs } = nodes[number];
    const [a, b] = inputs.map(numberOf);
    switch (op.op) {
      case 'map':
        numbers.set(number, push({ op: 'map', fn: op.fn, of: a }));
        break;
      case 'affine':
        numbers.set(number, push({ op: 'affine', scale: op.scale, shift: op.shift, of: a }));
        break;
      case 'zip':
        numbers.set(number, push({ op: 'zip', fn: op.fn, of: a, with: b }));
        break;
      case 'keep':
        numbers.set(number, push({ op: 'zip', fn: 'keep', of: a, with: b }));
        break;
      default:
        numbers.set(number, a);
    }
  }
  const results = used.map((number) => numbers.get(number) ?? 0);
  const targets = used.map(operand);
  const described: Group = { operands, steps, results };
  const run = machine.kernel(`pointwise ${JSON.stringify(described)}`, () => pointwiseGroup(described));
  const addresses = [...given, ...targets].map(({ place }) => place.at);
  const [count, planes, vectors]: readonly [(t: number) => number, number, number] = !extent.grid
    ? [() => 1, 1, Math.ceil(extent.planes / 4)]
    : strips === undefined
      ? [() => 1, extent.planes, grid.plane / 16]
      : [strips, extent.planes, 2];
  return (t) => run(count(t), planes, vectors, ...addresses.map((at) => at(t)));
};
