/** Waves in k-space, read by a Fourier operator: no kernel of the step is smaller than the image. */

import * as drumhead from 'drumhead';

const { add, broadcast, dense, euler, flowOf, fourierOperator, kSpaceWave, longConvolution, mlp } = drumhead;
const { negate, parameter, program, scan, scope, sin, stepOf, strang, tanh, timeToChannels, zeros } =
  drumhead;
const [size, steps, width] = [32, 16, 8] as const;

type Grid<C extends number> = readonly [typeof size, typeof size, C];
type Field<C extends number> = drumhead.Tensor<Grid<C>>;

/** Modes of fewer than six waves by matrices of their own, beside a layer at each pixel. */
const operator =
  <const F extends number>(name: string, features: F) =>
  <C extends number>(x: Field<C>): Field<F> =>
    scope(name, (y: Field<C>) => tanh(add(fourierOperator(features, { modes: 6 })(y), dense(features)(y))))(
      x,
    );

const model = program({ image: [size, size, 3] }, ({ image }) => {
  const lifted = operator('lift', width)(image);
  // Split steps of sine-Gordon: kicks by what is not linear, between them every mode by its own frequency, exactly.
  const still = zeros(size, size, 2);
  const kick = flowOf(euler, ({ y }: drumhead.Wave<Grid<2>>) => ({ y: still, z: negate(sin(y)) }));
  const waves = scan({
    steps,
    init: { y: operator('pluck', 2)(lifted), z: still },
    step: stepOf(strang<drumhead.Wave<Grid<2>>>(kick, kSpaceWave()), 0.5),
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
