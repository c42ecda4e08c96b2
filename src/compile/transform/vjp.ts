/** Reverse mode: a program to the program of its gradients. */

import { inputsOf, outputsOf, parametersOf } from '../../dsl/graph.js';
import type { Node } from '../../dsl/op.js';
import type { Program } from '../../dsl/program.js';
import type { Tensor } from '../../dsl/tensor.js';
import { activeNodes } from './activity.js';
import {
  closed,
  namesFor,
  programLeaf,
  resolve,
  symbolic,
  type WithRespectTo,
  withoutBatchNorm,
} from './differentiable.js';
import { add, zerosOf } from './raw.js';
import { namedSources, retrace } from './retrace.js';
import { vjpNodes } from './vjp-graph.js';

/** The names of the inputs and outputs that `vjp` adds. */
export interface VjpNames {
  /** Output → the input that takes its cotangent. */
  readonly cotangents: Readonly<Record<string, string>>;
  /** Input → the output that gives its gradient. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Parameter → the output that gives its gradient, of one sample. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The names of a program's cotangents and gradients: `cotangent_y`, `gradient_x`, `gradient_conv1-weight`.
 *
 * @example
 * const p = program({ x: [3] }, ({ x }) => ({ y: dense(2)(x) }));
 * vjpNames(p).parameters['dense1/weight']; // => 'gradient_dense1-weight'
 */
export const vjpNames = (p: Program, wrt: WithRespectTo = {}): VjpNames => {
  const { inputs, parameters } = resolve('vjp', p, wrt);
  const outputs = Object.keys(outputsOf(p.graph));
  const ofInputs = namesFor('gradient', inputs, outputs);
  return {
    cotangents: namesFor('cotangent', outputs, Object.keys(inputsOf(p.graph))),
    inputs: ofInputs,
    parameters: namesFor('gradient', parameters, [...outputs, ...Object.values(ofInputs)]),
  };
};

/**
 * The vector-Jacobian product, the program of reverse mode: it takes p's inputs and, for each output y, a cotangent
 * `cotangent_y`, and gives p's outputs, and J' cotangent as `gradient_x` for each input x and `gradient_...` for each
 * trainable parameter. What an output does not depend on gets zeros.
 *
 * It is a program like any other: it can be compiled, printed, measured, and differentiated again. Per sample as all
 * programs are: a batch gives each sample's gradient of the shared parameters. Scans become scans backwards over the
 * states that the forward scan kept. At kinks it does as the language says: relu and abs have the derivative 0 at 0, equal
 * arguments of max and min give to the first, `stopGradient`, `sign`, `greater` and noise give nothing.
 *
 * Batch norm is taken by its running statistics, and only where `{ batchNorm: 'running' }` asks for it: in training its
 * gradient is of the whole batch, which a session and `fit` compute.
 *
 * Throws a ProgramFault for names that do not exist, and for batch norm that is not asked for; `tryProgram` gives it as a
 * value.
 *
 * @example
 * const p = program({ x: [2] }, ({ x }) => ({ y: square(x) }));
 * signature(vjp(p)); // => 'cotangent_y [2], x [2] → gradient_x [2], y [2]'
 */
export const vjp = (p: Program, wrt: WithRespectTo = {}): Program => {
  const names = vjpNames(p, wrt);
  const own = namedSources();
  const { graph } = withoutBatchNorm('vjp', p, wrt, own);
  const shapes = outputsOf(graph);
  const inputs = symbolic({
    ...inputsOf(graph),
    ...Object.fromEntries(Object.entries(names.cotangents).map(([name, given]) => [given, shapes[name]])),
  });
  const values = retrace(graph.nodes, programLeaf(inputs, own), own);
  const active = activeNodes(
    graph.nodes,
    (op) =>
      (op.op === 'input' && Object.hasOwn(names.inputs, op.name)) ||
      (op.op === 'parameter' && Object.hasOwn(names.parameters, op.name)),
  );
  const seeds = new Map<number, Tensor>();
  for (const [name, node] of Object.entries(graph.outputs)) {
    const given = inputs[names.cotangents[name]];
    const already = seeds.get(node);
    seeds.set(node, already === undefined ? given : add(already, given));
  }
  const cotangents = vjpNodes(graph.nodes, values, active, seeds, own);
  const gradientOf = (is: (op: Node['op']) => boolean, zero: Tensor): Tensor => {
    const node = graph.nodes.findIndex(({ op }) => is(op));
    return cotangents.get(node) ?? zero;
  };
  const declared = inputsOf(p.graph);
  return closed(inputs, {
    ...Object.fromEntries(Object.entries(graph.outputs).map(([name, node]) => [name, values.values[node]])),
    ...Object.fromEntries(
      Object.entries(names.inputs).map(([name, given]) => [
        given,
        gradientOf((op) => op.op === 'input' && op.name === name, zerosOf(declared[name])),
      ]),
    ),
    ...Object.fromEntries(
      parametersOf(p.graph)
        .filter(({ name }) => Object.hasOwn(names.parameters, name))
        .map(({ name, shape }) => [
          names.parameters[name],
          gradientOf((op) => op.op === 'parameter' && op.name === name, zerosOf(shape)),
        ]),
    ),
  });
};
