/** Cases of linear oscillators: LinOSS and D-LinOSS. */

import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { record } from '../../../../base/codec.js';
import { ndarray } from '../../../../compile/reference/index.js';
import {
  add,
  at,
  batchNorm,
  dense,
  gather,
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
} from '../../../../dsl/index.js';
import { type LinossLayerOptions, linossLayer } from '../../../../models/networks/index.js';
import { forEach, LayoutFault } from '../layout.js';
import { input, linear, type Model, model, output, param, type Source, type Written } from '../written.js';
import { batch, size, word } from './hyper.js';

const layerOf = (ours: string, theirs: string, pace: string): Readonly<Record<string, Source>> => ({
  [`${ours}stiffness`]: param(`${theirs}A_diag`),
  [`${ours}pace`]: param(`${theirs}${pace}`),
  [`${ours}input`]: param(`${theirs}B`),
  [`${ours}output`]: param(`${theirs}C`),
  [`${ours}skip`]: param(`${theirs}D`),
});

const sizes = { ...batch, T: size, oscillators: size, features: size };

const layerAlone = (
  { B, T, oscillators, features }: t.TypeOfProps<typeof sizes>,
  discretisation: NonNullable<LinossLayerOptions<number>['discretisation']>,
): Written => {
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
      A: output('stiffness', forEach(B)),
      dt: output('pace', forEach(B)),
    },
    left: damped ? { G: 'the relu of a parameter' } : {},
  };
};

/** The gelu of the authors: by a hyperbolic tangent, x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). */
const tanhGelu = <S extends Shape>(x: Tensor<S>): Tensor<S> => {
  const inner = scale(Math.sqrt(2 / Math.PI), mul(x, offset(1, scale(0.044715, square(x)))));
  return mul(scale(0.5, x), offset(1, tanh(inner)));
};

const layerOfLinoss = model(record('hyper', { ...sizes, discretisation: word('im', 'imex') }), (h) =>
  layerAlone(h, h.discretisation),
);

/** A layer, or a network of one block, which has its own numbers of inputs and outputs. */
export const linoss: Model = (c) => ('inputs' in c.hyper ? network : layerOfLinoss)(c);

export const dampedLinoss = model(
  record('hyper', { ...sizes, discretisation: word('damped-imex1', 'damped-imex2') }),
  (h) => layerAlone(h, h.discretisation),
);

const networkHyper = record('hyper', {
  ...sizes,
  discretisation: word('im', 'imex'),
  inputs: size,
  outputs: size,
  classification: t.boolean,
  output_step: size,
});

const network = model(networkHyper, (h) => {
  const { T, inputs, oscillators, features, outputs, discretisation, classification, output_step: every } = h;
  if (classification && every !== 1)
    throw new LayoutFault('hyper.output_step: a classification answers once, so it should be 1');
  if (every > T) throw new LayoutFault(`hyper.output_step: ${every} is more than the ${T} steps`);
  // For numbers: an answer after every so many steps.
  const asked = Array.from({ length: Math.floor(T / every) }, (_, i) => every * (i + 1) - 1);
  return {
    program: program({ x: [T, inputs] }, ({ x }) => {
      const encoded = dense(features, { name: 'encoder' })(x);
      const { output: heard } = pipe(encoded, batchNorm(), linossLayer({ oscillators, discretisation }));
      const [value, gate] = [dense(features, { name: 'value' }), dense(features, { name: 'gate' })];
      const g = tanhGelu(heard);
      const block = add(encoded, mul(value(g), sigmoid(gate(g))));
      const read = dense(outputs, { name: 'answer' });
      const answer = classification
        ? pipe(block, mean(0), read, softmax())
        : pipe(block, gather(0, asked), read, tanh);
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
});
