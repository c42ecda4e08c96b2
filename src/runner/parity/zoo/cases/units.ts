/** Cases of networks of units: HORN, coRNN, UnICORNN, Wave-RNN. */

import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { record, where, withOptional } from '../../../../base/codec.js';
import {
  dense,
  fill,
  last,
  mergeChannels,
  parameter,
  program,
  reshape,
  scope,
  type Tensor,
  transpose,
} from '../../../../dsl/index.js';
import { cornnLayer, hornLayer, unicornnLayer, waveRnnLayer } from '../../../../models/networks/index.js';
import { chained, cut, same, turned } from '../layout.js';
import { input, linear, type Model, model, output, param, sequence, type Written } from '../written.js';
import { batch, flag, number, size, word } from './hyper.js';

const free = (name: string, n: number) => parameter(name, [n], { init: 'zeros' });

const hornSizes = { ...batch, T: size, inputs: size, n: size };
const hornCommon = { ...hornSizes, outputs: size, h: number, alpha: number };

const hornOf = (
  { T, inputs, n, outputs, h, alpha }: t.TypeOfProps<typeof hornCommon>,
  { omega, gamma }: { readonly omega?: number; readonly gamma?: number },
): Written => {
  return {
    program: program({ stimulus: [T, inputs] }, ({ stimulus }) => {
      const states = hornLayer({
        units: n,
        dt: h,
        alpha: fill(alpha, n),
        omega: omega === undefined ? free('omega', n) : fill(omega, n),
        gamma: gamma === undefined ? free('gamma', n) : fill(gamma, n),
      })(stimulus);
      return { ...states, output: dense(outputs, { name: 'output' })(last(states.x)) };
    }),
    inputs: { stimulus: input('stimulus', sequence) },
    parameters: {
      ...linear('input', 'i2h'),
      ...linear('recurrent', 'h2h'),
      ...linear('output', 'h2o'),
      ...(omega === undefined ? { omega: input('omega') } : {}),
      ...(gamma === undefined ? { gamma: input('gamma') } : {}),
    },
    outputs: { x_all: output('x'), y_all: output('y'), output: output('output') },
  };
};

const hornHyper = pipe(
  record('hyper', hornCommon, ['omega', 'gamma']),
  (codec) => withOptional(codec, 'omega', number),
  (codec) => withOptional(codec, 'gamma', number),
);

/** The authors' code; `omega` and `gamma` are settings, or one number a unit. */
export const horn: Model = model(hornHyper, (h) => hornOf(h, h));

/** HORN in the form of a library: with feedback of the amplitude. */
export const hornOfLibrary = model(record('hyper', { ...hornSizes, dt: number }), ({ T, inputs, n, dt }) => {
  return {
    program: program({ stimulus: [T, inputs] }, ({ stimulus }) => {
      const states = hornLayer({
        units: n,
        dt,
        alpha: free('alpha', n),
        omega: free('omega', n),
        gamma: free('gamma', n),
        feedback: free('v', n),
        gain: 1,
      })(stimulus);
      return { ...states, output: last(states.x) };
    }),
    inputs: { stimulus: input('stimulus', sequence) },
    parameters: {
      'input/weight': param('i2h.weight'),
      'input/bias': param('i2h.bias'),
      'recurrent/weight': param('h2h.weight'),
      'recurrent/bias': param('h2h.bias'),
      ...Object.fromEntries(['alpha', 'omega', 'gamma', 'v'].map((name) => [name, input(name)])),
    },
    outputs: { x_all: output('x', sequence), y_all: output('y', sequence), output: output('output') },
  };
});

const cornnHyper = record('hyper', {
  ...hornSizes,
  outputs: size,
  dt: number,
  gamma: number,
  epsilon: number,
});

