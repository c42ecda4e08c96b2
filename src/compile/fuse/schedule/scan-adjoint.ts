/** Adjoints of scans as instructions: the steps backwards, from the residuals that the scan left. */

import { scanInputs } from '../../../dsl/op.js';
import { splitPort } from '../../../dsl/ports.js';
import {
  accumulates,
  clearDoubles,
  type Doubles,
  newDoubles,
  type Operand,
  roundDoubles,
  zero,
} from '../emit/emitting.js';
import type { Extent, FieldNode, FieldScanAdjoint, Source } from '../ir/field.js';
import {
  type Address,
  addressFor,
  type Grid,
  listAddress,
  sizeOf,
  strideOf,
  wholeAddress,
} from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import { accumulate } from './accumulate.js';
import type { LaidOut } from './build.js';
import type { ScanSchedule } from './scan.js';
import {
  buildStep,
  constantAddress,
  copyStep,
  isLeaf,
  offsetBy,
  type StepContext,
  unexpected,
} from './scan-step.js';

/** Builds the adjoint of a scan that has been built. */
export const buildScanAdjoint = (
  adjoint: FieldScanAdjoint,
  forward: ScanSchedule,
  inputs: readonly Operand[],
  context: StepContext,
): LaidOut => {
  const { arena, grid } = context;
  const { fields, steps, carry } = adjoint;
  const given = inputsOf(adjoint, inputs);
  const indices = Object.entries(adjoint.externals).map(([index, node]) => [Number(index), node] as const);
  // a cotangent with pixels is one number a step at each pixel; one that is summed over pixels is very many
  const { nodes, onto } = accumulate(adjoint.nodes, new Map(indices), ({ grid: pixels }) => pixels);

  const clock = arena.allocate(16);
  const zeros = new Zeros(arena, grid);
  const sums = allocateSums(nodes, onto, arena, grid);
  const pins = new Map([...sums.values()].map(({ operand }) => [operand.node, operand.address]));
  for (const [node, address] of carryRings(adjoint, nodes, pins, arena, grid)) pins.set(node, address);
  const elements = allocateElements(adjoint, nodes, pins, arena, grid);
  for (const [node, address] of elements.pins) pins.set(node, address);

  const carries = new Map(
    fields.map((field, index): [string, Address] => {
      const { extent } = given.fields[index];
      const last = given.finals[adjoint.finals.indexOf(field)]?.address ?? zeros.of(extent);
      const node = carry[field];
      const none = node === undefined ? zeros.of(extent) : undefined;
      const at = (t: number): number =>
        t === steps - 1 ? last.at(0) : (none ?? step.addresses.of(node)).at(t + 1);
      return [field, addressFor(extent, at, grid)];
    }),
  );
  const doubles = new Map([...sums.values()].map((sum) => [sum.operand.node, sum.doubles]));
  const step = buildStep(nodes, given.externals, context, {
    leaf: (source, node) => {
      switch (source.kind) {
        case 'carry':
          return carries.get(source.field) ?? unexpected();
        case 'accumulated':
          return sums.get(source.index)?.operand.address ?? unexpected();
        case 'clock':
          return listAddress(() => clock);
        case 'constant':
          return constantAddress(arena, grid, source, nodes[node]);
        default:
          return leafAddress(source, nodes[node].extent, adjoint, forward, given, grid);
      }
    },
    pinned: pins,
    summed: (node) => doubles.get(node),
    roots: [...new Set([...Object.values(carry), ...Object.values(adjoint.elements), ...onto.keys()])],
  });

  const e = { arena, grid, most: 1 };
  const clear = [...sums.values()].map((sum) =>
    sum.doubles === undefined ? zero(sum.operand, e) : clearDoubles(sum.doubles, sum.operand.extent, e),
  );
  const round = [...sums.values()].flatMap((sum) =>
    sum.doubles === undefined ? [] : [roundDoubles(sum.doubles, sum.operand, e)],
  );
  const copies = elements.copied.map(([node, base]) =>
    copyStep(arena, step.addresses.of(node), base, strideOf(nodes[node].extent, grid)),
  );
  const steppedBack = (): void => {
    for (let t = steps - 1; t >= 0; t--) {
      arena.floats[clock / 4] = t;
      for (const run of step.instructions) run(t);
      for (const run of copies) run(t);
    }
  };
  const ofField = (index: number): Address => {
    const node = carry[fields[index]];
    if (node === undefined) return zeros.of(given.fields[index].extent);
    return addressFor(nodes[node].extent, () => step.addresses.of(node).at(0), grid);
  };
  return {
    instructions: [...clear, steppedBack, ...round],
    // the cotangent of each input of the scan, by the input's number
    port: (port) => {
      const input = Number(splitPort(port)[1]);
      if (input < fields.length) return ofField(input);
      const other = input - fields.length;
      if (other < adjoint.sequences) return elements.addresses.get(other) ?? unexpected();
      return sums.get(other - adjoint.sequences)?.operand.address ?? unexpected();
    },
  };
};

/** The inputs of an adjoint: those of its scan, cotangents of its ports, and fields before the first step. */
interface AdjointInputs {
  readonly fields: readonly Operand[];
  readonly sequences: readonly Operand[];
  readonly externals: readonly Operand[];
  readonly finals: readonly Operand[];
  readonly observed: readonly Operand[];
  readonly earlier: readonly Operand[];
}

