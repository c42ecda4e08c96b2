/** Cases of networks of units: HORN, coRNN, UnICORNN, Wave-RNN. */

import { pipe } from 'fp-ts/lib/function.js';
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
} from '../../../src/dsl/index.js';
import { cornnLayer, hornLayer, unicornnLayer, waveRnnLayer } from '../../../src/models/networks/index.js';
import { chained, cut, same, turned } from './arrays.js';
import { input, linear, output, param, sequence, type Written } from './written.js';
import type { ZooCase } from './zoo.js';

const free = (name: string, n: number) => parameter(name, [n], { init: 'zeros' });

export const hornCase = (c: ZooCase): Written => {
  const { T, inputs, n, outputs, h, alpha, omega, gamma } = c.hyper;
  const heterogeneous = c.has('input', 'omega');
  return {
    program: program({ stimulus: [T, inputs] }, ({ stimulus }) => {
      const states = hornLayer({
        units: n,
        dt: h,
        alpha: fill(alpha, n),
        omega: heterogeneous ? free('omega', n) : fill(omega, n),
        gamma: heterogeneous ? free('gamma', n) : fill(gamma, n),
      })(stimulus);
      return { ...states, output: dense(outputs, { name: 'output' })(last(states.x)) };
    }),
    inputs: { stimulus: input('stimulus', sequence) },
    parameters: {
      ...linear('input', 'i2h'),
      ...linear('recurrent', 'h2h'),
      ...linear('output', 'h2o'),
      ...(heterogeneous ? { omega: input('omega'), gamma: input('gamma') } : {}),
    },
    outputs: { x_all: output('x'), y_all: output('y'), output: output('output') },
  };
};

export const hornOfLibrary = (c: ZooCase): Written => {
  const { T, inputs, n, dt } = c.hyper;
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
};

export const cornnCase = (c: ZooCase): Written => {
  const { T, inputs, n, outputs, dt, gamma, epsilon } = c.hyper;
  // In one weight of the authors the columns are inputs, velocities, displacements.
  const part = (begin: number, size: number) =>
    param('cell.i2h.weight', chained(cut(1, begin, size), turned('oi->io')));
  const joint = !c.has('param', 'cell.h2h1.weight');
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
};

export const unicornnCase =
  (dt: readonly number[]) =>
  (c: ZooCase): Written => {
    const { T, inputs, n, outputs, alpha } = c.hyper;
    const numbers = dt.map((_, l) => l);
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
  };

export const waveRnnCase =
  (activation: 'relu' | 'tanh', everyStep: boolean) =>
  (c: ZooCase): Written => {
    const { T, inputs, n, channels, outputs, kernel } = c.hyper;
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
  };
