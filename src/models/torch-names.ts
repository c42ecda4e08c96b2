/**
 * Weights of the original: PyTorch's name and layout of each parameter. PyTorch's weights have the outputs first (for a
 * transposed convolution, the inputs) and the kernel last; drumhead's have the kernel first and the inputs next to
 * last. So one permutation for each rank suffices: convolution (out, in, kh, kw) → [kh, kw, in, out], transposed (in,
 * out, kh, kw) → [kh, kw, out, in], linear (out, in) → [in, out].
 */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../base/error.js';
import { type Program, parametersOf, type Shape, sameShape, showShape } from '../dsl/index.js';
import type { ModelName, ModelSpec } from './catalogue.js';
import { inverse, permute, permutedShape } from './permute.js';

/** A tensor in PyTorch's layout. */
export interface TorchTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

type Rule = readonly [ours: RegExp, torch: (...groups: readonly string[]) => string];

/** Layers of a `Sequential` with an activation after each: layer n is entry 2 (n - 1). */
const entry = (count: string): number => 2 * (Number(count) - 1);

const stack = (ours: string, torch: string, layer: 'conv' | 'dense'): Rule => [
  new RegExp(`^${ours}/${layer}(\\d+)/(weight|bias)$`),
  (count, role) => `${torch}.${entry(count)}.${role}`,
];

const plain = (ours: string, torch: string): Rule => [
  new RegExp(`^${ours}/(weight|bias)$`),
  (role) => `${torch}.${role}`,
];

const listening: readonly Rule[] = [
  plain('projection', 'classifier.fc_time'),
  stack('readout', 'classifier.fc_readout', 'dense'),
];

const recurrent: readonly Rule[] = [
  ...listening,
  stack('y0', 'classifier.hy_encoder', 'conv'),
  stack('hidden0', 'classifier.hz_encoder', 'conv'),
  stack('transform', 'classifier.recurrent_cell.transform_hidden', 'dense'),
];

const cell = (ours: string, torch: string): Rule => plain(ours, `classifier.recurrent_cell.cell.${torch}`);

/** PyTorch's names for the parameters of a batch norm. */
const statistics: Readonly<Record<string, string>> = {
  scale: 'weight',
  shift: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
};

const double = (ours: string, torch: (level: string) => string): readonly Rule[] => [
  [
    new RegExp(`^${ours}/conv(\\d)/(weight)$`),
    (level, count, role) => `${torch(level)}.double_conv.${3 * (Number(count) - 1)}.${role}`,
  ],
  [
    new RegExp(`^${ours}/batchNorm(\\d)/(scale|shift|mean|variance)$`),
    (level, count, role) => `${torch(level)}.double_conv.${3 * (Number(count) - 1) + 1}.${statistics[role]}`,
  ],
];

const rules: Readonly<Record<ModelName, readonly Rule[]>> = {
  nwm: [
    ...listening,
    stack('omega', 'classifier.omega_encoder', 'conv'),
    stack('alpha', 'classifier.alpha_encoder', 'conv'),
    stack('y0', 'classifier.hy_encoder', 'conv'),
    plain('coupling', 'classifier.cell.Wy'),
  ],
  'conv-lstm': [...recurrent, stack('cell0', 'classifier.hc_encoder', 'conv'), cell('gates', 'conv')],
  'conv-gru': [...recurrent, cell('update', 'conv_z'), cell('reset', 'conv_r'), cell('candidate', 'conv_h')],
  'conv-rnn': [...recurrent, cell('fromInput', 'conv_in'), cell('fromHidden', 'conv_hidden')],
  cnn: [stack('encoder', 'encoder', 'conv'), stack('readout', 'readout', 'dense')],
  unet: [
    ...double('(in)', () => 'inc'),
    ...double('(down\\d)', (level) => `${level}.maxpool_conv.1`),
    ...double('(up\\d)', (level) => `${level}.conv`),
    [/^(up\d)\/convTranspose1\/(weight|bias)$/, (level, role) => `${level}.up.${role}`],
    plain('head', 'outc.conv'),
  ],
};

/** The 1x1 layer of the CNN follows its 3x3 layers in the same `Sequential`. */
const rulesOf = (spec: ModelSpec): readonly Rule[] =>
  spec.name === 'cnn' ? [...rules.cnn, plain('expansion', `encoder.${2 * spec.layers}`)] : rules[spec.name];

