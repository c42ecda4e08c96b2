import { conv, groupNorm, last, program, relu, type Tensor } from '../../../src/dsl/index.js';
import { ndarray } from '../../../src/index.js';
import {
  akornLayer,
  frequencyTransition,
  gridAttention,
  lengths,
  patchInfluence,
  phaseTransition,
  rotaryAttention,
  wonnLayer,
} from '../../../src/models/networks/index.js';
import { chained, cut, shaped, turned } from './arrays.js';
import {
  angle,
  convolution,
  field,
  fields,
  input,
  kernel,
  output,
  param,
  pointwise,
  type Written,
} from './written.js';
import type { ZooCase } from './zoo.js';

/** The energies of the steps, without the 0 before the first. */
const energies = (steps: number) => chained(cut(0, 1, steps), turned('tb->bt'));

type Field = Tensor<readonly [number, number, number]>;

export const akornCase =
  (how: 'conv' | 'attention' | 'places', turns: boolean, normed: boolean) =>
  (c: ZooCase): Written => {
    const { C, components, oscillators, H, W, T, gamma, heads, readout_channels: outputs } = c.hyper;
    const coupling =
      how === 'conv' ? conv(C) : gridAttention({ channels: C, heads, places: how === 'places' });
    const norm = groupNorm(oscillators);
    return {
      program: program({ x0: [H, W, C], c: [H, W, C] }, ({ x0, c: given }) => {
        const states = akornLayer({ channels: C, components, steps: T, gamma, coupling, turns })(
          x0,
          normed ? norm(given) : given,
        );
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
        ...(turns ? { 'akorn1/turn': param('k.omg.omg_param') } : {}),
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

export const wonnCase =
  (normed: boolean) =>
  (c: ZooCase): Written => {
    const { C, H, W, T, gamma, kernel: side, group_size: g } = c.hyper;
    const rows = c.array('param', 'I.net.0.weight').shape[0] / C;
    const [sense, couple] = [
      patchInfluence({ group: g, rows, sees: 'sin' }),
      conv(C, { kernel: side, bias: false }),
    ];
    const norm = groupNorm(C % 8 === 0 ? 8 : 1);
    return {
      program: program({ theta0: [H, W, C], omega: [H, W, C] }, ({ theta0, omega }) => {
        const coupling = (sent: Field) => relu(normed ? norm(couple(sent)) : couple(sent));
        const states = wonnLayer({ steps: T, gamma, influence: sense, coupling, group: g })(theta0, omega);
        return { ...states, end: last(states.theta) };
      }),
      inputs: { theta0: input('theta0', field), omega: input('omega', field) },
      parameters: {
        ...influence('influence1', 'I.net', [C, rows, 1, g]),
        'conv1/weight': param('coupling.0.weight', kernel),
        ...(normed
          ? { 'groupNorm1/scale': param('coupling.1.weight'), 'groupNorm1/shift': param('coupling.1.bias') }
          : {}),
      },
      outputs: wonnOutputs(T),
    };
  };

export const wonnMazeCase = (c: ZooCase): Written => {
  const { C, H, W, T, gamma, heads } = c.hyper;
  const [attend, norm] = [rotaryAttention({ channels: C, heads }), groupNorm(8)];
  return {
    program: program({ theta0: [H, W, C], omega: [H, W, C] }, ({ theta0, omega }) => {
      const coupling = (sent: Field) => relu(norm(attend(sent)));
      const states = wonnLayer({ steps: T, gamma, coupling })(theta0, omega);
      return { ...states, end: last(states.theta) };
    }),
    inputs: { theta0: input('theta0', field), omega: input('omega', field) },
    parameters: {
      'in/weight': param('coupling.0.W_qkv.weight', turned('oi->io')),
      'in/bias': param('coupling.0.W_qkv.bias'),
      'out/weight': param('coupling.0.W_o.weight', turned('oi->io')),
      'out/bias': param('coupling.0.W_o.bias'),
      'groupNorm1/scale': param('coupling.1.weight'),
      'groupNorm1/shift': param('coupling.1.bias'),
    },
    outputs: wonnOutputs(T),
  };
};

export const wonnBlockCase = (c: ZooCase): Written => {
  const { C_in: inputs, C, H, W, T, gamma, kernel: side, group_size: g } = c.hyper;
  const rows = c.array('param', 'layer.I.net.0.weight').shape[0] / C;
  const [phases, frequencies] = [phaseTransition(C), frequencyTransition(C)];
  const sense = patchInfluence({ group: g, rows, sees: 'both' });
  const answer = patchInfluence({ group: 1, rows: 2, sees: 'both', name: 'sensitivity' });
  const [couple, norm] = [conv(C, { kernel: side, bias: false, name: 'coupling' }), groupNorm(1)];
  const part = (i: number) =>
    param('omega_update.theta_emb.proj.weight', chained(cut(1, i, 1), shaped(inputs)));
  const constant = (value: number) => ndarray([C], new Float64Array(C).fill(value));
  return {
    program: program({ theta: [H, W, inputs], omega: [H, W, inputs] }, (given) => {
      const [theta0, omega] = [phases(given.theta), frequencies(given.theta, given.omega)];
      const coupling = (sent: Field) => relu(norm(couple(sent)));
      const states = wonnLayer({
        steps: T,
        gamma,
        influence: sense,
        sensitivity: answer,
        coupling,
        group: g,
      })(theta0, omega);
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
      ...influence('influence1', 'layer.I.net', [C, rows, 2, g]),
      ...influence('sensitivity', 'layer.S.net', [C, 2, 2, 1]),
      'coupling/weight': param('layer.coupling.0.weight', kernel),
      'groupNorm1/scale': param('layer.coupling.1.weight'),
      'groupNorm1/shift': param('layer.coupling.1.bias'),
    },
    constants: { 'batchNorm1/mean': constant(0), 'batchNorm1/variance': constant(1) },
    outputs: { ...wonnOutputs(T), omega: output('omega', field), theta0: angle('theta0', field) },
  };
};
