/** The examples of the repository that run in a page, unchanged. */

const files: Readonly<Record<string, string>> = import.meta.glob('../../../examples/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const titles: Readonly<Record<string, string>> = {
  'two-speeds': 'Two speeds',
  'attention-kuramoto': 'Phases that attend',
  'conduction-delays': 'Conduction delays',
  'fourier-operator': 'Fourier operator',
  'oscillator-graph': 'Oscillators on a graph',
  volume: 'Waves in a volume',
  'wrong-oscillator': 'A wrong oscillator',
};

const first = `/** A Neural Wave Machine: encoders set up a lattice of oscillators, waves run, every pixel hears its class. */

import { coupling, encoder, type ExperimentDraft, mlp, oscillator, program } from 'drumhead';
import { readout, relu, scan, scope, tanh, zeros } from 'drumhead';

const [size, steps] = [24, 40] as const;

const model = program({ image: [size, size, 3] }, ({ image }) => {
  const omega = relu(scope('omega', encoder([8], 2))(image));
  const alpha = relu(scope('alpha', encoder([8], 2))(image));
  const pluck = tanh(scope('y0', encoder([8, 8], 2))(image));
  const neighbours = coupling(); // circular 3x3, starts as the Laplacian
  const waves = scan({
    steps,
    init: { y: pluck, z: zeros(size, size, 2) },
    step: oscillator({ dt: 0.2, coupling: (y) => tanh(neighbours(y)), frequency: omega, damping: alpha }),
    observe: ({ y }) => y,
  });
  const logits = scope('readout', mlp([32], 6))(readout('linear')(waves));
  return { logits, waves };
});

export default {
  name: 'my/waves',
  task: { name: 'tetrominoes', size, cell: 3 },
  model,
  training: { batch: 4, rate: 3e-3 },
} satisfies ExperimentDraft;
`;

export interface Example {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

export const examples: readonly Example[] = [
  { name: 'waves', title: 'Neural Wave Machine', text: first },
  ...Object.entries(titles).flatMap(([name, title]) => {
    const text = files[`../../../examples/${name}.ts`];
    return text === undefined ? [] : [{ name, title, text }];
  }),
];
