import * as t from 'io-ts';
import { record } from '../../../../base/codec.js';
import { ndarray } from '../../../../compile/reference/index.js';
import { conv, groupNorm, last, program, relu, type Tensor } from '../../../../dsl/index.js';
import {
  akornLayer,
  frequencyTransition,
  type GridMap,
  gridAttention,
  lengths,
  patchInfluence,
  phaseTransition,
  rotaryAttention,
  wonnLayer,
} from '../../../../models/networks/index.js';
import { chained, cut, LayoutFault, same, shaped, turned } from '../layout.js';
import type { ZooCase } from '../manifest.js';
import {
  angle,
  convolution,
  field,
  fields,
  input,
  kernel,
  type Model,
  model,
  output,
  param,
  pointwise,
  type Written,
} from '../written.js';
import { batch, flag, number, size, word } from './hyper.js';

/** The energies of the steps, without the 0 before the first. */
const energies = (steps: number) => chained(cut(0, 1, steps), turned('tb->bt'));

type Field = Tensor<readonly [number, number, number]>;

const akornHyper = {
  ...batch,
  C: size,
  oscillators: size,
  components: size,
  H: size,
  W: size,
  T: size,
  gamma: number,
  c_norm: word('gn', 'none'),
  use_omega: t.boolean,
  global_omega: t.boolean,
  readout_channels: size,
};

const akornOf = (
  {
    C,
    components,
    oscillators,
    H,
    W,
    T,
    gamma,
    readout_channels: outputs,
    c_norm,
    use_omega: turns,
    global_omega: alike,
  }: t.TypeOfProps<typeof akornHyper>,
  how: 'conv' | 'attention' | 'places',
  coupling: GridMap<number>,
): Written => {
  const normed = c_norm === 'gn';
  const norm = groupNorm(oscillators);
  return {
    program: program({ x0: [H, W, C], c: [H, W, C] }, ({ x0, c: given }) => {
      const states = akornLayer({
        channels: C,
        components,
        steps: T,
        gamma,
        coupling,
        turns: turns && alike ? 'alike' : turns,
      })(x0, normed ? norm(given) : given);
      const end = last(states.x);
      return { ...states, end, output: lengths(outputs, components)(end) };
    }),
    inputs: { x0: input('x0', field), c: input('c', field) },
    parameters: {
      ...(how === 'conv'
        ? convolution('conv1', 'k.connectivity')
        : { ...pointwise('in', 'k.connectivity.W_qkv'), ...pointwise('out', 'k.connectivity.W_o') }),
      ...(how === 'places'
        ? Object.fromEntries(
            ['query', 'key', 'value', 'read'].map((name, i) => [
              `places/${name}`,
              param(`k.connectivity.mat_${'qkvo'[i]}`),
            ]),
          )
        : {}),
      ...(turns ? { 'akorn1/turn': param('k.omg.omg_param', alike ? shaped(1, 2) : same) } : {}),
      ...(normed
        ? { 'groupNorm1/scale': param('k.c_norm.weight'), 'groupNorm1/shift': param('k.c_norm.bias') }
        : {}),
      ...pointwise('vectors', 'readout.invconv'),
      'shift/value': param('readout.bias'),
    },
    outputs: {
      x_all: output('x', fields),
      energy: output('energy', energies(T)),
      x_final: output('end', field),
      readout: output('output', field),
    },
  };
};

const byConvolution = model(record('hyper', { ...akornHyper, kernel: size, gta: flag(false) }), (h) =>
  akornOf(h, 'conv', conv(h.C, { kernel: h.kernel })),
);

const byAttention = model(record('hyper', { ...akornHyper, heads: size, gta: t.boolean }), (h) =>
  akornOf(h, h.gta ? 'places' : 'attention', gridAttention({ channels: h.C, heads: h.heads, places: h.gta })),
);

/** Coupled by convolution, or by attention, which has heads. */
export const akorn: Model = (c) => ('heads' in c.hyper ? byAttention : byConvolution)(c);

const wonnOutputs = (steps: number): Written['outputs'] => ({
  theta_all: angle('theta', fields),
  energy: output('energy', energies(steps)),
  theta_final: angle('end', field),
});

/** The parameters of a perceptron of each channel: `C` channels, `rows` hidden units, planes and patches of g x g. */
const influence = (ours: string, theirs: string, [C, rows, planes, g]: readonly number[]) => ({
  [`${ours}/patch`]: param(`${theirs}.0.weight`, shaped(C, rows, planes, g, g)),
  [`${ours}/patch-bias`]: param(`${theirs}.0.bias`, shaped(C, rows)),
  [`${ours}/mix`]: param(`${theirs}.2.weight`, shaped(C, rows)),
  [`${ours}/mix-bias`]: param(`${theirs}.2.bias`),
});

/** The hidden units of a perceptron, from the rows of its first weight. */
const rowsOf = (c: ZooCase, name: string, channels: number): number => {
  const rows = (c.arrays.param[name]?.shape[0] ?? Number.NaN) / channels;
  if (!Number.isInteger(rows))
    throw new LayoutFault(`param '${name}' should have rows for each of ${channels} channels`);
  return rows;
};

/** The groups of the norm of a coupling by convolution: eight if that divides the channels, else one. */
const groupsOfConvolution = (channels: number): number => (channels % 8 === 0 ? 8 : 1);

/** The groups of the norm of attention: the largest divisor of the channels up to eight. */
const groupsOfAttention = (channels: number): number =>
  [8, 7, 6, 5, 4, 3, 2].find((n) => channels % n === 0) ?? 1;

const wonnHyper = {
  ...batch,
  C: size,
  H: size,
  W: size,
  T: size,
  gamma: number,
  kernel: size,
  group_size: size,
  // A setting of the perceptrons, whose rows follow from their arrays.
  hidden_ratio: size,
  norm: word('gn', 'none'),
  si: word('trig', 'mlp'),
};

