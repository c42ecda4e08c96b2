/** Scans as instructions: what is recorded, rings of buffers for what is not. */

import { scanInputs } from '../../../dsl/op.js';
import { splitPort } from '../../../dsl/ports.js';
import type { Operand } from '../emit/emitting.js';
import type { FieldScan, Source } from '../ir/field.js';
import {
  type Instruction,
  listPlace,
  type Place,
  placeFor,
  sizeOf,
  strideOf,
  wholePlace,
} from '../memory/address.js';
import {
  advanced,
  buildStep,
  constantPlace,
  copyStep,
  isLeaf,
  noSpecial,
  type StepContext,
} from './scan-step.js';

/** What a scan leaves behind: where its ports are, and where its reverse finds what it recorded. */
export interface Stepped {
  readonly instructions: readonly Instruction[];
  readonly port: (name: string) => Place;
  readonly node: (node: number) => Place;
  readonly state: (field: string) => Place;
}

export const buildScan = (
  scan: FieldScan,
  inputs: readonly Operand[],
  kept: ReadonlySet<number>,
  observed: ReadonlySet<string>,
  context: StepContext,
): Stepped => {
  const { machine, grid } = context;
  const { body, fields, steps } = scan;
  const { nodes } = body;
  const given = scanInputs(scan, inputs);
  const { externals } = given;
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
    const { place: initial, extent } = given.fields[fields.indexOf(field)];
    const before = (t: number): number => made.addresses.of(body.next[field]).at(t - 1);
    return placeFor(extent, (t) => (t === 0 ? initial.at(0) : before(t)), grid);
  };
  const states = new Map(fields.map((field) => [field, state(field)]));
  const leaf = (source: Source, node: number): Place => {
    switch (source.kind) {
      case 'state':
        return states.get(source.field) ?? noSpecial();
      case 'element': {
        const stride = strideOf(nodes[node].extent, grid);
        return advanced(given.sequences[source.sequence].place, (t) => t * stride);
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
  const made = buildStep(nodes, externals, context, {
    leaf,
    pinned: pins,
    summed: () => undefined,
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
      const first = made.addresses.of(node).at(0);
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
    copies.push(copyStep(machine, made.addresses.of(node), base, strideOf(extent, grid)));
  }
  return {
    instructions: [
      () => {
        for (let t = 0; t < steps; t++) {
          machine.floats[clock / 4] = t;
          for (const run of made.instructions) run(t);
          for (const run of copies) run(t);
        }
      },
    ],
    port: (name) => {
      const [kind, what] = splitPort(name);
      if (kind === 'observed') return sequencesOut.get(what) ?? noSpecial();
      const place = states.get(what) ?? noSpecial();
      return { ...place, at: () => place.at(steps) };
    },
    node: (node) => made.addresses.of(node),
    state: (field) => states.get(field) ?? noSpecial(),
  };
};
