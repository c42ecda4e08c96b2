/** GraphCON: oscillators on the nodes of a graph, coupled along its edges. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  add,
  broadcastLike,
  data,
  dense,
  div,
  einsum,
  elu,
  exp,
  expand,
  gather,
  layer,
  leakyRelu,
  matmul,
  max,
  mean,
  mergeChannels,
  mul,
  parameterOf,
  relu,
  scale,
  scan,
  scatter,
  splitChannels,
  stopGradient,
  sub,
  type Tensor,
  times,
} from '../../dsl/index.js';
import { needs } from './options.js';

/** A graph: its number of nodes, and its edges from one node to another. */
export interface Wiring<N extends number> {
  readonly nodes: N;
  readonly edges: readonly (readonly [from: number, to: number])[];
}

/** A force on each node, from the features of all nodes. */
export type NodeCoupling<N extends number, C extends number> = (
  x: Tensor<readonly [N, C]>,
) => Tensor<readonly [N, C]>;

/** Settings of oscillators on a graph. */
export interface GraphconLayerOptions<N extends number, C extends number> {
  /** Steps, which are the layers of the network. */
  readonly layers: number;
  /** The time step h. */
  readonly dt: number;
  /** Damping. */
  readonly alpha: number;
  /** The square of the natural frequency. */
  readonly gamma: number;
  readonly coupling: NodeCoupling<N, C>;
}

/**
 * "Graph-Coupled Oscillator Networks" (Rusch, Chamberlain, Rowbottom, Mishra & Bronstein 2022, arXiv 2202.02296) as its
 * code has it: from features [N, C] of the nodes, for displacement and velocity,
 *
 *     Y' = Y + h ( coupling(X) - alpha Y - gamma X ),     X' = X + h Y'.
 *
 * Gives x and y, [layers, N, C] each.
 *
 * @example
 * const ring = { nodes: 4, edges: [[0, 1], [1, 2], [2, 3], [3, 0]] } as const;
 * const coupling = graphConvolution(ring, 3);
 * const { x } = graphconLayer({ layers: 5, dt: 1, alpha: 0.3, gamma: 0.8, coupling })(zeros(4, 3));
 * const features = x;   // Tensor<readonly [number, 4, 3]>
 */
export const graphconLayer =
  <N extends number, C extends number>(o: GraphconLayerOptions<N, C>) =>
  (start: Tensor<readonly [N, C]>) => {
    needs('graphconLayer', o, 'layers', 'dt', 'alpha', 'gamma', 'coupling');
    const { layers, dt, alpha, gamma, coupling } = o;
    return scan({
      steps: layers,
      init: { x: start, y: start },
      step: ({ x, y }) => {
        const velocity = add(y, scale(dt, sub(coupling(x), add(scale(alpha, y), scale(gamma, x)))));
        return { x: add(x, scale(dt, velocity)), y: velocity };
      },
      observe: (state) => state,
    });
  };

/** The edges of a graph with one from each node to itself, as two lists of nodes. */
const withLoops = <N extends number>({ nodes, edges }: Wiring<N>) => {
  const own = Array.from({ length: nodes }, (_, i) => i);
  return {
    sources: [...edges.map(([from]) => from), ...own],
    targets: [...edges.map(([, to]) => to), ...own],
  };
};

/**
 * The graph convolution as the coupling of a GraphCON: relu(S X W + b + R(X)), S = D^-1/2 (A + 1) D^-1/2 with D the numbers
 * of edges that arrive, those from the nodes themselves included. R is -(X W) R' - r for `residual: 'through'`, and
 * X R' + r - X W for 'beside', the two versions of the authors' code.
 *
 * Parameters: features/weight [C, C] (W), features/bias [C] (b), residual/weight [C, C] and residual/bias (R', r).
 *
 * @example
 * const force = graphConvolution({ nodes: 3, edges: [[0, 1], [1, 2]] }, 2)(zeros(3, 2));   // Tensor<readonly [3, 2]>
 */
