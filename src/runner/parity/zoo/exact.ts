/** A case in float64, by the reference. */

import {
  type NdArray,
  numericalGradient,
  randomCoordinates,
  runReference,
} from '../../../compile/reference/index.js';
import { vjp, vjpNames } from '../../../compile/transform/index.js';
import { volume } from '../../../dsl/index.js';
import { cotangentsOf, type NdArrays, type Values } from './values.js';
import type { Written } from './written.js';

/** Gradients by the names of our inputs and parameters. */
export interface Gradients {
  readonly inputs: NdArrays;
  readonly parameters: NdArrays;
}

const optionsOf = ({ batch, inputs, parameters }: Values, training: boolean) => ({
  batch,
  inputs,
  parameters,
  training,
});

export const exactOutputs = ({ program, training = false }: Written, values: Values): NdArrays =>
  runReference(program, optionsOf(values, training)).outputs;

/** The sum over the batch. */
const summed = ({ shape: [batch, ...shape], data }: NdArray): NdArray => {
  const size = volume(shape);
  const total = new Float64Array(size);
  for (let i = 0; i < batch * size; i++) total[i % size] += data[i];
  return { shape, data: total };
};

const renamed = (arrays: NdArrays, names: Readonly<Record<string, string>>): NdArrays =>
  Object.fromEntries(Object.entries(names).map(([name, given]) => [given, arrays[name]]));

/** The gradients, by the program's derivative. */
export const exactGradients = ({ program }: Written, values: Values, outputs: NdArrays): Gradients => {
  const names = vjpNames(program);
  const given = optionsOf(values, false);
  const found = runReference(vjp(program, { batchNorm: 'running' }), {
    ...given,
    inputs: { ...given.inputs, ...renamed(cotangentsOf(values, outputs), names.cotangents) },
  }).outputs;
  const of = (list: Readonly<Record<string, string>>, f: (x: NdArray) => NdArray): NdArrays =>
    Object.fromEntries(Object.entries(list).map(([name, output]) => [name, f(found[output])]));
  return { inputs: of(names.inputs, (x) => x), parameters: of(names.parameters, summed) };
};

/** A gradient at one entry: by central differences, and the expected one. */
export interface AtPlace {
  readonly of: 'inputs' | 'parameters';
  readonly name: string;
  readonly index: number;
  readonly value: number;
}

const places = 12;

/** Some gradients by central differences, for programs whose derivative uses running statistics. */
export const gradientsAtPlaces = ({ program }: Written, values: Values): readonly AtPlace[] => {
  const { loss } = values;
  if (loss === undefined) return [];
  const coordinates = randomCoordinates(program, values.batch, places, 0);
  const found = numericalGradient(
    program,
    (outputs) =>
      outputs[loss.output].data.reduce((sum, y, i) => sum + (y - loss.target.data[i]) ** 2, 0) /
      loss.target.data.length,
    optionsOf(values, true),
    coordinates,
  );
  return coordinates.map(({ of, name, index }, i) => ({ of, name, index, value: found[i] }));
};
