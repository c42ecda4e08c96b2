/** Estimates from a short probe how long a training takes on this machine. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Checked, Effect } from '../../base/error.js';
import { stream } from '../../base/random.js';
import { cost } from '../../compile/cost/index.js';
import { initialParameters } from '../../compile/parameters.js';
import type { Lossy, Session } from '../../compile/tfjs/session/session.js';
import { withSession } from '../../compile/tfjs/session/with-session.js';
import { inputsOf, outputsOf, type Program, select, volume } from '../../dsl/index.js';
import type { Engine } from '../../engine/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { outputsAimOf, trainedOutput } from '../../experiments/learning.js';
import { isClassLoss, type LossSpec } from '../../experiments/loss.js';
import { type DataShape, isSizes, programFor } from '../../experiments/model.js';
import { samplesPerStep } from '../training/train.js';

/** The speed of the probe in one thread. */
export interface Speed {
  readonly flopsPerSecond: number;
  /** Trained images of the probe per second. */
  readonly imagesPerSecond: number;
  /** Its whole duration. */
  readonly seconds: number;
}

/** The parts of an experiment that decide its speed. */
type Learner = Pick<Experiment, 'model' | 'loss'>;

/** The limits of a probe: seconds and repetitions. */
export interface Patience {
  readonly seconds: number;
  readonly times: number;
}

const short: Patience = { seconds: 1, times: 4 };

/** The largest FLOP of a probe: about a second in one thread of a laptop. */
const most = 6e9;

/** FLOP of the gradient for one image. */
const perImage = (program: Program, loss: LossSpec): number => {
  const { training, trainable } = cost(select(program, trainedOutput(loss)), { batch: 1 });
  // The step of the optimiser is taken once for a batch.
  return Math.max(1, training.flops - 10 * trainable);
};

/** A smaller experiment whose probe is short: with fewer steps of its waves, else with fewer pixels. */
export const probeOf = ({ model, loss }: Learner, sizes: DataShape): Checked<Program> => {
  const made = programFor(model, loss, sizes);
  if (E.isLeft(made) || model.name === 'program' || perImage(made.right, loss) <= most) return made;
  if ('steps' in model && model.steps > 4)
    return probeOf({ model: { ...model, steps: Math.max(4, Math.floor(model.steps / 2)) }, loss }, sizes);
  if (!isSizes(sizes)) return made;
  const { height, width } = sizes;
  return Math.min(height, width) < 32
    ? made
    : probeOf({ model, loss }, { ...sizes, height: Math.floor(height / 2), width: Math.floor(width / 2) });
};

const timed = async (
  session: Session,
  program: Program,
  { loss }: Pick<Learner, 'loss'>,
  now: () => number,
  patience: Patience,
): Promise<Speed> => {
  const random = stream(0, 'estimate');
  const shapes = inputsOf(program.graph);
  const samples = {
    count: 1,
    inputs: Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        Float32Array.from({ length: volume(shape) }, random.uniform),
      ]),
    ),
  };
  const aim = outputsAimOf(loss);
  const batch: Lossy = isClassLoss(loss)
    ? { ...samples, labels: new Uint8Array(volume(outputsOf(program.graph).logits.slice(0, -1))), loss }
    : { ...samples, loss: { output: aim?.loss.output ?? '' } };
  const began = now();
  const times: number[] = [];
  // The first call allocates what later ones reuse; the fastest of the others is the least disturbed.
  while (times.length < 2 || (times.length < patience.times && now() - began < patience.seconds)) {
    const start = now();
    await session.gradients(batch, [1]);
    times.push(now() - start);
  }
  const fastest = Math.max(1e-6, Math.min(...times.slice(1)));
  return {
    flopsPerSecond: perImage(program, loss) / fastest,
    imagesPerSecond: 1 / fastest,
    seconds: now() - began,
  };
};

/** Times the training of a probe in this thread. **Errors** OutOfMemory is left to the run. */
export const timeProbe = (
  program: Program,
  learner: Pick<Learner, 'loss'>,
  engine: Engine,
  now: () => number,
  patience: Patience = short,
): Effect<Speed> => {
  const probe = select(program, trainedOutput(learner.loss));
  return withSession(engine, probe, initialParameters(probe.graph, 0), (session) =>
    timed(session, probe, learner, now, patience),
  );
};

/**
 * Trains a few single images of noise, or of a smaller experiment of the same kind, in this thread.
 *
 * **Errors** as the program's building; OutOfMemory is left to the run.
 */
export const measureSpeed = (
  experiment: Learner,
  sizes: DataShape,
  engine: Engine,
  now: () => number,
  patience: Patience = short,
): Effect<Speed> =>
  pipe(
    TE.fromEither(probeOf(experiment, sizes)),
    TE.flatMap((program) => timeProbe(program, experiment, engine, now, patience)),
  );

/** The numbers of images; those of a person's files are known after reading them. */
export interface Counts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** FLOP of a whole run: the training of every epoch, its validation, the test. */
export const runFlops = ({ training, loss }: Experiment, program: Program, counts: Counts): number => {
  const { inference } = cost(select(program, trainedOutput(loss)), { batch: 1 });
  const trained = Math.floor(counts.train / samplesPerStep(training)) * samplesPerStep(training);
  return (
    training.epochs * (trained * perImage(program, loss) + counts.validation * inference.flops) +
    counts.test * inference.flops
  );
};
