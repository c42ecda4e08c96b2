/** The models that are measured, at the sizes of their tasks. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, errorMessage } from '../src/base/error.js';
import { cost } from '../src/compile/cost/index.js';
import { type Program, select } from '../src/dsl/index.js';
import { buildModel, decodeModel, type ModelSpec, type Sizes } from '../src/models/catalogue.js';

export interface Case {
  readonly name: string;
  readonly size: 'full' | 'small';
  readonly model: ModelSpec;
  readonly sizes: Sizes;
  readonly batch: number;
  /** The batch of stock TensorFlow.js, which needs too long or too much for more; times are compared per sample. */
  readonly stockBatch: number;
}

/** A value that must be there: a bench ends where it is not. */
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
export const cases: readonly Case[] = (['full', 'small'] as const).flatMap((size) =>
  Object.entries(drafts).map(([name, draft]) => caseOf(name, draft, size)),
);

export const programOf = ({ model, sizes }: Pick<Case, 'model' | 'sizes'>): Program =>
  value(buildModel(model, sizes));

export const phases = ['train', 'infer'] as const;
export type Phase = (typeof phases)[number];

/** Floating-point operations of one step, as src/compile/cost counts them: the same for every contender. */
export const flopsOf = (program: Program, batch: number, phase: Phase): number => {
  const { training, inference } = cost(select(program, 'logits'), { batch });
  return phase === 'train' ? training.flops : inference.flops;
};
