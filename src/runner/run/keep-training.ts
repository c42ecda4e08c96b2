/** Training inside a run folder: states are saved there and progress is reported. */

import * as E from 'fp-ts/lib/Either.js';
import type { DrumheadError, Effect } from '../../base/error.js';
import type { Session } from '../../compile/tfjs/session/session.js';
import { parametersOf } from '../../dsl/index.js';
import { arithmeticOf } from '../../engine/index.js';
import { targetOf } from '../../experiments/loss.js';
import { otherChief } from '../../experiments/scores/measures.js';
import type { Environment } from '../environment.js';
import type { TrainState } from '../training/state.js';
import { samplesPerStep, stepsPerEpoch, type TrainPlan, train } from '../training/train.js';
import type { Prepared } from './prepare.js';
import { saveState } from './save-state.js';
import { watchedOf } from './watched-score.js';

const planOf = ({
  experiment,
  objective,
  seed,
  arrays,
  microBatches,
  evaluationBatch,
}: Prepared): TrainPlan => ({
  training: experiment.training,
  objective,
  watched: watchedOf(experiment),
  seed,
  data: arrays,
  microBatches,
  evaluationBatch,
});

/** Trains from a state to the last epoch, or until a person stops it. */
export const keepTraining =
  (
    prepared: Prepared,
    session: Session,
    start: TrainState,
    { now, tell, signal }: Environment,
  ): Effect<TrainState> =>
  async () => {
    const { folder, program } = prepared;
    const plan = planOf(prepared);
    const declared = parametersOf(program.graph);
    const steps = stepsPerEpoch(plan);
    const total = steps * plan.training.epochs;
    const began = now();
    const first = start.epoch * steps + start.step;
    let failed: DrumheadError | null = null;
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    tell({ kind: 'start', folder, epochs: plan.training.epochs, stepsPerEpoch: steps, fromStep: first });
    const keep = async (state: TrainState): Promise<boolean> => {
      const saved = await saveState(folder, declared, state, arithmeticOf(prepared.engine))();
      if (E.isLeft(saved)) {
        failed = saved.left;
        stop.abort();
      }
      return E.isRight(saved);
    };
    const trained = await train(session, plan, start, {
      signal: either,
      keep,
      step: (state, loss) => {
        const done = state.epoch * steps + state.step;
        // A clock that was set back must not give a negative time.
        const perStep = Math.max(0, now() - began) / Math.max(1, done - first);
        tell({
          kind: 'step',
          epoch: state.epoch + 1,
          step: state.step,
          done,
          total,
          loss,
          samplesPerSecond: perStep === 0 ? 0 : samplesPerStep(plan.training) / perStep,
          secondsLeft: (total - done) * perStep,
        });
      },
      epoch: ({ epoch, trainLoss, validation, validationLoss }) =>
        tell({
          kind: 'epoch',
          epoch,
          trainLoss,
          validationLoss: validationLoss ?? validation?.loss ?? null,
          foregroundIou: validation?.foregroundIou ?? null,
          ...(validation === null
            ? {}
            : otherChief(validation, targetOf(prepared.experiment.loss) === 'image')),
        }),
    });
    return failed === null ? trained : E.left(failed);
  };
