/** Forward mode: a program to the program of its directional derivatives. */

import { inputsOf, outputsOf, parametersOf } from '../../dsl/graph.js';
import type { Program } from '../../dsl/program.js';
import type { Tensor } from '../../dsl/tensor.js';
import {
  closed,
  namesFor,
  programLeaf,
  resolve,
  symbolic,
  type WithRespectTo,
  withoutBatchNorm,
} from './differentiable.js';
import { jvpNodes } from './jvp-graph.js';
import { zerosOf } from './raw.js';
import { namedSources } from './retrace.js';

/** The names of the inputs, parameters and outputs that `jvp` adds. */
export interface JvpNames {
  /** Input → the input that takes its tangent. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Parameter → the parameter that holds its tangent. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Output → the output that gives its tangent. */
  readonly tangents: Readonly<Record<string, string>>;
}

/**
 * The names of a program's tangents: `tangent_x`, `tangent/conv1/weight`, `tangent_y`.
 *
 * @example
 * const p = program({ x: [3] }, ({ x }) => ({ y: dense(2)(x) }));
 * jvpNames(p).parameters['dense1/weight']; // => 'tangent/dense1/weight'
 */
export const jvpNames = (p: Program, wrt: WithRespectTo = {}): JvpNames => {
  const { inputs, parameters } = resolve('jvp', p, wrt);
  const outputs = Object.keys(outputsOf(p.graph));
  return {
    inputs: namesFor('tangent', inputs, Object.keys(inputsOf(p.graph))),
    parameters: parameterNames(
      parameters,
      parametersOf(p.graph).map(({ name }) => name),
    ),
    tangents: namesFor('tangent', outputs, outputs),
  };
};

const parameterNames = (
  names: readonly string[],
  taken: readonly string[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    names.map((name) => {
      let free = `tangent/${name}`;
      while (taken.includes(free)) free = `tangent/${free}`;
      return [name, free];
    }),
  );

/**
 * The Jacobian-vector product, the program of forward mode: it takes p's inputs and a tangent `tangent_x` for each, and
 * gives p's outputs and J tangent as `tangent_y` for each output y. Tangents of trainable parameters are parameters
 * themselves, `tangent/NAME`, zero at first: like those they are the same for all samples of a batch.
 *
 * Kinks, batch norm and errors as in `vjp`, whose adjoint it is: <J v, w> = <v, J' w>.
 *
 * @example
 * const p = program({ x: [2] }, ({ x }) => ({ y: square(x) }));
 * signature(jvp(p)); // => 'tangent_x [2], x [2] → tangent_y [2], y [2]'
 */
export const jvp = (p: Program, wrt: WithRespectTo = {}): Program => {
  const names = jvpNames(p, wrt);
  const own = namedSources();
  const { graph } = withoutBatchNorm('jvp', p, wrt, own);
  const shapes = inputsOf(p.graph);
  const inputs = symbolic({
    ...shapes,
    ...Object.fromEntries(Object.entries(names.inputs).map(([name, given]) => [given, shapes[name]])),
  });
  const { values, tangents: changes } = jvpNodes(
    graph.nodes,
    programLeaf(inputs, own),
    (op): Tensor | undefined => {
      if (op.op === 'input' && Object.hasOwn(names.inputs, op.name)) return inputs[names.inputs[op.name]];
      if (op.op === 'parameter' && Object.hasOwn(names.parameters, op.name))
        return own.parameter({
          ...op,
          name: names.parameters[op.name],
          init: { kind: 'constant', value: 0 },
          trainable: false,
        });
      return undefined;
    },
    own,
  );
  const declared = outputsOf(p.graph);
  return closed(inputs, {
    ...Object.fromEntries(Object.entries(graph.outputs).map(([name, node]) => [name, values[node]])),
    ...Object.fromEntries(
      Object.entries(graph.outputs).map(([name, node]) => [
        names.tangents[name],
        changes[node] ?? zerosOf(declared[name]),
      ]),
    ),
  });
};
