/**
 * Where gradients flow in training: to each value that depends on a trainable parameter and on which an output depends,
 * through operations that have a gradient.
 */

import { isFlat, type Node, type Op, type ScanOp, scanInputs } from '../../dsl/op.js';
import { splitPort } from '../../dsl/ports.js';

/** Which values of a list of nodes have a gradient, and the same inside of scans. */
export interface Flow {
  readonly reached: readonly boolean[];
  readonly bodies: ReadonlyMap<number, Flow>;
}

type LeafNeeds = (op: Op) => boolean;

/** Whether a gradient of an operation's result flows to its i-th input. */
export type Passes = (op: Op, i: number) => boolean;

/** By mathematics: where the derivative is not zero everywhere. */
export const byDerivative: Passes = (op, i) => {
  switch (op.op) {
    case 'where':
      return i > 0;
    case 'noise':
      return false;
    case 'batchNorm':
      return i < 3;
    default:
      return !isFlat(op);
  }
};

/** By TensorFlow.js's tape, which also computes gradients that are zero everywhere. */
export const byTape: Passes = (op, i) => op.op !== 'noise' && (op.op !== 'batchNorm' || i < 3);

/** Flow of a program of which these nodes are trained. */
export const flowOf = (nodes: readonly Node[], roots: readonly number[], passes: Passes): Flow =>
  arrivals(
    nodes,
    parameterDependence(nodes, () => false, passes),
    new Set(roots),
    passes,
  );

/** Which values depend on a trainable parameter, and the same inside of the scans. */
interface ParameterDependence {
  readonly values: readonly boolean[];
  readonly bodies: ReadonlyMap<number, ParameterDependence>;
}

const parameterDependence = (
  nodes: readonly Node[],
  leaf: LeafNeeds,
  passes: Passes,
): ParameterDependence => {
  const values: boolean[] = [];
  const bodies = new Map<number, ParameterDependence>();
  for (const [number, { op, inputs }] of nodes.entries()) {
    if (op.op === 'parameter') values.push(op.trainable);
    else if (op.op === 'scan') {
      const body = bodyDependence(
        op,
        inputs.map((input) => values[input]),
        passes,
      );
      bodies.set(number, body);
      values.push(false);
    } else if (op.op === 'take')
      values.push(portDependence(nodes[inputs[0]].op, bodies.get(inputs[0]), op.port));
    else if (inputs.length === 0) values.push(leaf(op));
    else values.push(inputs.some((input, i) => passes(op, i) && values[input]));
  }
  return { values, bodies };
};

/** The state depends on a parameter if its initial value does, or if it does after any step. */
const bodyDependence = (op: ScanOp, inputs: readonly boolean[], passes: Passes): ParameterDependence => {
  const { fields, sequences, externals } = scanInputs(op, inputs);
  let state = fields;
  for (;;) {
    const before = state;
    const leafNeeds = (leaf: Op): boolean => {
      if (leaf.op === 'state') return before[op.fields.indexOf(leaf.field)];
      if (leaf.op === 'element') return sequences[leaf.sequence];
      return leaf.op === 'external' && externals[leaf.index];
    };
    const needs = parameterDependence(op.body.nodes, leafNeeds, passes);
    state = op.fields.map((field, i) => before[i] || needs.values[op.body.next[field]]);
    if (state.every((value, i) => value === before[i])) return needs;
  }
};

/** The node of a body that a port reads. */
export const portNode = (op: ScanOp, port: string): number => {
  const [kind, name] = splitPort(port);
  return kind === 'final' ? op.body.next[name] : op.body.observe[name];
};

const portDependence = (scan: Op, body: ParameterDependence | undefined, port: string): boolean =>
  scan.op === 'scan' && body !== undefined && body.values[portNode(scan, port)];

const arrivals = (
  nodes: readonly Node[],
  needs: ParameterDependence,
  roots: ReadonlySet<number>,
  passes: Passes,
): Flow => {
  const reached = nodes.map((_, number) => roots.has(number) && needs.values[number]);
  const ports = new Map<number, Set<number>>();
  const bodies = new Map<number, Flow>();
  const reach = (input: number): void => {
    if (needs.values[input]) reached[input] = true;
  };
  for (const [number, { op, inputs }] of [...nodes.entries()].reverse()) {
    if (op.op === 'scan') {
      const body = needs.bodies.get(number);
      if (body === undefined) continue;
      const flow = bodyArrivals(op, body, ports.get(number) ?? new Set(), passes);
      bodies.set(number, flow);
      for (const [i, source] of inputs.entries()) if (reachesInput(op, flow, i)) reach(source);
    } else if (reached[number] && op.op === 'take') {
      const scan = nodes[inputs[0]].op;
      const seen = ports.get(inputs[0]) ?? new Set<number>();
      if (scan.op === 'scan') ports.set(inputs[0], seen.add(portNode(scan, op.port)));
    } else if (reached[number]) {
      for (const [i, input] of inputs.entries()) if (passes(op, i)) reach(input);
    }
  }
  return { reached, bodies };
};

/** A gradient that reaches the state before a step comes from the state after the step before. */
const bodyArrivals = (
  op: ScanOp,
  needs: ParameterDependence,
  ports: ReadonlySet<number>,
  passes: Passes,
): Flow => {
  let roots = ports;
  for (;;) {
    const flow = arrivals(op.body.nodes, needs, roots, passes);
    const carried = op.fields.filter((_, i) => reachesInput(op, flow, i)).map((field) => op.body.next[field]);
    const grown = new Set([...roots, ...carried]);
    if (grown.size === roots.size) return flow;
    roots = grown;
  }
};

/** Whether a gradient reaches the i-th input of a scan. */
const reachesInput = (op: ScanOp, { reached }: Flow, i: number): boolean => {
  const field = op.fields[i];
  const sequence = i - op.fields.length;
  return op.body.nodes.some(({ op: leaf }, number) => {
    if (!reached[number]) return false;
    if (field !== undefined) return leaf.op === 'state' && leaf.field === field;
    return sequence < op.sequences
      ? leaf.op === 'element' && leaf.sequence === sequence
      : leaf.op === 'external' && leaf.index === sequence - op.sequences;
  });
};
