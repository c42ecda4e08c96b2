/** Cases of oscillators on a graph: GraphCON. */

import type * as t from 'io-ts';
import { record } from '../../../../base/codec.js';
import { dense, last, program, relu } from '../../../../dsl/index.js';
import { graphAttention, graphConvolution, graphconLayer } from '../../../../models/networks/index.js';
import { chained, cut, type Layout, LayoutFault, turned } from '../layout.js';
import type { ZooCase } from '../manifest.js';
import { input, linear, type Model, model, output, param, type Written } from '../written.js';
import { number, size } from './hyper.js';

const edgesOf = (c: ZooCase): readonly (readonly [number, number])[] => {
  const { shape, data } = c.arrays.input.edge_index ?? { shape: [], data: [] };
  if (shape.length !== 2 || shape[0] !== 2) throw new LayoutFault("input 'edge_index' should be (2, edges)");
  return Array.from({ length: shape[1] }, (_, i) => [data[i], data[shape[1] + i]]);
};

/** One graph is one sample. */
const oneSample = turned('nc->bnc');
/** Without the entry before the first step. */
const steps = (layers: number): Layout => chained(cut(0, 1, layers), turned('tnc->btnc'));

const sizes = {
  nodes: size,
  features: size,
  n: size,
  outputs: size,
  layers: size,
  dt: number,
  alpha: number,
  gamma: number,
};

const graphOf = (
  c: ZooCase,
  { nodes, features, n, outputs, layers, dt, alpha, gamma }: t.TypeOfProps<typeof sizes>,
  coupling: (graph: {
    readonly nodes: number;
    readonly edges: readonly (readonly [number, number])[];
  }) => Parameters<typeof graphconLayer<number, number>>[0]['coupling'],
  parameters: Written['parameters'],
): Written => {
  return {
    program: program({ x: [nodes, features] }, ({ x }) => {
      const start = relu(dense(n, { name: 'encoder' })(x));
      const graph = { nodes, edges: edgesOf(c) };
      const states = graphconLayer({ layers, dt, alpha, gamma, coupling: coupling(graph) })(start);
      return { ...states, output: dense(outputs, { name: 'decoder' })(last(states.x)) };
    }),
    batch: 1,
    inputs: { x: input('x', oneSample) },
    parameters: {
      ...linear('encoder', 'enc'),
      ...linear('decoder', 'dec'),
      ...linear('residual', 'res'),
      ...parameters,
    },
    outputs: {
      X_all: output('x', steps(layers)),
      Y_all: output('y', steps(layers)),
      output: output('output', oneSample),
    },
  };
};

const features = (theirs: string) => ({
  'features/weight': param(theirs, turned('oi->io')),
  'features/bias': param('conv.bias'),
});

/**
 * The two forms of the term beside the convolution, as the formula writes them; the settings do not
 * distinguish them.
 */
const residuals: readonly (readonly [string, 'through' | 'beside'])[] = [
  ['R(X) = -( res.weight (conv.lin.weight X) + res.bias )', 'through'],
  ['R(X) = -conv.lin.weight X + res.weight X + res.bias', 'beside'],
];

const byConvolution = model(record('hyper', sizes), (h, c) => {
  const found = residuals.find(([formula]) => c.formula.some((line) => line.startsWith(formula)));
  if (found === undefined) throw new LayoutFault('its formula has none of the two known forms of R(X)');
  return graphOf(c, h, (graph) => graphConvolution(graph, h.n, found[1]), features('conv.lin.weight'));
});

const byAttention = model(record('hyper', { ...sizes, heads: size }), (h, c) =>
  graphOf(c, h, (graph) => graphAttention(graph, { features: h.n, heads: h.heads }), {
    ...features('conv.lin_src.weight'),
    'features/source': param('conv.att_src', turned('ohc->hc')),
    'features/target': param('conv.att_dst', turned('ohc->hc')),
  }),
);

/** Coupled by convolution, or by attention, which has heads. */
export const graphcon: Model = (c) => ('heads' in c.hyper ? byAttention : byConvolution)(c);