/**
 * The layer, whose arrays have a prefix in their names: with the plain cosine, or with learned influence and
 * sensitivity.
 */
const wonnOf = (
  { C, T, gamma, kernel: side, group_size: g, norm: how, si }: t.TypeOfProps<typeof wonnHyper>,
  c: ZooCase,
  prefix: string,
) => {
  const [normed, learned] = [how === 'gn', si === 'mlp'];
  const [rows, answers] = ['I', ...(learned ? ['S'] : [])].map((net) =>
    rowsOf(c, `${prefix}${net}.net.0.weight`, C),
  );
  const sense = patchInfluence({ group: g, rows, sees: learned ? 'both' : 'sin' });
  const couple = conv(C, { kernel: side, bias: false, name: 'coupling' });
  const norm = groupNorm(groupsOfConvolution(C));
  const layer = wonnLayer({
    steps: T,
    gamma,
    influence: sense,
    ...(learned
      ? { sensitivity: patchInfluence({ group: 1, rows: answers, sees: 'both', name: 'sensitivity' }) }
      : {}),
    coupling: (sent: Field) => relu(normed ? norm(couple(sent)) : couple(sent)),
    group: g,
  });
  const parameters = {
    ...influence('influence1', `${prefix}I.net`, [C, rows, learned ? 2 : 1, g]),
    ...(learned ? influence('sensitivity', `${prefix}S.net`, [C, answers, 2, 1]) : {}),
    'coupling/weight': param(`${prefix}coupling.0.weight`, kernel),
    ...(normed
      ? {
          'groupNorm1/scale': param(`${prefix}coupling.1.weight`),
          'groupNorm1/shift': param(`${prefix}coupling.1.bias`),
        }
      : {}),
  };
  return { layer, parameters };
};

const wonnAlone = model(record('hyper', wonnHyper), (h, c) => {
  const { layer, parameters } = wonnOf(h, c, '');
  const shape = [h.H, h.W, h.C] as const;
  return {
    program: program({ theta0: shape, omega: shape }, ({ theta0, omega }) => {
      const states = layer(theta0, omega);
      return { ...states, end: last(states.theta) };
    }),
    inputs: { theta0: input('theta0', field), omega: input('omega', field) },
    parameters,
    outputs: wonnOutputs(h.T),
  };
});

const mazeHyper = record('hyper', {
  ...batch,
  C: size,
  H: size,
  W: size,
  T: size,
  gamma: number,
  heads: size,
  rope: t.boolean,
  norm: word('gn', 'none'),
});

/** The layer of the maze model: attention couples. */
export const wonnMaze = model(mazeHyper, ({ C, H, W, T, gamma, heads, rope, norm: how }) => {
  const attend = rotaryAttention({ channels: C, heads, rotary: rope });
  const normed = how === 'gn';
  const norm = groupNorm(groupsOfAttention(C));
  return {
    program: program({ theta0: [H, W, C], omega: [H, W, C] }, ({ theta0, omega }) => {
      const coupling = (sent: Field) => relu(normed ? norm(attend(sent)) : attend(sent));
      const states = wonnLayer({ steps: T, gamma, coupling })(theta0, omega);
      return { ...states, end: last(states.theta) };
    }),
    inputs: { theta0: input('theta0', field), omega: input('omega', field) },
    parameters: {
      'in/weight': param('coupling.0.W_qkv.weight', turned('oi->io')),
      'in/bias': param('coupling.0.W_qkv.bias'),
      'out/weight': param('coupling.0.W_o.weight', turned('oi->io')),
      'out/bias': param('coupling.0.W_o.bias'),
      ...(normed
        ? { 'groupNorm1/scale': param('coupling.1.weight'), 'groupNorm1/shift': param('coupling.1.bias') }
        : {}),
    },
    outputs: wonnOutputs(T),
  };
});

const block = model(record('hyper', { ...wonnHyper, C_in: size }), (h, c) => {
  const { C_in: inputs, C, H, W, T } = h;
  const [phases, frequencies] = [phaseTransition(C), frequencyTransition(C)];
  const { layer, parameters } = wonnOf(h, c, 'layer.');
  const part = (i: number) =>
    param('omega_update.theta_emb.proj.weight', chained(cut(1, i, 1), shaped(inputs)));
  const constant = (value: number) => ndarray([C], new Float64Array(C).fill(value));
  return {
    program: program({ theta: [H, W, inputs], omega: [H, W, inputs] }, (given) => {
      const [theta0, omega] = [phases(given.theta), frequencies(given.theta, given.omega)];
      const states = layer(theta0, omega);
      return { ...states, theta0, omega, end: last(states.theta) };
    }),
    training: true,
    inputs: { theta: input('theta_in', field), omega: input('omega_in', field) },
    parameters: {
      'phases/weight': param('theta_update.conv.weight', kernel),
      'angle/cosine': part(0),
      'angle/sine': part(1),
      'angle/bias': param('omega_update.theta_emb.proj.bias'),
      ...convolution('frequencies', 'omega_update.fusion.0'),
      'batchNorm1/scale': param('omega_update.fusion.1.weight'),
      'batchNorm1/shift': param('omega_update.fusion.1.bias'),
      ...parameters,
    },
    constants: { 'batchNorm1/mean': constant(0), 'batchNorm1/variance': constant(1) },
    outputs: { ...wonnOutputs(T), omega: output('omega', field), theta0: angle('theta0', field) },
  };
});

/** A layer by itself, or after transitions from other numbers of channels. */
export const wonn: Model = (c) => ('C_in' in c.hyper ? block : wonnAlone)(c);
