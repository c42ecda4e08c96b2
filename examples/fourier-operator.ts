/** Waves in k-space, read by a Fourier operator: no kernel of the step is smaller than the image. */

import * as drumhead from 'drumhead';

const { add, broadcast, dense, fourierOperator, kSpaceWave, longConvolution, mlp, parameter } = drumhead;
const { program, scale, scan, scope, sin, stepOf, strang, sub, tanh, timeToChannels, zeros } = drumhead;
const [size, steps, width] = [32, 16, 8] as const;

type Field<C extends number> = drumhead.Tensor<readonly [typeof size, typeof size, C]>;
type Wave = drumhead.Wave<readonly [typeof size, typeof size, 2]>;

/** Modes of fewer than six waves by matrices of their own, beside a layer at each pixel. */
const operator =
  <const F extends number>(name: string, features: F) =>
  <C extends number>(x: Field<C>): Field<F> =>
    scope(name, (y: Field<C>) => tanh(add(fourierOperator(features, { modes: 6 })(y), dense(features)(y))))(
      x,
    );

/** The part of sine-Gordon that is not linear; between two kicks every mode turns by its own frequency, exactly. */
const kick: drumhead.Flow<Wave> = {
  name: 'kick',
  order: Number.POSITIVE_INFINITY,
  advance: ({ y, z }, _, h) => ({ y, z: sub(z, scale(h, sin(y))) }),
};

const model = program({ image: [size, size, 3] }, ({ image }) => {
  const init = { y: operator('pluck', 2)(operator('lift', width)(image)), z: zeros(size, size, 2) };
  const step = stepOf(strang<Wave>(kick, kSpaceWave()), 0.5);
  const waves = scan({ steps, init, step, observe: ({ y }) => y });
  // Each channel remembers by a learned kernel as long as the sequence.
  const memory = parameter('memory', [steps, 1, 1, 2], { init: { normal: 0.25 } });
  const heard = longConvolution(waves, broadcast(steps, size, size, 2)(memory));
  return { logits: scope('readout', mlp([32], 6))(operator('read', 32)(timeToChannels(heard))), waves };
});

export default {
  name: 'examples/fourier-operator',
  task: { name: 'tetrominoes', size, cell: 3, train: 256, validation: 16, test: 32 },
  model,
  training: { batch: 4, rate: 3e-3, schedule: 'warm-cosine', epochs: 2, clip: 1 },
} satisfies drumhead.ExperimentDraft;
