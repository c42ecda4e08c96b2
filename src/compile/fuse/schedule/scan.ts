/** Scans as instructions. Residuals are recorded at all steps; states that are not recorded go through rings of buffers. */

import { scanInputs } from '../../../dsl/op.js';
import { splitPort } from '../../../dsl/ports.js';
import type { Operand } from '../emit/emitting.js';
import type { FieldScan, Source } from '../ir/field.js';
import {
  type Address,
  addressFor,
  type Instruction,
  listAddress,
  sizeOf,
  strideOf,
  wholeAddress,
} from '../memory/address.js';
import {
  buildStep,
  constantAddress,
  copyStep,
  isLeaf,
  offsetBy,
  type StepContext,
  unexpected,
} from './scan-step.js';

/** A scan that is laid out, and where its adjoint finds residuals and states. */
export interface ScanSchedule {
  readonly instructions: readonly Instruction[];
  readonly port: (name: string) => Address;
  readonly node: (node: number) => Address;
  readonly state: (field: string) => Address;
}

/** Builds a scan. `residuals`: the nodes of its step that are recorded; `observed`: the observations that are read. */
export const buildScan = (
  scan: FieldScan,
  inputs: readonly Operand[],
  residuals: ReadonlySet<number>,
  observed: ReadonlySet<string>,
  context: StepContext,
): ScanSchedule => {
  const { arena, grid } = context;
  const { body, fields, steps } = scan;
  const { nodes } = body;
  const given = scanInputs(scan, inputs);
  const { externals } = given;
  const clock = arena.allocate(16);
  const rings = fields.length + 2;
  const pins = new Map<number, Address>();
  const bytesOf = (node: number): number => sizeOf(nodes[node].extent, grid);
  for (const node of residuals) {
    if (isLeaf(nodes[node])) continue;
    const bytes = bytesOf(node);
    const base = arena.allocate(steps * bytes);
    const at = (t: number): number => base + t * bytes;
    pins.set(node, addressFor(nodes[node].extent, at, grid));
  }
  for (const node of Object.values(body.next)) {
    if (isLeaf(nodes[node]) || pins.has(node)) continue;
    const bytes = bytesOf(node);
    const base = arena.allocate(rings * bytes);
    const at = (t: number): number => base + (t % rings) * bytes;
    pins.set(node, addressFor(nodes[node].extent, at, grid));
  }
  const state = (field: string): Address => {
    const { address: initial, extent } = given.fields[fields.indexOf(field)];
    const before = (t: number): number => made.addresses.of(body.next[field]).at(t - 1);
    return addressFor(extent, (t) => (t === 0 ? initial.at(0) : before(t)), grid);
  };
  const states = new Map(fields.map((field) => [field, state(field)]));
  const leaf = (source: Source, node: number): Address => {
    switch (source.kind) {
      case 'state':
        return states.get(source.field) ?? unexpected();
      case 'element': {
        const stride = strideOf(nodes[node].extent, grid);
        return offsetBy(given.sequences[source.sequence].address, (t) => t * stride);
      }
      case 'external':
        return externals[source.index].address;
      case 'clock':
        return listAddress(() => clock);
      case 'constant':
        return constantAddress(arena, grid, source, nodes[node]);
      default:
        throw new Error(`${source.kind} in a step`);
    }
  };
  const observedNodes = [...observed].map((name) => body.observe[name]);
  const made = buildStep(nodes, externals, context, {
    leaf,
    pinned: pins,
    summed: () => undefined,
    roots: [...Object.values(body.next), ...observedNodes, ...residuals].filter(
      (node, i, all) => all.indexOf(node) === i,
    ),
  });
  const sequencesOut = new Map<string, Address>();
  const copies: Instruction[] = [];
  for (const name of observed) {
    const node = body.observe[name];
    const { extent } = nodes[node];
    if (!isLeaf(nodes[node]) && extent.grid) {
      const first = made.addresses.of(node).at(0);
      sequencesOut.set(
        name,
        wholeAddress(() => first, grid),
      );
      continue;
    }
    const base = arena.allocate(steps * bytesOf(node));
    sequencesOut.set(
      name,
      addressFor(extent, () => base, grid),
    );
    copies.push(copyStep(arena, made.addresses.of(node), base, strideOf(extent, grid)));
  }
  return {
    instructions: [
      () => {
        for (let t = 0; t < steps; t++) {
          arena.floats[clock / 4] = t;
          for (const run of made.instructions) run(t);
          for (const run of copies) run(t);
        }
      },
    ],
    port: (name) => {
      const [kind, what] = splitPort(name);
      if (kind === 'observed') return sequencesOut.get(what) ?? unexpected();
      const address = states.get(what) ?? unexpected();
      return { ...address, at: () => address.at(steps) };
    },
    node: (node) => made.addresses.of(node),
    state: (field) => states.get(field) ?? unexpected(),
  };
};