export const cornn = model(cornnHyper, ({ T, inputs, n, outputs, dt, gamma, epsilon }, c) => {
  // In one weight of the authors the columns are inputs, velocities, displacements.
  const part = (begin: number, size: number) =>
    param('cell.i2h.weight', chained(cut(1, begin, size), turned('oi->io')));
  const joint = !('cell.h2h1.weight' in c.arrays.param);
  const turn = turned('oi->io');
  return {
    program: program({ x: [T, inputs] }, ({ x }) => {
      const states = cornnLayer({ units: n, dt, gamma, epsilon })(x);
      return { ...states, output: dense(outputs, { name: 'output' })(last(states.y)) };
    }),
    inputs: { x: input('x', sequence) },
    parameters: {
      'input/weight': joint ? part(0, inputs) : param('cell.i2h.weight', turn),
      'input/bias': param('cell.i2h.bias'),
      'velocity/weight': joint ? part(inputs, n) : param('cell.h2h2.weight', turn),
      'displacement/weight': joint ? part(inputs + n, n) : param('cell.h2h1.weight', turn),
      ...linear('output', 'readout'),
    },
    outputs: { y_all: output('y', sequence), z_all: output('z', sequence), output: output('output') },
  };
});

const unicornnHyper = where(
  record('hyper', {
    ...hornSizes,
    outputs: size,
    layers: size,
    dt: t.union([number, t.readonlyArray(number)], 'a number, or one a layer'),
    alpha: number,
  }),
  ({ layers, dt }) =>
    typeof dt === 'number' || dt.length === layers ? null : 'dt has another length than layers',
);

export const unicornn = model(unicornnHyper, ({ T, inputs, n, outputs, layers, dt: given, alpha }) => {
  const numbers = Array.from({ length: layers }, (_, l) => l);
  const dt = numbers.map((l) => (typeof given === 'number' ? given : given[l]));
  return {
    program: program({ x: [T, inputs] }, ({ x }) => {
      const states: { readonly y: Tensor<readonly [number, number]>; readonly z: Tensor }[] = [];
      for (const [l, step] of dt.entries()) {
        const one = scope(`layer${l}`, unicornnLayer({ units: n, dt: step, alpha }));
        states.push(one(states.at(-1)?.y ?? x));
      }
      const heard = states.at(-1)?.y ?? x;
      return {
        ...Object.fromEntries(
          states.flatMap(({ y, z }, l) => [
            [`y${l}`, y],
            [`z${l}`, z],
          ]),
        ),
        output: dense(outputs, { name: 'output' })(last(heard)),
      };
    }),
    inputs: { x: input('x', sequence) },
    parameters: {
      ...Object.assign(
        {},
        ...numbers.map((l) => ({
          ...linear(`layer${l}/input`, `DIs.${l}.fc`),
          [`layer${l}/unicornn1/weight`]: param(`RNNs.${l}.weight_hh`),
          [`layer${l}/unicornn1/pace`]: param(`RNNs.${l}.c_`),
        })),
      ),
      ...linear('output', 'classifier'),
    },
    outputs: {
      ...Object.fromEntries(
        numbers.flatMap((l) => [
          [`y_all.${l}`, output(`y${l}`, sequence)],
          [`z_all.${l}`, output(`z${l}`, sequence)],
        ]),
      ),
      output: output('output'),
    },
  };
});

const waveRnnHyper = record('hyper', {
  ...hornSizes,
  channels: size,
  outputs: size,
  kernel: size,
  act: word('relu', 'tanh'),
  mlp_decoder: flag(false),
});

export const waveRnn = model(
  waveRnnHyper,
  ({ T, inputs, n, channels, outputs, kernel, act: activation }, c) => {
    // Read at every step, or at the end: the settings do not say which, but the axes of the answer do.
    const everyStep = c.arrays.output64.output?.shape.length === 3;
    return {
      program: program({ x: [T, inputs] }, ({ x }) => {
        const h = waveRnnLayer({ sites: n, channels, kernel, activation })(x);
        const flat = pipe(h, transpose(0, 2, 1), mergeChannels);
        const read = dense(outputs, { name: 'output' });
        return everyStep ? { h, output: read(flat) } : { h, output: read(reshape(channels * n)(last(flat))) };
      }),
      inputs: { x: input('x', sequence) },
      parameters: {
        ...linear('input', 'cell.Wx'),
        'ring/weight': param('cell.Wy.weight', turned('oik->kio')),
        'ring/bias': param('cell.Wy.bias'),
        ...linear('output', 'readout'),
      },
      outputs: {
        h_all: output('h', turned('tbcn->btnc')),
        output: output('output', everyStep ? sequence : same),
      },
    };
  },
);
