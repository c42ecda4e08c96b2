/** How a program's parameters start; the same for every interpreter. */

import { type Graph, parametersOf } from '../dsl/graph.js';
import { initialValues } from '../dsl/initialiser.js';

/**
 * Starting values of all parameters, trainable or not, row-major, by name.
 *
 * A parameter's values depend on (seed, its name, its shape, its initialiser) alone: a program that gains a layer
 * keeps the start of all others.
 *
 * @example
 * initialParameters(nwm.graph, 0)['coupling/weight']   // Float32Array(36): the Laplacian of each channel
 */
export const initialParameters = (graph: Graph, seed: number): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(
    parametersOf(graph).map(({ name, shape, init }) => [name, initialValues(init, shape, seed, name)]),
  );
