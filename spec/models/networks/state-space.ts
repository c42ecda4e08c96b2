/** Cases of linear oscillators: LinOSS and D-LinOSS. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  add,
  at,
  batchNorm,
  dense,
  mean,
  mul,
  offset,
  program,
  type Shape,
  scale,
  sigmoid,
  softmax,
  square,
  type Tensor,
  tanh,
  transpose,
} from '../../../src/dsl/index.js';
import { ndarray } from '../../../src/index.js';
import { type LinossLayerOptions, linossLayer } from '../../../src/models/networks/index.js';
import { forEach } from './arrays.js';
import { input, linear, output, param, type Source, type Written } from './written.js';
import type { ZooCase } from './zoo.js';

const layerOf = (ours: string, theirs: string, pace: string): Readonly<Record<string, Source>> => ({
  [`${ours}stiffness`]: param(`${theirs}A_diag`),
  [`${ours}pace`]: param(`${theirs}${pace}`),
  [`${ours}input`]: param(`${theirs}B`),
  [`${ours}output`]: param(`${theirs}C`),
  [`${ours}skip`]: param(`${theirs}D`),
});

export const linossCase =
  (discretisation: NonNullable<LinossLayerOptions<number>['discretisation']>) =>
  (c: ZooCase): Written => {
    const { T, oscillators, features } = c.hyper;
    const damped = discretisation.startsWith('damped');
    return {
      program: program({ u: [T, features] }, ({ u }) => {
        const { y, z, ...rest } = linossLayer({ oscillators, discretisation })(u);
        const [ys, zs] = [transpose(2, 0, 1)(y), transpose(2, 0, 1)(z)];
        return { yr: at(ys, 0), yi: at(ys, 1), zr: at(zs, 0), zi: at(zs, 1), ...rest };
      }),
      inputs: { u: input('u') },
      parameters: {
        ...layerOf('linoss1/', '', damped ? 'dt' : 'steps'),
        ...(damped ? { 'linoss1/damping': param('G_diag') } : {}),
      },
      outputs: {
        y_real: output('yr'),
        y_imag: output('yi'),
        z_real: output('zr'),
        z_imag: output('zi'),
        output: output('output'),
        A: output('stiffness', forEach(c.hyper.B)),
        dt: output('pace', forEach(c.hyper.B)),
      },
      left: damped ? { G: 'the relu of a parameter' } : {},
    };
  };

/** The gelu of the authors: by a hyperbolic tangent, x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). */
const tanhGelu = <S extends Shape>(x: Tensor<S>): Tensor<S> => {
  const inner = scale(Math.sqrt(2 / Math.PI), mul(x, offset(1, scale(0.044715, square(x)))));
  return mul(scale(0.5, x), offset(1, tanh(inner)));
};

export const linossNetworkCase = (c: ZooCase): Written => {
  const { T, inputs, oscillators, features, outputs } = c.hyper;
  return {
    program: program({ x: [T, inputs] }, ({ x }) => {
      const encoded = dense(features, { name: 'encoder' })(x);
      const { output: heard } = pipe(
        encoded,
        batchNorm(),
        linossLayer({ oscillators, discretisation: 'im' }),
      );
      const [value, gate] = [dense(features, { name: 'value' }), dense(features, { name: 'gate' })];
      const g = tanhGelu(heard);
      const block = add(encoded, mul(value(g), sigmoid(gate(g))));
      const answer = pipe(block, mean(0), dense(outputs, { name: 'answer' }), softmax());
      return { encoded, heard, block, output: answer };
    }),
    inputs: { x: input('x') },
    parameters: {
      ...layerOf('linoss1/', 'ssm.', 'steps'),
      ...linear('encoder', 'linear_encoder'),
      ...linear('value', 'glu.w1'),
      ...linear('gate', 'glu.w2'),
      ...linear('answer', 'linear_layer'),
      'batchNorm1/mean': input('running_mean'),
      'batchNorm1/variance': input('running_var'),
    },
    constants: {
      'batchNorm1/scale': ndarray([features], new Float64Array(features).fill(1)),
      'batchNorm1/shift': ndarray([features], new Float64Array(features)),
    },
    outputs: {
      encoded: output('encoded'),
      ssm_output: output('heard'),
      block_output: output('block'),
      output: output('output'),
    },
  };
};
