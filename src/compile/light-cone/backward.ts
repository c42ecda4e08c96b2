/** Dependence backwards through a graph and through the steps of its scans. */

import type { Facts } from '../../dsl/infer.js';
import { everyOf, isKept, type Node, type ScanOp, scanInputs } from '../../dsl/op.js';
import { finalPort, observedPort } from '../../dsl/ports.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { factsInBody } from '../facts.js';
import { dependence } from './dependence.js';
import { empty, type Mask, union } from './mask.js';
import { type Support, supportsOf } from './support.js';

/** A list of nodes with facts on them. */
export interface Known {
  readonly nodes: readonly Node[];
  readonly facts: readonly Facts[];
  readonly supports: readonly Support[];
  /** Called before each step that is walked back; what it throws ends the walk. */
  readonly eachStep?: (() => void) | undefined;
}

/** The seen elements of each node's value, and of each port of each scan. */
export interface Seen {
  readonly values: ReadonlyMap<number, Mask>;
  readonly ports: ReadonlyMap<number, ReadonlyMap<string, Mask>>;
}

/** Nothing is seen. */
export const nothing: Seen = { values: new Map(), ports: new Map() };

/** Adds these elements of a node's value to those that are seen. */
export const see = (seen: Seen, node: number, mask: Mask): Seen => ({
  ...seen,
  values: new Map(seen.values).set(node, union(seen.values.get(node), mask)),
});

/**
 * From the seen elements of the nodes up to `from`, walks back through node `until`, to those of the leaves and of
 * earlier nodes. A scan takes at most its last `steps` steps.
 */
export const backward = (known: Known, seen: Seen, from: number, until: number, steps: number): Seen => {
  const values = new Map(seen.values);
  const ports = new Map([...seen.ports].map(([node, masks]) => [node, new Map(masks)]));
  const add = (node: number, mask: Mask | undefined): void => {
    if (mask !== undefined) values.set(node, union(values.get(node), mask));
  };
  for (let number = from; number >= until; number--) {
    const { op, inputs, shape } = known.nodes[number];
    const mask = values.get(number);
    if (op.op === 'scan') {
      const observed = ports.get(number);
      if (observed === undefined) continue;
      const walk = scanWalk(op, known, number, observed);
      for (let step = 0; step < Math.min(steps, op.steps); step++) walk.stepBack();
      for (const [i, pulled] of walk.inputs().entries())
        if (known.facts[inputs[i]].perSample) add(inputs[i], pulled);
    } else if (mask !== undefined && op.op === 'take') {
      const of = ports.get(inputs[0]) ?? new Map<string, Mask>();
      ports.set(inputs[0], of.set(op.port, union(of.get(op.port), mask)));
    } else if (mask !== undefined) {
      const pulled = dependence(op, sourcesOf(known, inputs), shape, mask);
      for (const [i, source] of inputs.entries()) if (known.facts[source].perSample) add(source, pulled[i]);
    }
  }
  return { values, ports };
};

const sourcesOf = ({ facts, supports }: Known, inputs: readonly number[]) => ({
  shapes: inputs.map((input) => facts[input].shape),
  supports: inputs.map((input) => supports[input]),
});

/** A scan that is walked backwards, step by step. */
export interface ScanWalk {
  /** Walks one more step back, beginning with the last. */
  readonly stepBack: () => void;
  /** The seen elements of each input of the scan, if it had only these steps. */
  readonly inputs: () => readonly Mask[];
}

/** Begins at the end of a scan, with the seen elements of its ports. */
export const scanWalk = (
  op: ScanOp,
  known: Known,
  node: number,
  ports: ReadonlyMap<string, Mask>,
): ScanWalk => {
  const { inputs } = known.nodes[node];
  const read = inputs.map((input) => known.facts[input]);
  const shapes = read.map(({ shape }) => shape);
  const body: Known = {
    nodes: op.body.nodes,
    facts: factsInBody(op, read),
    supports: supportsOf(
      op.body.nodes,
      scanInputs(op, inputs).externals.map((input) => known.supports[input]),
    ),
    eachStep: known.eachStep,
  };
  const initial = op.fields.map((field, i) => ports.get(finalPort(field)) ?? empty(shapes[i]));
  let masks: readonly Mask[] = [...initial, ...shapes.slice(op.fields.length).map(empty)];
  let time = op.steps;
  return {
    stepBack: () => {
      time--;
      masks = bodyBack(op, body, ports, masks, shapes, time);
    },
    inputs: () => masks,
  };
};

/** The seen elements of the scan's inputs when step `time` comes before the steps of `masks`. */
const bodyBack = (
  op: ScanOp,
  body: Known,
  ports: ReadonlyMap<string, Mask>,
  masks: readonly Mask[],
  shapes: readonly Shape[],
  time: number,
): readonly Mask[] => {
  body.eachStep?.();
  const ends = [
    ...op.fields.map((field, i): readonly [number, Mask] => [op.body.next[field], masks[i]]),
    ...Object.entries(op.body.observe).flatMap(([name, node]): readonly (readonly [number, Mask])[] => {
      const sequence = ports.get(observedPort(name));
      const size = volume(body.nodes[node].shape);
      if (sequence === undefined || !isKept(op, name, time)) return [];
      const entry = (time + 1) / everyOf(op, name) - 1;
      return [[node, sequence.subarray(entry * size, (entry + 1) * size)]];
    }),
  ];
  const start = ends.reduce((seen, [node, mask]) => see(seen, node, mask), nothing);
  const { values } = backward(body, start, body.nodes.length - 1, 0, Number.POSITIVE_INFINITY);
  const leaf = (wanted: (op: Node['op']) => boolean): Mask | undefined =>
    body.nodes.reduce<Mask | undefined>((mask, node, number) => {
      const seen = wanted(node.op) ? values.get(number) : undefined;
      return seen === undefined ? mask : union(mask, seen);
    }, undefined);
  return masks.map((mask, i) => {
    const field = op.fields[i];
    if (field !== undefined) return leaf((o) => o.op === 'state' && o.field === field) ?? empty(shapes[i]);
    const sequence = i - op.fields.length;
    if (sequence < op.sequences) {
      const element = leaf((o) => o.op === 'element' && o.sequence === sequence);
      return element === undefined ? mask : placed(mask, element, time);
    }
    const external = leaf((o) => o.op === 'external' && o.index === sequence - op.sequences);
    return external === undefined ? mask : union(mask, external);
  });
};

/** A sequence's mask with that of its element at a time. */
const placed = (sequence: Mask, element: Mask, time: number): Mask => {
  const mask = sequence.slice();
  mask.set(element, time * element.length);
  return mask;
};