export const graphConvolution = <const N extends number, const C extends number>(
  graph: Wiring<N>,
  features: C,
  residual: 'through' | 'beside' = 'beside',
): NodeCoupling<N, C> => {
  needs('graphConvolution', graph, 'nodes', 'edges');
  const { sources, targets } = withLoops(graph);
  const degrees = Array.from({ length: graph.nodes }, (_, i) => targets.filter((to) => to === i).length);
  const shares = data(
    sources.map((from, edge) => 1 / Math.sqrt(degrees[from] * degrees[targets[edge]])),
    sources.length,
  );
  const self = layer('features', 'features');
  const rest = dense(features, { name: 'residual' });
  return (x) => {
    const weight = parameterOf(self, 'weight', [features, features], { init: 'glorot' });
    const bias = parameterOf(self, 'bias', [features], { init: 'zeros' });
    const turned = matmul(x, weight);
    const along = mul(gather(0, sources)(turned), expand(1, features)(shares));
    const mixed = add(scatter(0, targets, graph.nodes)(along), broadcastLike(x)(bias));
    return relu(residual === 'through' ? sub(mixed, rest(turned)) : add(mixed, sub(rest(x), turned)));
  };
};

/** Settings of attention along the edges of a graph. */
export interface GraphAttentionOptions<C extends number, H extends number> {
  readonly features: C;
  readonly heads: H;
}

/**
 * Graph attention as the coupling of a GraphCON: along each edge j to i, and from each node to itself, a share a_ij of
 * softmax_j(leakyRelu(u . h_j + v . h_i)) in each head, h = X W; then elu(sum_j a_ij h_j + b + X R + r), of which the means of
 * `heads` consecutive entries are the C features, as in the authors' code.
 *
 * Parameters: features/weight [C, heads C] (W), features/bias (b), features/source and features/target [heads, C] (u, v),
 * residual/weight [C, heads C] and residual/bias (R, r).
 *
 * @example
 * const force = graphAttention({ nodes: 3, edges: [[0, 1], [1, 2]] }, { features: 2, heads: 4 })(zeros(3, 2));
 * const same = force;   // Tensor<readonly [3, 2]>
 */
export const graphAttention = <const N extends number, const C extends number, const H extends number>(
  graph: Wiring<N>,
  o: GraphAttentionOptions<C, H>,
): NodeCoupling<N, C> => {
  needs('graphAttention', graph, 'nodes', 'edges');
  needs('graphAttention', o, 'features', 'heads');
  const { features, heads } = o;
  const { sources, targets } = withLoops(graph);
  const wide = times(heads, features);
  const self = layer('features', 'features');
  const rest = dense(wide, { name: 'residual' });
  const fromSources = gather(0, sources);
  const toTargets = scatter(0, targets, graph.nodes);
  return (x) => {
    const weight = parameterOf(self, 'weight', [features, wide], { init: 'glorot' });
    const bias = parameterOf(self, 'bias', [wide], { init: 'zeros' });
    const h = pipe(matmul(x, weight), splitChannels(heads, features));
    const score = (role: string) =>
      einsum('ihc,hc->ih', h, parameterOf(self, role, [heads, features], { init: 'glorot' }));
    const scores = leakyRelu(0.2)(add(fromSources(score('source')), gather(0, targets)(score('target'))));
    // The largest score only guards against overflow: shares do not depend on it.
    const powers = exp(sub(scores, pipe(scores, max(0), stopGradient, broadcastLike(scores))));
    const shares = div(powers, pipe(powers, toTargets, gather(0, targets)));
    const heard = toTargets(mul(fromSources(h), expand(2, features)(shares)));
    const q = elu(add(add(mergeChannels(heard), broadcastLike(rest(x))(bias)), rest(x)));
    return pipe(q, splitChannels(features, heads), mean(2));
  };
};
