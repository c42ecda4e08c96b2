/** Adjoints of scans as instructions: the steps backwards, from the residuals that the scan left. */

import { scanInputs } from '../../../../dsl/op.js';
import { splitPort } from '../../../../dsl/ports.js';
import { residualNodes } from '../../adjoint/residuals.js';
import {
  accumulates,
  clearDoubles,
  type Doubles,
  newDoubles,
  type Operand,
  roundDoubles,
  zero,
} from '../../emit/emitting.js';
import type { Extent, FieldNode, FieldScanAdjoint } from '../../ir/field.js';
import { choice, fixedAt, moving, plus } from '../../list/argument.js';
import type { Argument, Condition, Instruction } from '../../list/instruction.js';
import {
  type Address,
  addressFor,
  listAddress,
  numberBytes,
  sizeOf,
  strideOf,
} from '../../memory/address.js';
import type { Arena } from '../../memory/arena.js';
import { copyCellsKernel } from '../../registry/moves.js';
import { accumulate } from '../accumulate.js';
import type { LaidOut } from '../build.js';
import { copyBytes } from '../copy-value.js';
import { type AdjointInputs, StepLeaves, Zeros } from './adjoint-leaves.js';
import {
  buildStep,
  type Checkpoints,
  constantAddress,
  isLeaf,
  type ScanRecord,
  type StepContext,
  unexpected,
  unreadAddress,
} from './build-step.js';
import { type Becomes, backwards, backwardsFrom, carriedAt } from './carried.js';
import { type Counter, eachStep, everySegment, single } from './counter.js';
import { countOf, forLater } from './ending.js';
import { buildSteps } from './forward-steps.js';
import { fieldOf } from './state.js';

