/** Pruning: a graph without the nodes that its outputs do not need. */

import type { Graph } from './graph.js';
import { type Body, type Node, type Op, type ScanOp, scanInputs } from './op.js';
import { observedPort } from './ports.js';

/** The remaining nodes, and the new number of each. */
interface Left {
  readonly nodes: readonly Node[];
  readonly to: (old: number) => number;
}

/**
 * Keeps only the nodes that the roots need, also inside of scans: a scan observes only values that are read, and
 * loses externals that nothing needs any more. Nodes read earlier nodes only, so one pass from the last to the first
 * finds everything.
 */
const prune = (nodes: readonly Node[], roots: readonly number[]): Left => {
  const needed = new Set(roots);
  const ports = new Map<number, Set<string>>();
  const kept: { readonly old: number; readonly node: Node }[] = [];
  for (let old = nodes.length - 1; old >= 0; old--) {
    if (!needed.has(old)) continue;
    const { op } = nodes[old];
    const node = op.op === 'scan' ? pruneScan(nodes[old], op, ports.get(old) ?? new Set()) : nodes[old];
    if (op.op === 'take') {
      const [scan] = node.inputs;
      ports.set(scan, (ports.get(scan) ?? new Set()).add(op.port));
    }
    for (const input of node.inputs) needed.add(input);
    kept.push({ old, node });
  }
  kept.reverse();
  const renumbered = new Map(kept.map(({ old }, index) => [old, index]));
  const to = (old: number): number => renumbered.get(old) ?? old;
  return { nodes: kept.map(({ node }) => ({ ...node, inputs: node.inputs.map(to) })), to };
};

const pruneScan = (node: Node, op: ScanOp, ports: ReadonlySet<string>): Node => {
  const observe = Object.entries(op.body.observe).filter(([name]) => ports.has(observedPort(name)));
  const next = Object.entries(op.body.next);
  const { until } = op.body;
  const left = prune(
    op.body.nodes,
    [...next, ...observe].map(([, number]) => number).concat(until === undefined ? [] : [until]),
  );
  const used = left.nodes.flatMap(({ op: inner }) => (inner.op === 'external' ? [inner.index] : []));
  const externals = [...new Set(used)].sort((a, b) => a - b);
  const renamed = (inner: Op): Op =>
    inner.op === 'external' ? { ...inner, index: externals.indexOf(inner.index) } : inner;
  const moved = (entries: readonly (readonly [string, number])[]): Readonly<Record<string, number>> =>
    Object.fromEntries(entries.map(([name, number]) => [name, left.to(number)]));
  const body: Body = {
    nodes: left.nodes.map((inner) => ({ ...inner, op: renamed(inner.op) })),
    next: moved(next),
    observe: moved(observe),
    ...(until === undefined ? {} : { until: left.to(until) }),
  };
  const { every, ...settings } = op;
  const rates = Object.entries(every ?? {}).filter(([name]) => ports.has(observedPort(name)));
  const given = scanInputs(op, node.inputs);
  return {
    ...node,
    op: { ...settings, ...(rates.length === 0 ? {} : { every: Object.fromEntries(rates) }), body },
    inputs: [...given.fields, ...given.sequences, ...externals.map((index) => given.externals[index])],
  };
};

/** The graph with only these outputs. All inputs are kept, since they are part of the program's signature. */
export const pruneGraph = (graph: Graph, outputs: readonly string[]): Graph => {
  const inputs = graph.nodes.flatMap(({ op }, number) => (op.op === 'input' ? [number] : []));
  const { nodes, to } = prune(graph.nodes, [...inputs, ...outputs.map((name) => graph.outputs[name])]);
  return {
    ...graph,
    nodes,
    outputs: Object.fromEntries([...outputs].sort().map((name) => [name, to(graph.outputs[name])])),
  };
};
