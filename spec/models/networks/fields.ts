import { conv, groupNorm, last, program, relu, type Tensor } from '../../../src/dsl/index.js';
import {
  akornLayer,
  gridAttention,
  lengths,
  patchInfluence,
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