/**
 * PyTorch's name of a parameter; null for a parameter of another model.
 *
 * @example
 * torchName(nwmSpec, 'y0/conv2/weight')   // 'classifier.hy_encoder.2.weight'
 */
export const torchName = (spec: ModelSpec, name: string): string | null => {
  for (const [ours, torch] of rulesOf(spec)) {
    const found = ours.exec(name);
    if (found !== null) return torch(...found.slice(1));
  }
  return null;
};

/** Drumhead's names of a program's parameters, by PyTorch's names. */
export const torchNames = (spec: ModelSpec, program: Program): Readonly<Record<string, string>> =>
  Object.fromEntries(
    parametersOf(program.graph).flatMap(({ name }) => {
      const torch = torchName(spec, name);
      return torch === null ? [] : [[torch, name]];
    }),
  );

/** The order of PyTorch's axes that gives drumhead's layout: kernel first, then the others reversed. */
const ordersFromTorch: readonly Shape[] = [[], [0], [1, 0], [2, 1, 0], [2, 3, 1, 0]];

const orderFromTorch = (shape: Shape): Shape => ordersFromTorch[shape.length] ?? shape.map((_, axis) => axis);

/** A weight of PyTorch in drumhead's layout. */
export const fromTorch = ({ shape, data }: TorchTensor): TorchTensor => {
  const order = orderFromTorch(shape);
  return { shape: permutedShape(shape, order), data: permute(data, shape, order) };
};

/** A weight of drumhead in PyTorch's layout. */
export const toTorch = ({ shape, data }: TorchTensor): TorchTensor => {
  const order = inverse(orderFromTorch(shape));
  return { shape: permutedShape(shape, order), data: permute(data, shape, order) };
};

export interface Imported {
  /** Every parameter of the program, by drumhead's names. */
  readonly parameters: Readonly<Record<string, Float32Array>>;
  /** Names of tensors that the program does not use, such as a projection that the readout does not read. */
  readonly unused: readonly string[];
}

/**
 * The parameters of a program from PyTorch's state.
 *
 * **Errors** DecodeError with a line for every parameter that is missing or has another shape.
 *
 * @param program the program of the same spec
 * @param state tensors by PyTorch's names
 */
export const importTorch = (
  spec: ModelSpec,
  program: Program,
  state: Readonly<Record<string, TorchTensor>>,
  source = 'PyTorch weights',
): Checked<Imported> => {
  const found = parametersOf(program.graph).map(({ name, shape }) => pick(spec, name, shape, state));
  const problems = found.flatMap((one) => (E.isLeft(one) ? [one.left] : []));
  if (problems.length > 0) return E.left(decodeError(source, problems));
  const picked = found.flatMap((one) => (E.isRight(one) ? [one.right] : []));
  const taken = new Set(picked.map(({ torch }) => torch));
  return E.right({
    parameters: Object.fromEntries(picked.map(({ name, data }) => [name, data])),
    unused: Object.keys(state).filter((name) => !taken.has(name)),
  });
};

interface Picked {
  readonly name: string;
  readonly torch: string;
  readonly data: Float32Array;
}

const pick = (
  spec: ModelSpec,
  name: string,
  shape: Shape,
  state: Readonly<Record<string, TorchTensor>>,
): E.Either<string, Picked> => {
  const torch = torchName(spec, name);
  if (torch === null) return E.left(`'${name}' has no counterpart in PyTorch`);
  if (!Object.hasOwn(state, torch)) return E.left(`'${torch}' (our '${name}') is missing`);
  const given = state[torch];
  const ours = fromTorch(given);
  return sameShape(ours.shape, shape)
    ? E.right({ name, torch, data: ours.data })
    : E.left(
        `'${torch}' (our '${name}') is ${showShape(given.shape)}, expected ${showShape(toTorchShape(shape))}`,
      );
};

const toTorchShape = (shape: Shape): Shape => permutedShape(shape, inverse(orderFromTorch(shape)));

/** Parameters as PyTorch's state. Parameters of another model are left out. */
export const exportTorch = (
  spec: ModelSpec,
  program: Program,
  parameters: Readonly<Record<string, Float32Array>>,
): Readonly<Record<string, TorchTensor>> =>
  Object.fromEntries(
    parametersOf(program.graph).flatMap(({ name, shape }) => {
      const torch = torchName(spec, name);
      const data = parameters[name];
      return torch === null || data === undefined ? [] : [[torch, toTorch({ shape, data })]];
    }),
  );
