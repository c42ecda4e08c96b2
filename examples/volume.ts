/** Waves in a volume: the image lies on its floor, and the class of a pixel is heard from the column above it. */

import * as drumhead from 'drumhead';

const { concatAlong, coupling3d, encoder, mergeChannels, mlp, oscillator, program, readout } = drumhead;
const { reshape, scan, scope, tanh, transpose, zeros } = drumhead;
const [depth, above, size, channels, steps, dt] = [4, 3, 16, 2, 24, 0.3] as const;

const model = program({ image: [size, size, 3] }, ({ image }) => {
  const plucked = tanh(scope('y0', encoder([8, 8], channels))(image));
  const floor = reshape(1, size, size, channels)(plucked);
  const neighbours = coupling3d();
  const waves = scan({
    steps,
    init: {
      y: concatAlong(0, floor, zeros(above, size, size, channels)),
      z: zeros(depth, size, size, channels),
    },
    step: oscillator({ dt, coupling: (y) => tanh(neighbours(y)) }),
    observe: ({ y }) => y,
  });
  const columns = mergeChannels(transpose(0, 2, 3, 1, 4)(waves));
  return { logits: scope('readout', mlp([32], 6))(readout('fft')(columns)), waves };
});

export default {
  name: 'examples/volume',
  task: { name: 'tetrominoes', size, cell: 2, train: 512, validation: 64, test: 128 },
  model,
  training: { batch: 16, rate: 1e-2, schedule: 'warm-cosine', epochs: 8, clip: 1 },
} satisfies drumhead.ExperimentDraft;
