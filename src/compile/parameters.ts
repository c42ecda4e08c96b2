/** The initial values of a program's parameters, the same for every interpreter. */

import { type Graph, parametersOf } from '../dsl/graph.js';
import { initialValues } from '../dsl/initialiser.js';

/** Values by name, row-major. */
export type Arrays = Readonly<Record<string, Float32Array>>;

/**
 * Starting values of all parameters, trainable or not, row-major, by name.
 *
 * A parameter's values depend on (seed, name, shape, initialiser) alone: if a program gains a layer, the parameters of
 * all other layers start as before.
 *
 * @example
 * initialParameters(nwm.graph, 0)['coupling/weight']   // Float32Array(36): the Laplacian of each channel
 */
export const initialParameters = (graph: Graph, seed: number): Arrays =>
  Object.fromEntries(
    parametersOf(graph).map(({ name, shape, init }) => [name, initialValues(init, shape, seed, name)]),
  );
