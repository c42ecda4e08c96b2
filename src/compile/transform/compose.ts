/** Programs one after the other. */

import { type Graph, inputsOf, languageVersion, outputsOf } from '../../dsl/graph.js';
import type { Node } from '../../dsl/op.js';
import type { Program } from '../../dsl/program.js';
import { pruneGraph } from '../../dsl/prune.js';
import { sameShape, showShape } from '../../dsl/shape.js';
import { refuse } from '../../dsl/tensor.js';

/** Names that never change in a program: of parameters and of sources of noise, including those in steps. */
const ownNames = (nodes: readonly Node[]): readonly string[] =>
  nodes.flatMap(({ op }) =>
    op.op === 'parameter' || op.op === 'noise' ? [op.name] : op.op === 'scan' ? ownNames(op.body.nodes) : [],
  );

/**
 * First one program, then another, which takes all its inputs from the outputs of the first, by name. The outputs are
 * those of the second; parts of the first that they do not need are dropped.
 *
 * **Laws** `compose(compose(f, g), h)` is `compose(f, compose(g, h))`, to the same hash.
 *
 * **Errors** Throws a ProgramFault where an input of the second is not an output of the first, or has another shape, and
 * where both have a parameter or a noise of one name: give the layers of one of them names of their own (`scope`).
 *
 * @example
 * const soften = program({ x: [4] }, ({ x }) => ({ y: tanh(x) }));
 * const energy = program({ y: [4] }, ({ y }) => ({ e: square(y) }));
 * signature(compose(soften, energy)); // => 'x [4] → e [4]'
 */
export const compose = (first: Program, second: Program): Program => {
  const given = outputsOf(first.graph);
  for (const [name, shape] of Object.entries(inputsOf(second.graph))) {
    if (!Object.hasOwn(given, name))
      return refuse(
        'compose',
        `the second program takes '${name}', which the first does not give; it gives ${Object.keys(given).join(', ')}`,
      );
    if (!sameShape(given[name], shape))
      return refuse(
        'compose',
        `'${name}' is given as ${showShape(given[name])} and taken as ${showShape(shape)}`,
      );
  }
  const taken = new Set(ownNames(first.graph.nodes));
  const twice = ownNames(second.graph.nodes).find((name) => taken.has(name));
  if (twice !== undefined)
    return refuse('compose', `both programs have a '${twice}'; write one of them in a scope of its own`);
  const joined = join(first.graph, second.graph);
  return { graph: pruneGraph(joined, Object.keys(joined.outputs)) };
};

/** The nodes of both, with the second's inputs replaced by outputs of the first. */
const join = (first: Graph, second: Graph): Graph => {
  const nodes = [...first.nodes];
  const place: number[] = [];
  for (const { op, inputs, shape } of second.nodes) {
    if (op.op === 'input') place.push(first.outputs[op.name]);
    else {
      place.push(nodes.length);
      nodes.push({ op, inputs: inputs.map((input) => place[input]), shape });
    }
  }
  const outputs = Object.fromEntries(
    Object.entries(second.outputs).map(([name, node]) => [name, place[node]]),
  );
  return { language: languageVersion, nodes, outputs };
};
