/** What these specs share: a program with values for everything, and its derivatives computed by the reference. */

import { stream } from '../../../src/base/random.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import {
  type NdArray,
  ndarray,
  parameterArrays,
  runReference,
} from '../../../src/compile/reference/index.js';
import { jvp, jvpNames, vjp, vjpNames } from '../../../src/compile/transform/index.js';
import {
  inputsOf,
  outputsOf,
  type Program,
  parametersOf,
  type Shape,
  volume,
} from '../../../src/dsl/index.js';

export type Arrays = Readonly<Record<string, NdArray>>;

/** A program, and values for its inputs and parameters. */
export interface Case {
  readonly program: Program;
  readonly inputs: Arrays;
  readonly parameters: Arrays;
  readonly batch: number;
  readonly noiseSeed: number;
  /** Whether batch norm takes the statistics of the batch. */
  readonly training?: boolean;
}

/** Numbers between -1 and 1. */
export const random = (shape: Shape, seed: number, ...name: readonly (string | number)[]): NdArray => {
  const source = stream(seed, ...name);
  return ndarray(
    shape,
    Array.from({ length: volume(shape) }, () => 2 * source.uniform() - 1),
  );
};

export const randoms = (
  shapes: Readonly<Record<string, Shape>>,
  lead: readonly number[],
  seed: number,
  what: string,
): Arrays =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, random([...lead, ...shape], seed, what, name)]),
  );

/** Random programs may have batch norm. */
export const running = { batchNorm: 'running' } as const;

/** The case of a program with random inputs, one sample unless told. */
export const caseOf = (program: Program, seed = 0, batch = 1): Case => ({
  program,
  inputs: randoms(inputsOf(program.graph), [batch], seed, 'input'),
  parameters: parameterArrays(program, initialParameters(program.graph, seed)),
  batch,
  noiseSeed: seed,
});

/** Arrays under other names. */
const renamed = (arrays: Arrays, names: Readonly<Record<string, string>>): Arrays =>
  Object.fromEntries(Object.entries(names).map(([name, given]) => [given, arrays[name]]));

export const trainableOf = ({ graph }: Program): Readonly<Record<string, Shape>> =>
  Object.fromEntries(
    parametersOf(graph).flatMap(({ name, shape, trainable }) => (trainable ? [[name, shape]] : [])),
  );

export const run = (c: Case, program = c.program): Arrays =>
  runReference(program, {
    parameters: c.parameters,
    inputs: c.inputs,
    batch: c.batch,
    noiseSeed: c.noiseSeed,
    training: c.training ?? false,
  }).outputs;

/** p's outputs, and J (inputs, parameters). */
export const forward = (c: Case, inputs: Arrays, parameters: Arrays) => {
  const names = jvpNames(c.program);
  const outputs = run(
    {
      ...c,
      inputs: { ...c.inputs, ...renamed(inputs, names.inputs) },
      parameters: { ...c.parameters, ...renamed(parameters, names.parameters) },
    },
    jvp(c.program, running),
  );
  return {
    outputs,
    tangents: Object.fromEntries(
      Object.entries(names.tangents).map(([name, given]) => [name, outputs[given]]),
    ),
  };
};

/** The sum over the batch. */
const summed = ({ shape: [batch, ...shape], data }: NdArray): NdArray => {
  const size = volume(shape);
  const total = new Float64Array(size);
  for (let i = 0; i < batch * size; i++) total[i % size] += data[i];
  return { shape, data: total };
};

/** p's outputs, and J' cotangents: for inputs with the batch, for parameters summed over it. */
export const reverse = (c: Case, cotangents: Arrays) => {
  const names = vjpNames(c.program);
  const outputs = run(
    { ...c, inputs: { ...c.inputs, ...renamed(cotangents, names.cotangents) } },
    vjp(c.program, running),
  );
  const of = (given: Readonly<Record<string, string>>, f: (x: NdArray) => NdArray): Arrays =>
    Object.fromEntries(Object.entries(given).map(([name, output]) => [name, f(outputs[output])]));
  return {
    outputs,
    inputs: of(names.inputs, (x) => x),
    parameters: of(names.parameters, summed),
  };
};

/** The inner product, and the sum of the sizes of its terms: what its rounding is relative to. */
export const inner = (
  ...pairs: readonly (readonly [Arrays, Arrays])[]
): { readonly value: number; readonly size: number } => {
  let [value, size] = [0, 0];
  for (const [a, b] of pairs)
    for (const [name, { data }] of Object.entries(a))
      for (let i = 0; i < data.length; i++) {
        const term = data[i] * b[name].data[i];
        value += term;
        size += Math.abs(term);
      }
  return { value, size };
};

/** <J v, w> and <v, J' w> for random v and w. */
export const adjoints = (c: Case, seed: number) => {
  const v = randoms(inputsOf(c.program.graph), [c.batch], seed, 'tangent');
  const vParameters = randoms(trainableOf(c.program), [], seed, 'tangent');
  const w = randoms(outputsOf(c.program.graph), [c.batch], seed, 'cotangent');
  const ahead = forward(c, v, vParameters);
  const back = reverse(c, w);
  return {
    ahead,
    back,
    left: inner([ahead.tangents, w]),
    right: inner([v, back.inputs], [vParameters, back.parameters]),
  };
};
