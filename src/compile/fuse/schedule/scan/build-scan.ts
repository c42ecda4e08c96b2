/** Scans as instructions. Residuals are recorded at all steps; states that are not recorded go through rings of buffers. */

import { everyOf, keptSteps } from '../../../../dsl/op.js';
import { splitPort } from '../../../../dsl/ports.js';
import type { Operand } from '../../emit/emitting.js';
import type { FieldScan } from '../../ir/field.js';
import { fixedAt, later, moving, plus, timesOf } from '../../list/argument.js';
import type { Argument, Instruction } from '../../list/instruction.js';
import { type Address, addressFor, sizeOf, strideOf } from '../../memory/address.js';
import type { LaidOut } from '../build.js';
import { copyBytes } from '../copy-value.js';
import {
  type Beside,
  type Checkpoints,
  isLeaf,
  type ScanRecord,
  type StepContext,
  unexpected,
} from './build-step.js';
import { type Counter, eachStep, everyStep } from './counter.js';
import { endingOf, isKept, type Repeat } from './ending.js';
import { buildSteps, type Steps } from './forward-steps.js';

/** The parts of a scan that are needed besides its last state. */
export interface ScanNeeds {
  /** The nodes of its step that are recorded at every step, unless steps are recomputed. */
  readonly residuals: ReadonlySet<number>;
  /** The observations that are read. */
  readonly observed: ReadonlySet<string>;
  /** The reverse of its step; empty if it has none. */
  readonly reverse: Beside['reverse'];
}

/** A laid-out scan, with its records for the adjoint. */
export interface ScanSchedule extends LaidOut, ScanRecord {}

/** Builds a scan. */
export const buildScan = (
  scan: FieldScan,
  inputs: readonly Operand[],
  { residuals, observed, reverse }: ScanNeeds,
  context: StepContext,
): ScanSchedule => {
  const { body, steps } = scan;
  const counter: Counter = { steps, loop: context.arena.loop() };
  const { loop } = counter;
  const again = reverse.length > 0 ? scan.remat : undefined;
  const recorded = again === undefined ? residuals : new Set<number>();
  const taken = buildSteps(scan, inputs, {
    context,
    counter,
    records: everyStep(counter, context.around),
    residuals: recorded,
    reverse: again === undefined ? reverse : [],
    pins: inSequences(scan, observed, recorded, counter, context),
    roots: [...observed].map((name) => body.observe[name]),
  });
  const sequences = new Map<string, Address>();
  const after: Instruction[] = [];
  const copies: Repeat[] = [];
  for (const name of observed) {
    const { address, copy, repeat } = recordOf(scan, name, taken, counter, context);
    sequences.set(name, address);
    if (copy !== undefined) after.push(copy);
    copies.push(repeat);
  }
  const ending =
    body.ends === undefined ? undefined : endingOf(scan, body.ends, taken, counter, context, copies);
  const left = again === undefined ? undefined : checkpointsOf(again, scan, taken, counter, context);
  for (const copy of left?.copies ?? []) after.push(copy);
  if (ending !== undefined) after.push(ending.note);
  const until = ending === undefined ? {} : { until: ending.over };
  return {
    instructions: [
      ...taken.prologue,
      { do: 'loop', loop, from: 0, by: 1, times: steps, ...until, body: [...taken.step, ...after] },
      ...(ending === undefined ? [] : [ending.after]),
    ],
    port: (name) => {
      const [kind, what] = splitPort(name);
      if (kind === 'observed') return sequences.get(what) ?? unexpected();
      const address = taken.built.addresses.of(body.next[what]);
      return { ...address, at: fixedAt(address.at, loop, steps - 1) };
    },
    scan,
    loop,
    node: (node) => taken.built.addresses.of(node),
    inside: taken.built.inside,
    checkpoints: left?.checkpoints,
    last: ending?.last,
  };
};

/** Whether an observation has the layout of its sequence, so that it is computed in place. */
const isInPlace = (scan: FieldScan, name: string): boolean => {
  const node = scan.body.nodes[scan.body.observe[name]];
  return !isLeaf(node) && node.extent.grid !== undefined && everyOf(scan, name) === 1;
};

/** Nodes that are computed directly into the sequence of an observation. */
const inSequences = (
  scan: FieldScan,
  observed: ReadonlySet<string>,
  recorded: ReadonlySet<number>,
  counter: Counter,
  { arena }: StepContext,
): ReadonlyMap<number, Address> => {
  const pins = new Map<number, Address>();
  for (const name of observed) {
    const node = scan.body.observe[name];
    if (!isInPlace(scan, name) || recorded.has(node) || pins.has(node)) continue;
    const bytes = sizeOf(scan.body.nodes[node].extent);
    const base = arena.allocate(scan.steps * bytes, `sequence ${name}`);
    pins.set(node, addressFor(scan.body.nodes[node].extent, plus(base, eachStep(counter, bytes))));
  }
  return pins;
};

/**
 * The address of an observation's sequence, and the instructions that copy to it after a step, if it is not computed
 * there.
 */
const recordOf = (
  scan: FieldScan,
  name: string,
  { built }: Steps,
  { loop }: Counter,
  { arena }: StepContext,
): { readonly address: Address; readonly copy?: Instruction; readonly repeat: Repeat } => {
  const node = scan.body.observe[name];
  const { extent } = scan.body.nodes[node];
  const from = built.addresses.of(node);
  if (isInPlace(scan, name)) {
    const repeat = { from: from.at, to: from.at, bytes: sizeOf(extent), every: 1 };
    return { address: { ...from, at: fixedAt(from.at, loop, 0) }, repeat };
  }
  const every = everyOf(scan, name);
  const stride = strideOf(extent);
  const base = arena.allocate(keptSteps(scan, name) * sizeOf(extent), `sequence ${name}`);
  const address = addressFor(extent, base);
  const entry =
    every === 1
      ? moving(base, { loop, stride })
      : moving(base - stride, { loop, stride, plus: 1, per: every });
  const copy = copyBytes(from.at, entry, stride);
  return {
    address,
    copy: every === 1 ? copy : { do: 'when', any: [isKept(every, loop)], body: [copy] },
    repeat: { from: from.at, to: entry, bytes: stride, every },
  };
};

/** Memory for the states at the starts of segments, and the instructions that copy to it after a step. */
const checkpointsOf = (
  size: number,
  { fields, body, steps }: FieldScan,
  { built }: Steps,
  { loop }: Counter,
  { arena, around }: StepContext,
): { readonly checkpoints: Checkpoints; readonly copies: readonly Instruction[] } => {
  const each = Math.ceil(steps / size) - 1;
  const starts = new Map<string, Argument>();
  const copies: Instruction[] = [];
  for (const field of fields) {
    const node = body.next[field];
    const bytes = sizeOf(body.nodes[node].extent);
    const base = arena.allocate(around.count * each * bytes, `${field} at some steps`);
    // the segments before this one, without the first
    const entry = plus(
      timesOf(around.entry, each * bytes),
      moving(base - bytes, { loop, stride: bytes, per: size }),
    );
    starts.set(field, entry);
    const copy = copyBytes(built.addresses.of(node).at, later(entry, loop, 1), bytes);
    // after each segment but the last
    const ends = Array.from({ length: each }, (_, segment) => ({
      loop,
      times: 1,
      plus: 1,
      is: (segment + 1) * size,
    }));
    copies.push({ do: 'when', any: ends, body: [copy] });
  }
  return {
    checkpoints: { size, state: (field) => starts.get(field) ?? unexpected() },
    copies,
  };
};
