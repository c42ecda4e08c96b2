/** Networks whose sites are coupled in pairs: by attention, along the edges of a graph, with delays. */

import {
  add,
  cos,
  delayAlong,
  dense,
  einsum,
  gather,
  mul,
  oscillator,
  type Program,
  past,
  pipe,
  program,
  remember,
  scale,
  scan,
  scatter,
  sin,
  softmax,
  sub,
  type Tensor,
  tanh,
  zeros,
} from 'drumhead';

const sites = 12;
const far = Array.from({ length: sites }, (_, i) => [i, (5 * i + 7) % sites]);
const near = Array.from({ length: sites }, (_, i) => [i, (i + 1) % sites]);
const edges = [...near, ...near.map(([a, b]) => [b, a]), ...far];
const [sources, targets] = [edges.map(([from]) => from), edges.map(([, to]) => to)];

const attending = program({ x: [sites, 3] }, ({ x }) => {
  const [query, key] = [dense(4, { name: 'query' }), dense(4, { name: 'key' })];
  const shares = softmax(1)(einsum('qc,kc->qk', query(x), key(x)));
  return {
    theta: scan({
      steps: 4,
      init: { theta: dense(1, { name: 'phase' })(x) },
      step: ({ theta }) => {
        const [a, b] = [cos(theta), sin(theta)];
        const pull = sub(mul(a, einsum('qk,kc->qc', shares, b)), mul(b, einsum('qk,kc->qc', shares, a)));
        return { theta: add(theta, scale(0.2, pull)) };
      },
      observe: (s) => s.theta,
    }),
  };
});

const springs = program({ y: [sites, 1] }, ({ y }) => ({
  y: scan({
    steps: 4,
    init: { y, z: zeros(sites, 1) },
    step: oscillator({
      dt: 0.2,
      coupling: (now: Tensor<readonly [typeof sites, 1]>) =>
        scatter(0, targets, sites)(sub(gather(0, sources)(now), gather(0, targets)(now))),
    }),
    observe: (s) => s.y,
  }),
}));

const late = program({ x: [sites] }, ({ x }) => ({
  x: scan({
    steps: 4,
    init: { x, history: past(x, 3) },
    step: (s) => {
      const delays = sources.map((_, e) => e % 3);
      const arriving = pipe(delayAlong(s.history, delays, sources), scatter(0, targets, sites));
      const next = add(scale(0.8, s.x), scale(0.2, tanh(arriving)));
      return { x: next, history: remember(s.history, next) };
    },
    observe: (s) => s.x,
  }),
}));

export const networks: readonly (readonly [string, Program])[] = [
  ['phases that attend to each other', attending],
  ['springs along the edges of a graph', springs],
  ['rates with conduction delays', late],
];
