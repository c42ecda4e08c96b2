/** The models of the benchmarks, at the sizes of their tasks. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, errorMessage } from '../src/base/error.js';
import { cost } from '../src/compile/cost/index.js';
import { type Program, select } from '../src/dsl/index.js';
import { buildModel, decodeModel, type ModelSpec, type Sizes } from '../src/models/catalogue.js';
import {
  buildField,
  buildNetwork,
  type FieldSpec,
  fieldNetworkCodec,
  type NetworkSpec,
  networkCodec,
} from './networks.js';

export interface Case {
  readonly name: string;
  readonly size: 'full' | 'small';
  readonly model: ModelSpec | NetworkSpec | FieldSpec;
  readonly sizes: Sizes;
  readonly batch: number;
  /**
   * The batch of stock TensorFlow.js, which needs too much time or memory for more; times are compared per
   * sample.
   */
  readonly stockBatch: number;
}

/** The value of a check that must succeed; otherwise the benchmark ends. */
export const value = <A>(either: Checked<A>): A => {
  if (E.isLeft(either)) throw new Error(errorMessage(either.left));
  return either.right;
};

const tasks = {
  tetrominoes: { side: 64, smallSide: 32, channels: 3, classes: 6 },
  mnist: { side: 56, smallSide: 28, channels: 1, classes: 11 },
  'multi-mnist': { side: 128, smallSide: 64, channels: 1, classes: 11 },
} as const;

interface Draft {
  readonly task: keyof typeof tasks;
  readonly model: Readonly<Record<string, unknown>>;
  readonly batch?: number;
}

const drafts: Readonly<Record<string, Draft>> = {
  'tetrominoes/nwm-linear': { task: 'tetrominoes', model: { name: 'nwm', readout: 'linear' } },
  'tetrominoes/nwm-fft': { task: 'tetrominoes', model: { name: 'nwm', readout: 'fft' } },
  'tetrominoes/nwm-last': { task: 'tetrominoes', model: { name: 'nwm', readout: 'last' } },
  'mnist/nwm-linear': { task: 'mnist', model: { name: 'nwm', readout: 'linear' } },
  'multi-mnist/nwm-linear-smaller4': {
    task: 'multi-mnist',
    model: { name: 'nwm', channels: 16, hidden: 'linear_smaller4' },
    batch: 4,
  },
  'tetrominoes/lstm-linear': { task: 'tetrominoes', model: { name: 'conv-lstm', readout: 'linear' } },
  'tetrominoes/gru-linear': { task: 'tetrominoes', model: { name: 'conv-gru', readout: 'linear' } },
  'tetrominoes/rnn-linear': { task: 'tetrominoes', model: { name: 'conv-rnn', readout: 'linear' } },
  'tetrominoes/cnn-16': { task: 'tetrominoes', model: { name: 'cnn', layers: 16 } },
  'multi-mnist/unet-4': { task: 'multi-mnist', model: { name: 'unet', base: 4 } },
};

/** The case that is always measured at full size, stock TensorFlow.js with the same batch as all others. */
export const flagship = 'tetrominoes/nwm-linear';

const smallBatch = 4;
const smallSteps = 50;

/** Sequential MNIST: an image, pixel by pixel. */
const sequence = { width: 1, channels: 1, classes: 10 };
const [sequenceLength, smallSequenceLength] = [784, 196];

const networks: Readonly<Record<string, NetworkSpec>> = {
  'smnist/horn-16': { name: 'horn', units: 16 },
  'smnist/horn-128': { name: 'horn', units: 128 },
  'smnist/cornn-128': { name: 'cornn', units: 128 },
  'smnist/linoss-64': { name: 'linoss', units: 64 },
};

/** Phases on 16x16 sites, with attention to the image once or to each other at each step. */
const fields: Readonly<Record<string, FieldSpec>> = {
  'kuramoto/attention-16': { name: 'attention-kuramoto', units: 4, anew: false },
  'kuramoto/attention-anew-16': { name: 'attention-kuramoto', units: 4, anew: true },
};

const fieldCaseOf = (name: string, model: FieldSpec, size: Case['size']): Case => ({
  name: `${name}${size === 'small' ? ' (quick)' : ''}`,
  size,
  model,
  sizes: { height: 16, width: 16, channels: 3, classes: 6 },
  batch: size === 'small' ? 4 : 16,
  stockBatch: size === 'small' ? 4 : 16,
});

const networkCaseOf = (name: string, model: NetworkSpec, size: Case['size']): Case => {
  const small = size === 'small';
  const batch = small ? 8 : 32;
  return {
    name: `${name}${small ? ' (quick)' : ''}`,
    size,
    model,
    sizes: { ...sequence, height: small ? smallSequenceLength : sequenceLength },
    batch,
    stockBatch: batch,
  };
};

const caseOf = (name: string, { task, model, batch = 16 }: Draft, size: Case['size']): Case => {
  const { side, smallSide, channels, classes } = tasks[task];
  const small = size === 'small';
  const steps = small && model.name === 'nwm' ? { steps: smallSteps } : {};
  return {
    name: `${name}${small ? ' (quick)' : ''}`,
    size,
    model: value(decodeModel({ ...model, ...steps })),
    sizes: { height: small ? smallSide : side, width: small ? smallSide : side, channels, classes },
    batch: small ? smallBatch : batch,
    stockBatch: small ? smallBatch : name === flagship ? batch : 1,
  };
};

/** Every model family at full size, and at that of the preset `quick`. */
export const cases: readonly Case[] = (['full', 'small'] as const).flatMap((size) => [
  ...Object.entries(drafts).map(([name, draft]) => caseOf(name, draft, size)),
  ...Object.entries(networks).map(([name, spec]) => networkCaseOf(name, spec, size)),
  ...Object.entries(fields).map(([name, spec]) => fieldCaseOf(name, spec, size)),
]);

export const programOf = ({ model, sizes }: Pick<Case, 'model' | 'sizes'>): Program =>
  networkCodec.is(model)
    ? buildNetwork(model, sizes)
    : fieldNetworkCodec.is(model)
      ? buildField(model, sizes)
      : value(buildModel(model, sizes));

/** The number of labels of a sample: one per pixel of an image, one for a sequence. */
export const labelsOf = ({ model, sizes }: Pick<Case, 'model' | 'sizes'>): number =>
  networkCodec.is(model) ? 1 : sizes.height * sizes.width;

export const phases = ['train', 'infer'] as const;
export type Phase = (typeof phases)[number];

/** Floating-point operations of one step, as src/compile/cost counts them: the same for every contender. */
export const flopsOf = (program: Program, batch: number, phase: Phase): number => {
  const { training, inference } = cost(select(program, 'logits'), { batch });
  return phase === 'train' ? training.flops : inference.flops;
};