const inputsOf = (adjoint: FieldScanAdjoint, inputs: readonly Operand[]): AdjointInputs => {
  // the last input is the scan itself
  const given = inputs.slice(0, -1);
  const takeLast = (count: number): readonly Operand[] => given.splice(given.length - count, count);
  const earlier = takeLast(adjoint.earlier.length);
  const observed = takeLast(adjoint.observed.length);
  const finals = takeLast(adjoint.finals.length);
  return { ...scanInputs(adjoint, given), finals, observed, earlier };
};

/** A sum over all steps: its floats, and the doubles in which it is collected, if it is. */
interface StepSum {
  readonly operand: Operand;
  readonly doubles: Doubles | undefined;
}

const allocateSums = (
  nodes: readonly FieldNode[],
  onto: ReadonlyMap<number, number>,
  arena: Arena,
  grid: Grid,
): ReadonlyMap<number, StepSum> =>
  new Map(
    [...onto].map(([node, index]): [number, StepSum] => {
      const { extent } = nodes[node];
      const at = arena.allocate(sizeOf(extent, grid));
      const operand = { node, address: addressFor(extent, () => at, grid), extent };
      const doubles = accumulates(nodes[node]) ? newDoubles(arena, extent, grid) : undefined;
      return [index, { operand, doubles }];
    }),
  );

/** Rings of buffers for the cotangents that one step hands to the step before it. */
const carryRings = (
  { carry, fields, steps }: FieldScanAdjoint,
  nodes: readonly FieldNode[],
  pinned: ReadonlyMap<number, Address>,
  arena: Arena,
  grid: Grid,
): ReadonlyMap<number, Address> => {
  const rings = fields.length + 2;
  const made = new Map<number, Address>();
  for (const node of Object.values(carry)) {
    if (isLeaf(nodes[node]) || pinned.has(node) || made.has(node)) continue;
    const bytes = sizeOf(nodes[node].extent, grid);
    const base = arena.allocate(rings * bytes);
    const at = (t: number): number => base + ((steps - 1 - t) % rings) * bytes;
    made.set(node, addressFor(nodes[node].extent, at, grid));
  }
  return made;
};

/** Where the cotangents of the driving sequences are collected, one entry a step. */
interface Elements {
  readonly addresses: ReadonlyMap<number, Address>;
  /** Nodes that are computed right into their sequence. */
  readonly pins: ReadonlyMap<number, Address>;
  /** Nodes that are copied into a sequence after each step, with where it begins. */
  readonly copied: readonly (readonly [node: number, base: number])[];
}

const allocateElements = (
  { elements, steps }: FieldScanAdjoint,
  nodes: readonly FieldNode[],
  pinned: ReadonlyMap<number, Address>,
  arena: Arena,
  grid: Grid,
): Elements => {
  const addresses = new Map<number, Address>();
  const pins = new Map<number, Address>();
  const copied: (readonly [number, number])[] = [];
  for (const [sequence, node] of Object.entries(elements)) {
    const { extent } = nodes[node];
    const bytes = sizeOf(extent, grid);
    const base = arena.allocate(steps * bytes);
    addresses.set(
      Number(sequence),
      addressFor(extent, () => base, grid),
    );
    if (isLeaf(nodes[node]) || pinned.has(node) || pins.has(node) || !extent.grid) copied.push([node, base]);
    else
      pins.set(
        node,
        wholeAddress((t) => base + t * bytes, grid),
      );
  }
  return { addresses, pins, copied };
};

/** Where a leaf of the step is that the scan or the inputs of the adjoint hold. */
const leafAddress = (
  source: Source,
  extent: Extent,
  adjoint: FieldScanAdjoint,
  forward: ScanSchedule,
  given: AdjointInputs,
  grid: Grid,
): Address => {
  const entries = ({ address }: Operand): Address => offsetBy(address, (t) => t * strideOf(extent, grid));
  switch (source.kind) {
    case 'residual':
      return forward.node(source.node);
    case 'state':
      return forward.state(source.field);
    case 'element':
      return entries(given.sequences[source.sequence]);
    case 'external':
      return given.externals[source.index].address;
    case 'observed':
      return entries(given.observed[adjoint.observed.indexOf(source.name)]);
    case 'earlier': {
      const start = given.earlier[adjoint.earlier.indexOf(source.field)].address;
      const before = forward.state(source.field);
      return { ...before, at: (t) => (t === 0 ? start.at(0) : before.at(t - 1)) };
    }
    default:
      throw new Error(`${source.kind} in the adjoint of a step`);
  }
};

/** Zeros of each extent, allocated once. */
class Zeros {
  readonly #known = new Map<string, Address>();

  constructor(
    private readonly arena: Arena,
    private readonly grid: Grid,
  ) {}

  of(extent: Extent): Address {
    const key = `${extent.planes} ${extent.grid}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const at = this.arena.allocate(sizeOf(extent, this.grid));
    const made = addressFor(extent, () => at, this.grid);
    this.#known.set(key, made);
    return made;
  }
}
