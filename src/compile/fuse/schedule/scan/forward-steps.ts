/** The forward steps of a scan: the addresses of their values, and the instructions that compute them. */

import { scanInputs } from '../../../../dsl/op.js';
import type { Operand } from '../../emit/emitting.js';
import type { FieldScan, Source } from '../../ir/field.js';
import { seldomNodes } from '../../ir/seldom.js';
import { moving } from '../../list/argument.js';
import type { Instruction } from '../../list/instruction.js';
import { type Address, addressFor, listAddress, sizeOf, strideOf } from '../../memory/address.js';
import {
  type Beside,
  type Built,
  buildStep,
  type Checkpoints,
  constantAddress,
  isLeaf,
  type StepContext,
  steppedBy,
  unreadAddress,
} from './build-step.js';
import { type Counter, entryAt, type Records } from './counter.js';
import { stateAt } from './state.js';

/** How steps are laid out. */
export interface StepsPlan {
  readonly context: StepContext;
  readonly counter: Counter;
  /** The entries of records. */
  readonly records: Records;
  /** The nodes that are recorded. */
  readonly residuals: ReadonlySet<number>;
  /** The reverse of the step; empty if nothing is recorded for one. */
  readonly reverse: Beside['reverse'];
  /** Fixed addresses of some nodes. */
  readonly pins: ReadonlyMap<number, Address>;
  /** Nodes that are computed besides the next state and the records. */
  readonly roots: readonly number[];
  /** The starts of segments, if these steps are not taken one after the other from the first. */
  readonly starts?: Checkpoints | undefined;
}

/** Steps that can be taken one by one. */
export interface Steps {
  readonly built: Built;
  readonly prologue: readonly Instruction[];
  /** The instructions of one step. */
  readonly step: readonly Instruction[];
  /** Computes nodes that only some observations need, after a step that left them out. */
  readonly complete: readonly Instruction[];
}

export const buildSteps = (scan: FieldScan, inputs: readonly Operand[], plan: StepsPlan): Steps => {
  const { context, counter, records, starts } = plan;
  const { arena } = context;
  const { body, fields } = scan;
  const { nodes } = body;
  const given = scanInputs(scan, inputs);
  const clock = arena.allocate(16, 'clock');
  const { loop } = counter;
  const rings = fields.length + 2;
  const pins = new Map(plan.pins);
  const bytesOf = (node: number): number => sizeOf(nodes[node].extent);
  for (const node of plan.residuals) {
    if (isLeaf(nodes[node]) || pins.has(node)) continue;
    const bytes = bytesOf(node);
    const base = arena.allocate(records.count * bytes, 'recorded');
    pins.set(node, addressFor(nodes[node].extent, entryAt(base, bytes, records)));
  }
  for (const node of Object.values(body.next)) {
    if (isLeaf(nodes[node]) || pins.has(node)) continue;
    const bytes = bytesOf(node);
    const base = arena.allocate(rings * bytes, 'at the last steps');
    pins.set(node, addressFor(nodes[node].extent, moving(base, { loop, stride: bytes, over: rings })));
  }
  const state = (field: string, of: (node: number) => Address): Address => {
    const input = (name: string): Operand => given.fields[fields.indexOf(name)];
    const at = stateAt(scan, field, {
      counter,
      given: (name) => input(name).address.at,
      node: (node) => of(node).at,
      starts,
    });
    return addressFor(input(field).extent, at);
  };
  const leaf = (source: Source, node: number, of: (node: number) => Address): Address => {
    switch (source.kind) {
      case 'state':
        return state(source.field, of);
      case 'element': {
        const stride = strideOf(nodes[node].extent);
        return steppedBy(given.sequences[source.sequence].address, counter, stride);
      }
      case 'external':
        return given.externals[source.index].address;
      case 'clock':
        return listAddress(clock);
      case 'constant':
        return constantAddress(arena, source, nodes[node]);
      case 'unread':
        return unreadAddress;
      default:
        throw new Error(`${source.kind} in a step`);
    }
  };
  const wanted = [
    ...new Set([
      ...Object.values(body.next),
      ...(body.ends === undefined ? [] : [body.ends]),
      ...plan.roots,
      ...plan.residuals,
    ]),
  ];
  const seldom = seldomNodes(scan);
  const rates = [...new Set(seldom.values())];
  const built = buildStep(nodes, given.externals, context, {
    leaf,
    pinned: pins,
    summed: () => undefined,
    roots: [
      wanted.filter((node) => !seldom.has(node)),
      ...rates.map((every) => wanted.filter((node) => seldom.get(node) === every)),
    ],
    records,
    beside: { reverse: plan.reverse },
  });
  const [always, ...others] = built.parts;
  return {
    built,
    prologue: built.prologue,
    step: [
      { do: 'clock', loop, to: clock },
      ...always,
      ...rates.map(
        (every, i): Instruction => ({
          do: 'when',
          any: [{ loop, times: 1, plus: 1, over: every, is: 0 }],
          body: others[i],
        }),
      ),
    ],
    complete: rates.map((every, i) => ({
      do: 'when',
      any: Array.from({ length: every - 1 }, (_, rest) => ({
        loop,
        times: 1,
        plus: 1,
        over: every,
        is: rest + 1,
      })),
      body: others[i],
    })),
  };
};
