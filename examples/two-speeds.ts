/** A new architecture: two waves of different speed on one grid, coupled at every pixel, heard through their spectrum. */

import * as drumhead from 'drumhead';

const { add, concat, coupling, encoder, mlp, oscillator, program } = drumhead;
const { readout, scale, scan, scope, sub, tanh, zeros } = drumhead;
const [size, steps, dt] = [32, 50, 0.2];

const model = program({ image: [size, size, 3] }, ({ image }) => {
  const shape = (name: string) => tanh(scope(name, encoder([16, 16], 2))(image));
  const [fast, slow] = [scope('fast', coupling()), scope('slow', coupling())];
  const still = zeros(size, size, 2);
  const waves = scan({
    steps,
    init: { y: shape('y0'), z: still, v: shape('v0'), w: still },
    step: ({ y, z, v, w }, clock) => {
      const pull = scale(0.5, sub(v, y));
      const quick = oscillator({ dt, coupling: (x: typeof y) => add(tanh(fast(x)), pull) });
      const lazy = oscillator({ dt, coupling: (x: typeof v) => sub(scale(0.25, tanh(slow(x))), pull) });
      const [first, second] = [quick({ y, z }, clock), lazy({ y: v, z: w }, clock)];
      return { y: first.y, z: first.z, v: second.y, w: second.z };
    },
    observe: ({ y, v }) => concat(y, v),
  });
  return { logits: scope('readout', mlp([64, 64], 6))(readout('fft')(waves)), waves };
});

export default {
  name: 'examples/two-speeds',
  task: { name: 'tetrominoes', size, cell: 3, train: 1024, validation: 64, test: 128 },
  model,
  training: { batch: 4, rate: 3e-3, schedule: 'warm-cosine', epochs: 4, clip: 1 },
} satisfies drumhead.ExperimentDraft;
