/** Phases that pull each other as strongly as they attend to each other: a Kuramoto network coupled by the image. */

import * as drumhead from 'drumhead';

const { add, concat, conv, cos, dense, einsum, mlp, mul, pipe, program, relu } = drumhead;
const { reshape, scale, scan, sin, softmax, sub, tanh, timeToChannels, times, upsample } = drumhead;
const [size, side, channels, steps, dt] = [16, 8, 4, 8, 0.5];

const model = program({ image: [size, size, 3] }, ({ image }) => {
  const features = pipe(image, conv(16), relu, conv(16, { stride: 2 }), relu, reshape(times(side, side), 16));
  const [query, key] = [dense(8, { name: 'query' }), dense(8, { name: 'key' })];
  const shares = softmax(1)(scale(8 ** -0.5, einsum('qc,kc->qk', query(features), key(features))));
  const omega = dense(channels, { name: 'omega' })(features);
  const theta = scan({
    steps,
    init: { theta: scale(Math.PI, tanh(dense(channels, { name: 'phase' })(features))) },
    step: (s) => {
      const [x, y] = [cos(s.theta), sin(s.theta)];
      const [meanX, meanY] = [einsum('qk,kc->qc', shares, x), einsum('qk,kc->qc', shares, y)];
      // The sum over k of a_qk sin(theta_k - theta_q).
      const pull = sub(mul(x, meanY), mul(y, meanX));
      return { theta: add(s.theta, scale(dt, add(omega, pull))) };
    },
    observe: (s) => s.theta,
  });
  const waves = reshape(steps, side, side, channels)(sin(theta));
  const heard = concat(relu(conv(16)(image)), upsample(2)(timeToChannels(waves)));
  return { logits: mlp([32], 6)(heard), waves };
});

export default {
  name: 'examples/attention-kuramoto',
  task: { name: 'tetrominoes', size, cell: 3, train: 256, validation: 32, test: 64 },
  model,
  training: { batch: 8, rate: 5e-3, schedule: 'warm-cosine', epochs: 4, clip: 1 },
} satisfies drumhead.ExperimentDraft;
