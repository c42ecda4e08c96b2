/** Settings of an experiment that have no effect given the others, with reasons. */

import type { Experiment } from '../experiment.js';
import { type ClassLoss, isClassLoss } from '../loss.js';
import { wholeOptimiser } from '../training/optimisers.js';

/** A setting without effect, and the reason. */
export interface Idle {
  readonly path: string;
  readonly why: string;
}

export const trainingIdle = ({ training }: Experiment): readonly Idle[] => {
  const { optimiser, patience, minimumEpochs, epochs, rate } = training;
  const unheard = (why: string): readonly Idle[] =>
    ['training.tolerance', 'training.minimumEpochs'].map((path) => ({ path, why }));
  return [
    ...(wholeOptimiser(optimiser).name === 'adamw'
      ? []
      : [{ path: 'training.weightDecay', why: 'only adamw has a weight decay' }]),
    ...(patience === null ? unheard('it is for training.patience, which is not set') : []),
    ...(patience !== null && Math.max(patience + 1, minimumEpochs) >= epochs
      ? [
          {
            path: 'training.patience',
            why: `the training ends by itself after ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}, before that`,
          },
        ]
      : []),
    ...(patience !== null && minimumEpochs > 0 && minimumEpochs <= patience + 1
      ? [{ path: 'training.minimumEpochs', why: 'training.patience waits as long by itself' }]
      : []),
    ...(rate === 0
      ? ['optimiser', 'schedule', 'weightDecay', 'clip', 'rate'].map((key) => ({
          path: `training.${key}`,
          why: 'at a rate of 0 no weight ever changes',
        }))
      : []),
  ];
};

export const modelIdle = ({ model }: Experiment): readonly Idle[] => {
  switch (model.name) {
    case 'cnn':
      return model.layers === 1
        ? [{ path: 'model.mid', why: 'one layer has no middle; model.channels is its width' }]
        : [];
    case 'nwm':
    case 'conv-lstm':
    case 'conv-gru':
    case 'conv-rnn':
      return model.steps === 1 && ['last', 'mean', 'max'].includes(model.readout)
        ? [{ path: 'model.readout', why: 'of one step the last, the mean and the maximum are the same' }]
        : [];
    case 'unet':
    case 'program':
      return [];
  }
};

/** Settings that compute the same but make another run, since they are part of its identity. */
const ownRun = ', up to rounding; the run without it has another name and the same result';

export const lossIdle = ({ loss }: Experiment): readonly Idle[] =>
  isClassLoss(loss) ? classLossIdle(loss) : [];

const classLossIdle = (loss: ClassLoss): readonly Idle[] => [
  ...(loss.weights.length > 0 && new Set(loss.weights).size === 1
    ? [{ path: 'loss.weights', why: `equal weights are none${ownRun}` }]
    : []),
  ...(loss.name === 'focal' && loss.gamma === 0
    ? [{ path: 'loss.gamma', why: `with 0 the focal loss is the cross-entropy${ownRun}` }]
    : []),
];
