/** Runs on arrays as small as they come, for specs of what reads runs: numbers, classes of sequences, forecasts. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  add,
  at,
  coupling,
  dense,
  mul,
  program,
  reshape,
  scale,
  scan,
  scanOver,
  sub,
  sum,
  tanh,
  zeros,
} from '../../src/dsl/index.js';
import { decodeExperiment, type Experiment } from '../../src/experiments/experiment.js';
import { right } from '../support/either.js';

const few = { train: 8, validation: 4, test: 6 };
const training = { batch: 4, epochs: 1, rate: 0.01 };

/** A sum of two marked numbers, of a sequence of any length. */
export const addingExperiment: Experiment = right(
  decodeExperiment({
    name: 'tiny/adding',
    task: { name: 'adding', length: 6, ...few },
    model: program({ sequence: [6, 2] }, ({ sequence }) => ({
      prediction: pipe(sequence, dense(3), tanh, dense(1), sum(0), reshape()),
    })),
    loss: 'mean-squared',
    training,
  }),
);

/** Symbols said again: a class for each step, with waves on a row of units. */
export const copyExperiment: Experiment = right(
  decodeExperiment({
    name: 'tiny/copy',
    task: { name: 'copy', delay: 1, symbols: 2, alphabet: 2, ...few },
    model: program({ sequence: [5, 4] }, ({ sequence }) => {
      const moved = dense(3);
      const waves = scanOver({
        over: dense(3)(sequence),
        init: { h: zeros(3) },
        step: ({ h }, u) => ({ h: tanh(add(moved(h), u)) }),
        observe: ({ h }) => h,
      });
      return { logits: dense(3)(waves), waves };
    }),
    loss: 'cross-entropy',
    training,
  }),
);

/** Waves that run on from two frames, at a speed that is learnt. */
export const forecastExperiment: Experiment = right(
  decodeExperiment({
    name: 'tiny/forecast',
    task: { name: 'wave-forecast', size: 8, past: 2, future: 3, ...few },
    model: program({ past: [2, 8, 8, 1], medium: [8, 8, 1] }, ({ past, medium }) => {
      const neighbours = coupling();
      const now = at(past, 1);
      const waves = scan({
        steps: 3,
        init: { y: now, z: sub(now, at(past, 0)) },
        step: ({ y, z }) => {
          const v = add(z, scale(0.1, neighbours(y)));
          return { y: mul(medium, add(y, v)), z: v };
        },
        observe: ({ y }) => y,
      });
      return { prediction: waves, waves };
    }),
    loss: 'mean-squared',
    training,
  }),
);
