/** Waves in k-space, read by a Fourier operator: no kernel of the step is smaller than the image. */

import * as drumhead from 'drumhead';

const { add, broadcast, dense, fourierOperator, kSpaceWave, longConvolution, mlp, parameter } = drumhead;
const { program, scale, scan, scope, sin, sub, tanh, timeToChannels, zeros } = drumhead;
const [size, steps, width] = [32, 16, 8] as const;

type Field<C extends number> = drumhead.Tensor<readonly [typeof size, typeof size, C]>;

/** Modes of fewer than six waves by matrices of their own, beside a layer at each pixel. */
const operator =
  <const F extends number>(name: string, features: F) =>
  <C extends number>(x: Field<C>): Field<F> =>
    scope(name, (y: Field<C>) => tanh(add(fourierOperator(features, { modes: 6 })(y), dense(features)(y))))(
      x,
    );

const model = program({ image: [size, size, 3] }, ({ image }) => {
  const lifted = operator('lift', width)(image);
  // Split steps of sine-Gordon: a kick by what is not linear, then every mode by its own frequency, exactly.
  const linear = kSpaceWave({ dt: 0.5 });
  const waves = scan({
    steps,
    init: { y: operator('pluck', 2)(lifted), z: zeros(size, size, 2) },
    step: ({ y, z }) => linear({ y, z: sub(z, scale(0.5, sin(y))) }),
    observe: ({ y }) => y,
  });
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
