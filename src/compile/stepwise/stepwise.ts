/**
 * A program cut at its longest scan: the part before the first step, one step, and the part after the last. So a page
 * can run step by step, change the state between two steps, and read the answer so far.
 *
 * The three parts are programs; values pass between them under the names of `names.ts`.
 */

import { type Graph, outputsOf } from '../../dsl/graph.js';
import { longestScan, type ScanNode } from '../../dsl/longest-scan.js';
import { type Body, everyOf, keptSteps, type Node, scanInputs } from '../../dsl/op.js';
import { finalPort, observedPort } from '../../dsl/ports.js';
import type { Program } from '../../dsl/program.js';
import { pruneGraph } from '../../dsl/prune.js';
import type { Shape } from '../../dsl/shape.js';
import { factsIn } from '../facts.js';
import { clockName, driveName, finalName, givenName, observedName, stateName } from './names.js';

/** An input or an output of a step. */
export interface Told {
  readonly name: string;
  readonly shape: Shape;
}

/** The record of an observation. */
export interface Recorded extends Told {
  /** The number of entries of the whole record. */
  readonly entries: number;
  /** k: it is recorded after steps k, 2k, ... */
  readonly every: number;
  /** Whether the part after the scan reads it. */
  readonly isRead: boolean;
}

/** A program in three parts. */
export interface Stepwise {
  /** The number of steps of the program. */
  readonly steps: number;
  /** The fields of the state. */
  readonly fields: readonly Told[];
  /** Values of the sample that every step reads, named by input, output or number. */
  readonly given: readonly Told[];
  /** Elements of driving sequences, one for each step. */
  readonly drives: readonly Told[];
  /** The observations after each step. */
  readonly observed: readonly Recorded[];
  /** Whether the step reads its number. */
  readonly hasClock: boolean;
  /**
   * From the inputs to the first state, to the values that every step reads, and to the outputs that need no step.
   */
  readonly before: Program;
  /** From a state to the next one, and its observations. */
  readonly step: Program;
  /** From the inputs, all observations and the last state to the other outputs; null if there are none. */
  readonly after: Program | null;
  /** Names of the outputs that need no step, and of the others. */
  readonly outputs: { readonly before: readonly string[]; readonly after: readonly string[] };
}

/**
 * Cuts a program at its longest scan; null if it has none.
 *
 * @example
 * const decay = program({ y: [4, 4, 1] }, ({ y }) => ({
 *   film: scan({ steps: 3, init: { y }, step: (s) => ({ y: scale(0.5, s.y) }), observe: (s) => s.y }),
 * }));
 * stepwise(decay)?.fields; // => [{ name: 'y', shape: [4, 4, 1] }]
 */
export const stepwise = ({ graph }: Program): Stepwise | null => {
  const scan = longestScan(graph);
  return scan === null ? null : cutAt(graph, scan);
};

const cutAt = (graph: Graph, scan: ScanNode): Stepwise => {
  const { nodes } = graph;
  const { op } = scan;
  const at = nodes.indexOf(scan);
  const facts = factsIn(nodes);
  const inputs = scanInputs(op, scan.inputs);
  const later = reached(nodes, at);
  const outputs = Object.keys(graph.outputs);
  const parts = {
    before: outputs.filter((name) => !later.has(graph.outputs[name])),
    after: outputs.filter((name) => later.has(graph.outputs[name])),
  };
  // Values that no sample enters are computed in the step's own program, where kernels treat them as weights.
  const given = [...new Set(inputs.externals)].filter((node) => facts[node].perSample);
  const hasClock = op.body.nodes.some((node) => node.op.op === 'clock');
  const takes = nodes.flatMap(({ op: take, inputs: [from] }, number) =>
    take.op === 'take' && from === at ? [{ port: take.port, number }] : [],
  );
  const observed = Object.entries(op.body.observe).map(
    ([name, node]): Recorded => ({
      name,
      shape: op.body.nodes[node].shape,
      entries: keptSteps(op, name),
      every: everyOf(op, name),
      isRead: takes.some(({ port }) => port === observedPort(name)),
    }),
  );
  const fields = op.fields.map((name, i): Told => ({ name, shape: nodes[scan.inputs[i]].shape }));
  const drives = inputs.sequences.map(
    (node, i): Told => ({ name: nameOf(graph, node, `drive ${i}`), shape: nodes[node].shape.slice(1) }),
  );
  const cut: Omit<Stepwise, 'before' | 'step' | 'after'> = {
    steps: op.steps,
    fields,
    given: given.map((node, i) => ({ name: nameOf(graph, node, `given ${i}`), shape: nodes[node].shape })),
    drives,
    observed,
    hasClock,
    outputs: parts,
  };
  return {
    ...cut,
    before: beforeOf(graph, {
      ...Object.fromEntries(parts.before.map((name) => [name, graph.outputs[name]])),
      ...Object.fromEntries(fields.map((_, i) => [stateName(i), inputs.fields[i]])),
      ...Object.fromEntries(given.map((node, i) => [givenName(i), node])),
      ...Object.fromEntries(inputs.sequences.map((node, i) => [driveName(i), node])),
    }),
    step: stepOf(graph, scan, given, cut),
    after: parts.after.length === 0 ? null : afterOf(graph, takes, cut),
  };
};

/** The nodes that a node's value enters, including itself. */
const reached = (nodes: readonly Node[], from: number): ReadonlySet<number> => {
  const found = new Set([from]);
  for (const [number, { inputs }] of nodes.entries())
    if (inputs.some((input) => found.has(input))) found.add(number);
  return found;
};

