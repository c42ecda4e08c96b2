/** The edges of arithmetic, in every interpreter: `spec/support/edges.ts` says what each owes. */

import assert from 'node:assert/strict';
import type { Tensor } from '@tensorflow/tfjs-core';
import { initialParameters } from '../../src/compile/parameters.js';
import { ndarray, parameterArrays, runReference } from '../../src/compile/reference/index.js';
import { compile } from '../../src/compile/tfjs/compile.js';
import { jvp, jvpNames, vjp, vjpNames } from '../../src/compile/transform/index.js';
import { inputsOf, type Program, parametersOf } from '../../src/dsl/index.js';
import { type Engine, makeCurrent, openEngine } from '../../src/engine/index.js';
import { type Edge, edges, strayed } from '../support/edges.js';
import { right } from '../support/either.js';

type Arrays = Readonly<Record<string, readonly number[]>>;

const holds = (found: ArrayLike<number>, expected: readonly number[], within: number, what: string): void =>
  assert.deepEqual(strayed(found, expected, within), [], what);

const ones = (length: number): readonly number[] => new Array<number>(length).fill(1);

/** How a program is computed: its outputs for one sample. */
type Compute = (
  p: Program,
  inputs: Arrays,
  outputs: readonly string[],
) => Readonly<Record<string, ArrayLike<number>>>;

const byReference: Compute = (p, inputs) => {
  const shapes = inputsOf(p.graph);
  const { outputs } = runReference(p, {
    parameters: parameterArrays(p, initialParameters(p.graph, 0)),
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, values]) => [name, ndarray([1, ...shapes[name]], values)]),
    ),
    batch: 1,
  });
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data.map(Math.fround)]));
};

const tensorsOf = ({ tf }: Engine, p: Program, inputs: Arrays) => ({
  parameters: Object.fromEntries(
    parametersOf(p.graph).map(({ name, shape }) => [
      name,
      tf.tensor(initialParameters(p.graph, 0)[name], [...shape]),
    ]),
  ),
  inputs: Object.fromEntries(
    Object.entries(inputsOf(p.graph)).map(([name, shape]): [string, Tensor] => [
      name,
      tf.tensor([...inputs[name]], [1, ...shape], 'float32'),
    ]),
  ),
  batch: 1,
});

const byEngine =
  (engine: Engine): Compute =>
  (p, inputs, names) => {
    makeCurrent(engine);
    return engine.tf.tidy(() => {
      const { outputs } = right(compile(engine.tf, p))(tensorsOf(engine, p, inputs));
      return Object.fromEntries(names.map((name) => [name, Float32Array.from(outputs[name].dataSync())]));
    });
  };

const derivatives = (compute: Compute, { program, inputs, gradients, value: y, within = 0 }: Edge): void => {
  const back = vjpNames(program);
  const owed = compute(
    vjp(program),
    { ...inputs, [back.cotangents.y]: ones(y.length) },
    Object.values(back.inputs),
  );
  for (const [name, expected] of Object.entries(gradients))
    holds(owed[back.inputs[name]], expected, within, `vjp by ${name}`);
};

/** Forward mode along each input in turn, all its elements at once: what pointwise functions owe site by site. */
const tangents = (compute: Compute, { program, inputs, gradients, within = 0 }: Edge): void => {
  for (const [name, expected] of Object.entries(gradients)) {
    const ahead = jvpNames(program, { inputs: [name] });
    const moved = compute(
      jvp(program, { inputs: [name] }),
      { ...inputs, [ahead.inputs[name]]: ones(inputs[name].length) },
      [ahead.tangents.y],
    );
    holds(moved[ahead.tangents.y], expected, within, `jvp by ${name}`);
  }
};

/** Of anything else the sum of what the outputs do when all inputs move alike: that of all gradients. */
const movement = (compute: Compute, { program, inputs, gradients }: Edge): void => {
  const owed = Object.values(gradients).flat();
  if (Object.keys(gradients).length < Object.keys(inputs).length || !owed.every(Number.isFinite)) return;
  const ahead = jvpNames(program, { parameters: [] });
  const given = Object.entries(ahead.inputs).map(([name, input]) => [input, ones(inputs[name].length)]);
  const moved = compute(jvp(program, { parameters: [] }), { ...inputs, ...Object.fromEntries(given) }, [
    ahead.tangents.y,
  ]);
  const sum = (values: ArrayLike<number>, f = (x: number) => x): number =>
    Array.from(values).reduce((total, x) => total + f(x), 0);
  const found = moved[ahead.tangents.y];
  const size = Math.max(1, sum(owed, Math.abs), sum(found, Math.abs));
  assert.ok(Math.abs(sum(found) - sum(owed)) < 1e-5 * size, `jvp: ${sum(found)} instead of ${sum(owed)}`);
};

const pointwise = ({ program }: Edge): boolean =>
  program.graph.nodes.every(({ op }) =>
    ['input', 'constant', 'map', 'affine', 'zip', 'where'].includes(op.op),
  );

/**
 * A stand-in for TensorFlow's native engine, which few machines have: the JavaScript kernels under its name. It shows whether
 * the code relies on substitutes that exist for wasm and cpu only.
 */
const openStub = async (): Promise<Engine> => {
  const cpu = right(await openEngine('cpu')());
  const { tf } = cpu;
  const factory = tf.findBackendFactory('cpu');
  if (tf.findBackendFactory('tensorflow') === null) {
    tf.registerBackend('tensorflow', factory, 0);
    tf.copyRegisteredKernels('cpu', 'tensorflow');
  }
  const stub: Engine = { ...cpu, name: 'tensorflow' };
  makeCurrent(stub);
  return stub;
};

const removeStub = ({ tf }: Engine): void => {
  for (const { kernelName } of tf.getKernelsForBackend('tensorflow'))
    tf.unregisterKernel(kernelName, 'tensorflow');
  tf.removeBackend('tensorflow');
};

describe('at the edges of arithmetic', () => {
  let stub: Engine | undefined;
  after(async () => {
    const { name } = right(await openEngine('cpu')());
    assert.equal(name, 'cpu');
    if (stub !== undefined) removeStub(stub);
  });
  for (const edge of edges) {
    const { name, program, inputs, value: y, within = 0 } = edge;
    it(`${name}: the reference`, () => {
      holds(byReference(program, inputs, ['y']).y, y, within, 'value');
      derivatives(byReference, edge);
      (pointwise(edge) ? tangents : movement)(byReference, edge);
    });
    for (const backend of ['wasm', 'cpu', 'tensorflow'] as const)
      it(`${name}: ${backend === 'tensorflow' ? 'a stub of tensorflow' : backend} op by op`, async () => {
        if (backend === 'tensorflow') stub ??= await openStub();
        const engine = backend === 'tensorflow' && stub ? stub : right(await openEngine(backend)());
        const compute = byEngine(engine);
        holds(compute(program, inputs, ['y']).y, y, within, 'value');
        derivatives(compute, edge);
        (pointwise(edge) ? tangents : movement)(compute, edge);
        const { tf } = engine;
        const execute = right(compile(tf, program));
        const feed = tensorsOf(engine, program, inputs);
        const names = Object.keys(inputs);
        const slopes = tf.grads((...given: Tensor[]) => {
          const named = Object.fromEntries(names.map((input, i) => [input, given[i]]));
          return execute({ ...feed, inputs: named }).outputs.y;
        })(names.map((input) => feed.inputs[input]));
        for (const [input, expected] of Object.entries(edge.gradients))
          holds(slopes[names.indexOf(input)].dataSync(), expected, within, `tape by ${input}`);
        tf.dispose(slopes);
      });
  }
});
