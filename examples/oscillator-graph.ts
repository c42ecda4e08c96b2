/** Oscillators on a graph that is data, a list of edges: each place hears its neighbours on a grid and one far away. */

import * as drumhead from 'drumhead';

const { concat, conv, expand, gather, mlp, mul, oscillator, parameter, pipe, program, relu } = drumhead;
const { reshape, scan, scatter, sub, tanh, timeToChannels, times, upsample, zeros } = drumhead;
const [size, side, channels, steps, dt] = [16, 8, 4, 12, 0.3];
const nodes = times(side, side);

const places = Array.from({ length: nodes }, (_, i) => i);
const near = [1, nodes - 1, side, nodes - side].flatMap((hop) => places.map((i) => [(i + hop) % nodes, i]));
const edges = [...near, ...places.map((i) => [(13 * i + 5) % nodes, i])];
const [sources, targets] = [edges.map(([from]) => from), edges.map(([, to]) => to)];

const model = program({ image: [size, size, 3] }, ({ image }) => {
  const features = pipe(image, conv(16), relu, conv(16, { stride: 2 }), relu);
  const strength = parameter('strength', [edges.length], { init: { constant: 0.3 } });
  const sprung = (y: drumhead.Tensor<readonly [typeof nodes, typeof channels]>) => {
    const stretched = sub(gather(0, sources)(y), gather(0, targets)(y));
    return scatter(0, targets, nodes)(mul(stretched, expand(-1, channels)(strength)));
  };
  const waves = scan({
    steps,
    init: { y: pipe(features, conv(channels), tanh, reshape(nodes, channels)), z: zeros(nodes, channels) },
    step: oscillator({ dt, coupling: sprung }),
    observe: ({ y }) => y,
  });
  const onGrid = reshape(steps, side, side, channels)(waves);
  const heard = concat(conv(16)(image), upsample(2)(timeToChannels(onGrid)));
  return { logits: mlp([32], 6)(relu(heard)), waves: onGrid };
});

export default {
  name: 'examples/oscillator-graph',
  task: { name: 'tetrominoes', size, cell: 3, train: 256, validation: 32, test: 64 },
  model,
  training: { batch: 8, rate: 5e-3, schedule: 'warm-cosine', epochs: 4, clip: 1 },
} satisfies drumhead.ExperimentDraft;