const nameOf = ({ nodes, outputs }: Graph, node: number, otherwise: string): string => {
  const { op } = nodes[node];
  return op.op === 'input'
    ? op.name
    : (Object.keys(outputs).find((name) => outputs[name] === node) ?? otherwise);
};

const beforeOf = (graph: Graph, outputs: Readonly<Record<string, number>>): Program => ({
  graph: pruneGraph({ ...graph, outputs }, Object.keys(outputs)),
});

const input = (name: string, shape: Shape): Node => ({
  op: { op: 'input', name, shape },
  inputs: [],
  shape,
});

const clock: Node = {
  op: {
    op: 'parameter',
    name: clockName,
    shape: [],
    init: { kind: 'constant', value: 0 },
    trainable: false,
  },
  inputs: [],
  shape: [],
};

const stepOf = (
  graph: Graph,
  scan: ScanNode,
  given: readonly number[],
  { fields, drives, observed, hasClock, ...rest }: Omit<Stepwise, 'before' | 'step' | 'after'>,
): Program => {
  const { nodes } = graph;
  const { op } = scan;
  const inputs = scanInputs(op, scan.inputs);
  const shared = ancestors(
    nodes,
    inputs.externals.filter((node) => !given.includes(node)),
  );
  const leaves: Node[] = [
    ...fields.map(({ shape }, i) => input(stateName(i), shape)),
    ...rest.given.map(({ shape }, i) => input(givenName(i), shape)),
    ...drives.map(({ shape }, i) => input(driveName(i), [1, ...shape])),
  ];
  const place = new Map<number, number>(given.map((node, i) => [node, fields.length + i]));
  const made: Node[] = [...leaves];
  for (const old of shared) {
    const node = nodes[old];
    place.set(old, made.length);
    made.push({ ...node, inputs: node.inputs.map((each) => place.get(each) ?? each) });
  }
  const ticks = hasClock ? [made.push(clock) - 1] : [];
  const { every: _, remat: __, ...settings } = op;
  const at = made.length;
  made.push({
    op: { ...settings, steps: 1, body: hasClock ? sinceStart(op.body, inputs.externals.length) : op.body },
    inputs: [
      ...fields.keys(),
      ...drives.map((_, i) => fields.length + given.length + i),
      ...inputs.externals.map((node) => place.get(node) ?? node),
      ...ticks,
    ],
    shape: scan.shape,
  });
  const outputs: Record<string, number> = {};
  for (const [i, { name, shape }] of fields.entries())
    outputs[stateName(i)] = made.push({ op: { op: 'take', port: finalPort(name) }, inputs: [at], shape }) - 1;
  for (const [i, { name, shape }] of observed.entries())
    outputs[observedName(i)] =
      made.push({ op: { op: 'take', port: observedPort(name) }, inputs: [at], shape: [1, ...shape] }) - 1;
  return { graph: { language: graph.language, nodes: made, outputs } };
};

/** The nodes from which nodes are computed, including themselves, in order. */
const ancestors = (nodes: readonly Node[], of: readonly number[]): readonly number[] => {
  const found = new Set(of);
  for (let number = nodes.length - 1; number >= 0; number--)
    if (found.has(number)) for (const each of nodes[number].inputs) found.add(each);
  return [...found].sort((a, b) => a - b);
};

/** The body of a step that begins at another number than 0, which the external of this index has. */
const sinceStart = (body: Body, index: number): Body => {
  const made: Node[] = [];
  const place: number[] = [];
  for (const node of body.nodes) {
    const at = made.push({ ...node, inputs: node.inputs.map((each) => place[each]) }) - 1;
    if (node.op.op !== 'clock') {
      place.push(at);
      continue;
    }
    const begin = made.push({ op: { op: 'external', index }, inputs: [], shape: [] }) - 1;
    place.push(made.push({ op: { op: 'zip', fn: 'add' }, inputs: [begin, at], shape: [] }) - 1);
  }
  const moved = (of: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
    Object.fromEntries(Object.entries(of).map(([name, node]) => [name, place[node]]));
  return {
    nodes: made,
    next: moved(body.next),
    observe: moved(body.observe),
    ...(body.until === undefined ? {} : { until: place[body.until] }),
  };
};

const afterOf = (
  graph: Graph,
  takes: readonly { readonly port: string; readonly number: number }[],
  { fields, observed, outputs }: Omit<Stepwise, 'before' | 'step' | 'after'>,
): Program => {
  const names = new Map<string, string>([
    ...fields.map(({ name }, i): [string, string] => [finalPort(name), finalName(i)]),
    ...observed.map(({ name }, i): [string, string] => [observedPort(name), observedName(i)]),
  ]);
  const shapes = outputsOf(graph);
  const read = takes.map(({ port, number }) => ({
    number,
    leaf: input(names.get(port) ?? port, graph.nodes[number].shape),
  }));
  const place = new Map(read.map(({ number }, i) => [number, i]));
  const made: Node[] = read.map(({ leaf }) => leaf);
  for (const [number, node] of graph.nodes.entries()) {
    if (place.has(number)) continue;
    place.set(number, made.length);
    made.push({ ...node, inputs: node.inputs.map((each) => place.get(each) ?? each) });
  }
  const wanted = outputs.after.filter((name) => Object.hasOwn(shapes, name));
  const whole: Graph = {
    ...graph,
    nodes: made,
    outputs: Object.fromEntries(
      wanted.map((name) => [name, place.get(graph.outputs[name]) ?? graph.outputs[name]]),
    ),
  };
  return { graph: pruneGraph(whole, wanted) };
};
