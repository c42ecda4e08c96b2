/** Cases of oscillators on a graph: GraphCON. */

import { dense, last, program, relu } from '../../../src/dsl/index.js';
import { graphAttention, graphConvolution, graphconLayer } from '../../../src/models/networks/index.js';
import { chained, cut, type Layout, turned } from './arrays.js';
import { input, linear, output, param, type Written } from './written.js';
import type { ZooCase } from './zoo.js';

const edgesOf = (c: ZooCase): readonly (readonly [number, number])[] => {
  const { shape, data } = c.array('input', 'edge_index');
  return Array.from({ length: shape[1] }, (_, i) => [data[i], data[shape[1] + i]]);
};

/** One graph is one sample. */
const oneSample = turned('nc->bnc');
/** Without the entry before the first step. */
const steps = (layers: number): Layout => chained(cut(0, 1, layers), turned('tnc->btnc'));

const graphCase = (
  c: ZooCase,
  coupling: (graph: {
    readonly nodes: number;
    readonly edges: readonly (readonly [number, number])[];
  }) => Parameters<typeof graphconLayer<number, number>>[0]['coupling'],
  parameters: Written['parameters'],
): Written => {
  const { nodes, features, n, outputs, layers, dt, alpha, gamma } = c.hyper;
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

export const graphConvolutionCase =
  (residual: 'through' | 'beside') =>
  (c: ZooCase): Written =>
    graphCase(c, (graph) => graphConvolution(graph, c.hyper.n, residual), features('conv.lin.weight'));

export const graphAttentionCase = (c: ZooCase): Written =>
  graphCase(c, (graph) => graphAttention(graph, { features: c.hyper.n, heads: c.hyper.heads }), {
    ...features('conv.lin_src.weight'),
    'features/source': param('conv.att_src', turned('ohc->hc')),
    'features/target': param('conv.att_dst', turned('ohc->hc')),
  });
