/** Joining and cutting programs: one reads the outputs of another; inputs that nothing reads are removed. */

import { type Graph, inputsOf, outputsOf } from './graph.js';
import type { Node } from './op.js';
import type { Program } from './program.js';
import { pruneGraph } from './prune.js';
import { sameShape, showShape } from './shape.js';
import { refuse } from './tensor.js';

/** The numbers of the nodes from which an output is computed, its own included. */
export const nodesBehind = ({ nodes, outputs }: Graph, output: string): ReadonlySet<number> => {
  const found = new Set<number>();
  const open = [outputs[output]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...nodes[next].inputs);
  }
  return found;
};

/** The names of the inputs from which an output is computed. */
export const inputsBehind = (graph: Graph, output: string): ReadonlySet<string> =>
  new Set(
    [...nodesBehind(graph, output)].flatMap((number) => {
      const { op } = graph.nodes[number];
      return op.op === 'input' ? [op.name] : [];
    }),
  );

/**
 * A program with its own outputs and those of another. An input of the other reads the output of the first that `reads`
 * names; else it reads the input of the same name, which is added if the first has none.
 *
 * Refuses an output that both have, and shapes that differ.
 */
export const joined = (first: Program, other: Program, reads: Readonly<Record<string, string>>): Program => {
  // Maps, since a name may be one that every object has, such as constructor.
  const own = new Map(Object.entries(outputsOf(first.graph)));
  const read = new Map(Object.entries(reads));
  const twice = Object.keys(other.graph.outputs).find((name) => own.has(name));
  if (twice !== undefined) return refuse('joined', `both programs have an output '${twice}'`);
  const given = new Map(Object.entries(inputsOf(first.graph)));
  const wanted = Object.entries(inputsOf(other.graph));
  for (const [name, shape] of wanted) {
    const output = read.get(name);
    const from = output === undefined ? given.get(name) : own.get(output);
    if (from !== undefined && !sameShape(from, shape))
      return refuse('joined', `'${output ?? name}' is ${showShape(from)}, not ${showShape(shape)}`);
  }
  const added = wanted.filter(([name]) => !read.has(name) && !given.has(name));
  const before = given.size;
  // Inputs come first in a graph, so all other nodes move up by the number of added inputs.
  const moved = (number: number): number => (number < before ? number : number + added.length);
  const nodes: Node[] = [
    ...first.graph.nodes.slice(0, before),
    ...added.map(([name, shape]): Node => ({ op: { op: 'input', name, shape }, inputs: [], shape })),
    ...first.graph.nodes.slice(before).map((node) => ({ ...node, inputs: node.inputs.map(moved) })),
  ];
  const place: number[] = [];
  for (const node of other.graph.nodes) {
    if (node.op.op === 'input') {
      const { name } = node.op;
      const output = read.get(name);
      place.push(
        output === undefined
          ? nodes.findIndex(({ op }) => op.op === 'input' && op.name === name)
          : moved(first.graph.outputs[output]),
      );
      continue;
    }
    place.push(nodes.length);
    nodes.push({ ...node, inputs: node.inputs.map((input) => place[input]) });
  }
  const outputs = Object.entries({
    ...Object.fromEntries(
      Object.entries(first.graph.outputs).map(([name, number]) => [name, moved(number)] as const),
    ),
    ...Object.fromEntries(
      Object.entries(other.graph.outputs).map(([name, number]) => [name, place[number]] as const),
    ),
  }).sort(([a], [b]) => (a < b ? -1 : 1));
  return { graph: { ...first.graph, nodes, outputs: Object.fromEntries(outputs) } };
};

/** The program with only these outputs, without those of the named inputs that they do not read. */
export const withoutInputs = (p: Program, outputs: readonly string[], inputs: readonly string[]): Program => {
  const graph = pruneGraph(p.graph, outputs);
  const read = new Set(outputs.flatMap((name) => [...inputsBehind(graph, name)]));
  const isGone = ({ op }: Node): boolean =>
    op.op === 'input' && inputs.includes(op.name) && !read.has(op.name);
  const place: number[] = [];
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    place.push(nodes.length);
    if (!isGone(node)) nodes.push({ ...node, inputs: node.inputs.map((input) => place[input]) });
  }
  return {
    graph: {
      ...graph,
      nodes,
      outputs: Object.fromEntries(
        Object.entries(graph.outputs).map(([name, number]) => [name, place[number]]),
      ),
    },
  };
};
