/** Experiments of the zoo's networks: six kinds of task with five networks each, and one of each on a task of its paper. */

import type { Program } from '../dsl/index.js';
import {
  akornReader,
  classesByPhase,
  classesOfPixels,
  classOfGraph,
  classOfPicture,
  classOfSequence,
  cornnReader,
  framesAfter,
  hgruReader,
  hornReader,
  linossReader,
  ncaReader,
  numberOfSequence,
  nwmReader,
  type PictureReader,
  type SequenceReader,
  unicornnReader,
  waveRnnReader,
  wonnReader,
} from '../models/zoo/index.js';

/** An experiment of the zoo as a person writes it. */
export interface ZooDraft {
  readonly task: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly model: Program;
  readonly loss: Readonly<Record<string, unknown>>;
  readonly training: Readonly<Record<string, unknown>>;
}

/** Networks that read pictures, by name. */
const pictureReaders: Readonly<Record<string, PictureReader>> = {
  nwm: nwmReader(8),
  wonn: wonnReader(8),
  akorn: akornReader(8),
  hgru: hgruReader(8),
  nca: ncaReader(8),
};

/** Networks that read sequences, by name; their time scales fit the length of a task's sequences. */
const sequenceReaders = (
  length: number,
  periods: readonly [number, number],
): Readonly<Record<string, SequenceReader>> => ({
  horn: hornReader(32, periods),
  cornn: cornnReader({ units: 32, dt: 20 / length, gamma: 1, epsilon: 0.5 }),
  unicornn: unicornnReader({ units: 32, dt: 20 / length, alpha: 1 }),
  'wave-rnn': waveRnnReader({ sites: 16, channels: 3 }),
  linoss: linossReader({ oscillators: 24, features: 24 }),
});

const training = { schedule: 'warm-cosine', clip: 1 } as const;
const ofPixels = { name: 'cross-entropy' } as const;
const ofWholes = { name: 'cross-entropy', target: 'image' } as const;
const ofNumbers = { name: 'mean-squared' } as const;

/** A kind of task: its name, and the draft of each network on it. */
interface Kind {
  readonly networks: readonly string[];
  readonly draft: (network: string) => ZooDraft;
}

const pictures = Object.keys(pictureReaders);
const side = 14;
const added = 50;
const sequences = Object.keys(sequenceReaders(added, [1, 1]));

/** The six kinds of task. */
export const kinds: Readonly<Record<string, Kind>> = {
  segmentation: {
    networks: pictures,
    draft: (network) => ({
      task: { name: 'tetrominoes', size: 16, cell: 2, train: 768, validation: 64, test: 256 },
      model: classesOfPixels(pictureReaders[network], { image: [16, 16, 3], steps: 12, classes: 6 }),
      loss: ofPixels,
      training: { ...training, batch: 8, rate: 5e-3, epochs: 8 },
    }),
  },
  'image-class': {
    networks: pictures,
    draft: (network) => ({
      task: { name: 'mnist', size: 10, train: 2048, validation: 256, test: 1000 },
      model: classOfPicture(pictureReaders[network], { image: [10, 10, 1], steps: 10, classes: 11 }),
      loss: ofWholes,
      training: { ...training, batch: 16, rate: 5e-3, epochs: 6 },
    }),
  },
  'sequence-class': {
    networks: sequences,
    draft: (network) => ({
      task: { name: 'sequential-mnist', side, train: 2048, validation: 256, test: 1000 },
      model: classOfSequence(sequenceReaders(side * side, [56, 4])[network], [side * side, 1], 10),
      loss: ofWholes,
      training: { ...training, batch: 16, rate: 1e-2, epochs: 10 },
    }),
  },
  regression: {
    networks: sequences,
    draft: (network) => ({
      task: { name: 'adding', length: added, train: 4096, validation: 256, test: 1000 },
      model: numberOfSequence(sequenceReaders(added, [200, 4])[network], [added, 2]),
      loss: ofNumbers,
      training: { ...training, batch: 16, rate: 1e-2, epochs: 10 },
    }),
  },
  forecast: {
    networks: pictures,
    draft: (network) => ({
      task: { name: 'wave-forecast', size: 16, past: 4, future: 6, train: 512, validation: 64, test: 128 },
      model: framesAfter(pictureReaders[network], { size: 16, past: 4, future: 6, every: 2 }),
      loss: ofNumbers,
      training: { ...training, batch: 8, rate: 5e-3, epochs: 12 },
    }),
  },
  'path-finding': {
    networks: pictures,
    draft: (network) => ({
      task: { name: 'mazes', squares: 9, train: 1024, validation: 128, test: 256 },
      model: classesOfPixels(pictureReaders[network], { image: [11, 11, 3], steps: 20, classes: 2 }),
      loss: ofPixels,
      training: { ...training, batch: 16, rate: 5e-3, epochs: 8 },
    }),
  },
};

/** The name of an experiment of the sweep. */
export const zooName = (kind: string, network: string): string => `zoo/${kind}/${network}`;

/** Every experiment of the zoo by name; each is written only when it is asked for, since a program takes a while. */
export const zooDrafts: Readonly<Record<string, () => ZooDraft>> = {
  ...Object.fromEntries(
    Object.entries(kinds).flatMap(([kind, { networks, draft }]) =>
      networks.map((network) => [zooName(kind, network), () => draft(network)]),
    ),
  ),
  'zoo/pathfinder/hgru': () => ({
    task: { name: 'pathfinder', size: 24, target: 'contour', train: 2048, validation: 256, test: 1000 },
    model: classesOfPixels(hgruReader(8), { image: [24, 24, 1], steps: 12, classes: 2 }),
    loss: ofPixels,
    training: { ...training, batch: 16, rate: 2e-3, epochs: 10 },
  }),
  'zoo/graph-class/graphcon': () => ({
    task: { name: 'mnist', size: 10, train: 4096, validation: 256, test: 1000 },
    model: classOfGraph({ side: 10, input: 1, features: 24, layers: 8, classes: 11 }),
    loss: ofWholes,
    training: { ...training, batch: 16, rate: 5e-3, epochs: 8 },
  }),
  'zoo/objects/cv-rnn': () => ({
    task: { name: 'shapes', size: 20, shape: 7, train: 512, validation: 64, test: 256 },
    model: classesByPhase({ side: 20, sigma: [0.9, 0.1], steps: [20, 50], read: 4, classes: 4 }),
    loss: ofPixels,
    training: { ...training, batch: 8, rate: 5e-3, epochs: 6 },
  }),
  'sequential-mnist/horn': () => ({
    task: { name: 'sequential-mnist' },
    model: classOfSequence(hornReader(64, [112, 7]), [784, 1], 10),
    loss: ofWholes,
    training: { ...training, batch: 32, rate: 0.02, epochs: 12 },
  }),
};
