/** A network whose connections take time: each place of a grid hears all within reach, as late as they are far. */

import * as drumhead from 'drumhead';

const { add, concat, conv, delayAlong, expand, mlp, mul, parameter, past, pipe, program, relu } = drumhead;
const { remember, reshape, scale, scan, scatter, sub, tanh, timeToChannels, times, upsample } = drumhead;
const [size, side, channels, steps, dt, reach] = [16, 8, 4, 12, 0.4, 3];
const sites = times(side, side);

const place = (i: number) => [Math.floor(i / side), i % side];
const distance = (i: number, j: number) => Math.hypot(place(i)[0] - place(j)[0], place(i)[1] - place(j)[1]);
const all = Array.from({ length: sites }, (_, i) => i);
const pairs = all.flatMap((to) => all.map((from) => [from, to, Math.round(distance(from, to))]));
const connections = pairs.filter(([, , far]) => far >= 1 && far <= reach);
const [sources, targets, late] = [0, 1, 2].map((k) => connections.map((connection) => connection[k]));

const model = program({ image: [size, size, 3] }, ({ image }) => {
  const drive = pipe(image, conv(16), relu, conv(channels, { stride: 2 }), reshape(sites, channels));
  const strength = parameter('strength', [connections.length], { init: { normal: 0.3 } });
  const weights = expand(-1, channels)(strength);
  const rest = tanh(drive);
  const rates = scan({
    steps,
    init: { x: rest, history: past(rest, reach + 1) },
    step: ({ x, history }) => {
      const arriving = scatter(0, targets, sites)(mul(weights, delayAlong(history, late, sources)));
      const next = add(x, scale(dt, sub(tanh(add(drive, arriving)), x)));
      return { x: next, history: remember(history, next) };
    },
    observe: ({ x }) => x,
  });
  const waves = reshape(steps, side, side, channels)(rates);
  const heard = concat(relu(conv(16)(image)), upsample(2)(timeToChannels(waves)));
  return { logits: mlp([32], 6)(heard), waves };
});

export default {
  name: 'examples/conduction-delays',
  task: { name: 'tetrominoes', size, cell: 3, train: 256, validation: 32, test: 64 },
  model,
  training: { batch: 8, rate: 5e-3, schedule: 'warm-cosine', epochs: 4, clip: 1 },
} satisfies drumhead.ExperimentDraft;