/** Builds the adjoint of a scan that has been built. */
export const buildScanAdjoint = (
  adjoint: FieldScanAdjoint,
  record: ScanRecord,
  inputs: readonly Operand[],
  context: StepContext,
): LaidOut => {
  const { arena } = context;
  const { fields, steps, carry } = adjoint;
  const given = inputsOf(adjoint, inputs);
  // both count the same steps, so that the scan's records are found by the same counter
  const counter: Counter = { steps, loop: record.loop };
  const { loop } = counter;
  const segments = segmentsOf(adjoint, record, inputs, counter, context);
  const forward = segments?.record ?? record;
  const indices = Object.entries(adjoint.externals).map(([index, node]) => [Number(index), node] as const);
  // a cotangent with pixels adds one number per step at each pixel; one that is summed over pixels adds very many
  const { nodes, onto } = accumulate(adjoint.nodes, new Map(indices), ({ grid }) => grid !== undefined);

  const clock = arena.allocate(16, 'clock');
  const zeros = new Zeros(arena);
  const sums = allocateSums(nodes, onto, arena);
  const pins = new Map([...sums.values()].map(({ operand }) => [operand.node, operand.address]));
  const handed = adjoint.handed ?? {};
  const rings = carryRings(adjoint, nodes, pins, counter, arena);
  for (const [node, address] of rings) pins.set(node, address);
  const elements = allocateElements(adjoint, nodes, pins, counter, arena);
  for (const [node, address] of elements.pins) pins.set(node, address);

  // the last step that was taken, if not all were: the counter of a loop
  const end = arena.loop();
  const isLast: Condition =
    record.last === undefined
      ? { loop, times: 1, plus: 0, is: steps - 1 }
      : { loop, times: 1, plus: 0, is: countOf(end) };
  const stepsBack = record.last === undefined ? backwards(loop, steps) : backwardsFrom(loop, end);
  const carried = (field: string, of: (node: number) => Address): Address => {
    const extentOf = (name: string): Extent => given.fields[fields.indexOf(name)].extent;
    const finalCotangent = (name: string): Argument =>
      (given.finals[adjoint.finals.indexOf(name)]?.address ?? zeros.of(extentOf(name))).at;
    const next = (name: string): Becomes => {
      const node = carry[name];
      if (node === undefined) return { at: zeros.of(extentOf(name)).at };
      const after = fieldOf(nodes[node], 'carry');
      return after === undefined ? { at: of(node).at } : { field: after };
    };
    return addressFor(extentOf(field), carriedAt(field, finalCotangent, next, stepsBack));
  };
  const handedOn = (what: string, extent: Extent, of: (node: number) => Address): Address => {
    const first = (): Argument => leaves.handedFirst(what, extent).at;
    return addressFor(
      extent,
      carriedAt(what, first, () => ({ at: of(handed[what]).at }), stepsBack),
    );
  };
  const doubles = new Map([...sums.values()].map((sum) => [sum.operand.node, sum.doubles]));
  const leaves = new StepLeaves(adjoint, forward, given, segments?.starts, counter, arena, zeros, isLast);
  const step = buildStep(nodes, given.externals, context, {
    leaf: (source, node, of) => {
      switch (source.kind) {
        case 'carry':
          return carried(source.field, of);
        case 'handed':
          return handedOn(source.what, nodes[node].extent, of);
        case 'accumulated':
          return sums.get(source.index)?.operand.address ?? unexpected();
        case 'clock':
          return listAddress(clock);
        case 'constant':
          return constantAddress(arena, source, nodes[node]);
        case 'unread':
          return unreadAddress;
        default:
          return leaves.of(source, nodes[node].extent);
      }
    },
    pinned: pins,
    summed: (node) => doubles.get(node),
    roots: [
      [
        ...new Set([
          ...Object.values(carry),
          ...Object.values(adjoint.elements),
          ...Object.values(handed),
          ...onto.keys(),
        ]),
      ],
    ],
    // reverses record nothing
    records: single,
    beside: { reverse: [], before: forward.inside },
  });

  const e = { arena };
  const clear = [...sums.values()].map((sum) =>
    sum.doubles === undefined ? zero(sum.operand, e) : clearDoubles(sum.doubles, sum.operand.extent, e),
  );
  const round = [...sums.values()].flatMap((sum) =>
    sum.doubles === undefined ? [] : [roundDoubles(sum.doubles, sum.operand)],
  );
  const copies = elements.copied.map(([node, base]) => {
    const stride = strideOf(nodes[node].extent);
    return copyBytes(step.addresses.of(node).at, moving(base, { loop, stride }), stride);
  });
  const [instructions] = step.parts;
  const takeBack: readonly Instruction[] = [{ do: 'clock', loop, to: clock }, ...instructions, ...copies];
  const back = (last: Argument, count: Argument): readonly Instruction[] => [
    { do: 'loop', loop, from: last, by: -1, times: count, body: takeBack },
  ];
  const steppedBack: readonly Instruction[] =
    record.last === undefined
      ? segments === undefined
        ? back(steps - 1, steps)
        : bySegments(segments, back, steps - 1, counter, arena.loop())
      : [
          {
            do: 'loop',
            loop: end,
            from: { read: record.last, most: steps - 1 },
            by: 1,
            times: 1,
            body: [
              ...elements.clear({ steps, loop: end }),
              ...leaves.addTails(end),
              ...(segments === undefined
                ? back(countOf(end), plus(countOf(end), 1))
                : bySegments(segments, back, { counted: end }, counter, arena.loop())),
            ],
          },
        ];
  const ofField = (index: number): Address => {
    const node = carry[fields[index]];
    if (node === undefined) return zeros.of(given.fields[index].extent);
    return addressFor(nodes[node].extent, fixedAt(step.addresses.of(node).at, loop, 0));
  };
  return {
    instructions: [...(segments?.prologue ?? []), ...step.prologue, ...clear, ...steppedBack, ...round],
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

/** Takes `count` steps backwards from a last one. */
type Back = (last: Argument, count: Argument) => readonly Instruction[];

/** Goes backwards segment by segment, from that of the last step: recomputes its steps, then runs their reverses. */
const bySegments = (
  { starts: { size }, step, complete }: Segments,
  back: Back,
  last: number | { readonly counted: number },
  { loop }: Counter,
  segment: number,
): readonly Instruction[] => {
  const isCounted = typeof last !== 'number';
  const end: Argument = isCounted ? countOf(last.counted) : last;
  // the segment of the last step, and the number of its steps
  const final = isCounted ? moving(0, { loop: last.counted, stride: 1, per: size }) : Math.floor(last / size);
  const isFinal: Condition = { loop: segment, times: 1, plus: 0, is: final };
  const first = moving(0, { loop: segment, stride: size });
  const left = isCounted ? moving(1, { loop: last.counted, stride: 1, over: size }) : (last % size) + 1;
  const count = choice(isFinal, left, size);
  return [
    {
      do: 'loop',
      loop: segment,
      from: final,
      by: -1,
      times: plus(final, 1),
      body: [
        { do: 'loop', loop, from: first, by: 1, times: count, body: step },
        ...(isCounted && complete.length > 0
          ? [
              {
                do: 'when' as const,
                any: [isFinal],
                body: [{ do: 'loop' as const, loop, from: end, by: 1 as const, times: 1, body: complete }],
              },
            ]
          : []),
        ...back(choice(isFinal, end, plus(first, size - 1)), count),
      ],
    },
  ];
};

/** The recomputation of steps, segment by segment, with the records for their reverses. */
interface Segments {
  readonly starts: Checkpoints;
  readonly record: ScanRecord;
  readonly prologue: readonly Instruction[];
  readonly step: readonly Instruction[];
  readonly complete: readonly Instruction[];
}

const segmentsOf = (
  adjoint: FieldScanAdjoint,
  { scan, checkpoints }: ScanRecord,
  inputs: readonly Operand[],
  counter: Counter,
  context: StepContext,
): Segments | undefined => {
  if (checkpoints === undefined) return undefined;
  const { finals, observed, earlier } = adjoint;
  const ofScan = inputs.slice(0, -1 - earlier.length - observed.length - finals.length);
  const { built, prologue, step, complete } = buildSteps(scan, ofScan, {
    context,
    counter,
    records: everySegment(counter, checkpoints.size),
    residuals: residualNodes(scan, [], adjoint.nodes),
    reverse: adjoint.nodes,
    pins: new Map(),
    roots: [],
    starts: checkpoints,
  });
  return {
    starts: checkpoints,
    record: {
      scan,
      loop: counter.loop,
      node: (node) => built.addresses.of(node),
      inside: built.inside,
      checkpoints: undefined,
      last: undefined,
    },
    prologue,
    step,
    complete,
  };
};

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
): ReadonlyMap<number, StepSum> =>
  new Map(
    [...onto].map(([node, index]): [number, StepSum] => {
      const { extent } = nodes[node];
      const at = arena.allocate(sizeOf(extent), 'sum over steps');
      const operand = { node, address: addressFor(extent, at), extent };
      const doubles = accumulates(nodes[node]) ? newDoubles(arena, extent) : undefined;
      return [index, { operand, doubles }];
    }),
  );

/** Rings of buffers for the values that one step hands to the step before it. */
const carryRings = (
  { carry, handed = {}, fields, steps }: FieldScanAdjoint,
  nodes: readonly FieldNode[],
  pinned: ReadonlyMap<number, Address>,
  { loop }: Counter,
  arena: Arena,
): ReadonlyMap<number, Address> => {
  const rings = fields.length + 2;
  const made = new Map<number, Address>();
  for (const node of [...Object.values(carry), ...Object.values(handed)]) {
    if (isLeaf(nodes[node]) || pinned.has(node) || made.has(node)) continue;
    const stride = sizeOf(nodes[node].extent);
    const base = arena.allocate(rings * stride, 'at the last steps');
    const at = moving(base, { loop, stride, times: -1, plus: steps - 1, over: rings });
    made.set(node, addressFor(nodes[node].extent, at));
  }
  return made;
};

/** The memory in which the cotangents of driving sequences are collected, one entry per step. */
interface Elements {
  readonly addresses: ReadonlyMap<number, Address>;
  /** Nodes that are computed directly into their sequence. */
  readonly pins: ReadonlyMap<number, Address>;
  /** Nodes that are copied into a sequence after each step, with the sequence's address. */
  readonly copied: readonly (readonly [node: number, base: number])[];
  /** Sets the entries after a step, which a loop counts, to zero. */
  readonly clear: (end: Counter) => readonly Instruction[];
}

const allocateElements = (
  { elements, steps }: FieldScanAdjoint,
  nodes: readonly FieldNode[],
  pinned: ReadonlyMap<number, Address>,
  counter: Counter,
  arena: Arena,
): Elements => {
  const addresses = new Map<number, Address>();
  const pins = new Map<number, Address>();
  const copied: (readonly [number, number])[] = [];
  for (const [sequence, node] of Object.entries(elements)) {
    const { extent } = nodes[node];
    const bytes = sizeOf(extent);
    const base = arena.allocate(steps * bytes, 'cotangents of a sequence');
    addresses.set(Number(sequence), addressFor(extent, base));
    if (isLeaf(nodes[node]) || pinned.has(node) || pins.has(node) || extent.grid === undefined)
      copied.push([node, base]);
    else pins.set(node, addressFor(extent, plus(base, eachStep(counter, bytes))));
  }
  const clear = (end: Counter): readonly Instruction[] => {
    const other = arena.loop();
    const cleared = Object.entries(elements).map(([sequence, node]) => {
      const { at } = addresses.get(Number(sequence)) ?? unexpected();
      const stride = strideOf(nodes[node].extent);
      const to = plus(at, moving(0, { loop: other, stride }));
      const numbers = stride / numberBytes;
      return copyCellsKernel.call({}, [arena.constants([0]), 0, 0, to, numberBytes, 0, 1, numbers]);
    });
    return cleared.length === 0 ? [] : [forLater(end, other, cleared)];
  };
  return { addresses, pins, copied, clear };
};
