/**
 * Compares some training steps with the original's: each has a batch and a loss, and at the end the
 * parameters are compared.
 */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeError, type Effect } from '../../base/error.js';
import type { Arrays, Labelled } from '../../compile/tfjs/session/session.js';
import { withSession } from '../../compile/tfjs/session/with-session.js';
import type { Engine } from '../../engine/index.js';
import { fromTorch, type TorchTensor } from '../../models/torch-names.js';
import { type OptimiserSettings, optimise, untrained } from '../training/optimiser.js';
import { readArrays, toChannelsLast } from './arrays.js';
import { type Check, limitOf, lossError, maxDifference } from './check.js';
import type { AdamCase } from './manifest.js';
import { classMap, type Prepared, prepare } from './prepare.js';

type Tensors = Readonly<Record<string, TorchTensor>>;

const settingsOf = ({ optimizer: o }: AdamCase): OptimiserSettings => ({
  name: o.type,
  learningRate: o.lr,
  beta1: o.beta1,
  beta2: o.beta2,
  epsilon: o.eps,
  weightDecay: o.weight_decay,
});

const batches = (
  folder: string,
  c: AdamCase,
  arrays: Tensors,
  { images, sizes }: Prepared,
): Effect<readonly Labelled[]> =>
  TE.traverseArray((step: number) =>
    pipe(
      classMap(folder, `${c.name} target_${step}`, arrays[`target_${step}`], images, sizes),
      TE.fromEither,
      TE.map((labels) => ({
        count: images,
        inputs: { image: toChannelsLast(arrays[`input_${step}`]).data },
        labels,
      })),
    ),
  )(c.losses.map((_, step) => step));

interface Trained {
  readonly losses: readonly number[];
  readonly parameters: Arrays;
  readonly lossAfter: number;
}

const train = (
  engine: Engine,
  prepared: Prepared,
  steps: readonly Labelled[],
  settings: OptimiserSettings,
): Effect<Trained> =>
  withSession(engine, prepared.program, prepared.parameters, async (session) => {
    const losses: number[] = [];
    let { parameters } = prepared;
    let state = untrained;
    for (const batch of steps) {
      const { loss, gradients } = await session.gradients(batch, [batch.count]);
      losses.push(loss);
      ({ parameters, state } = optimise(settings)(state, parameters, gradients));
      session.load(parameters);
    }
    const [first] = steps;
    const { loss: lossAfter } = await session.gradients(first, [first.count]);
    return { losses, parameters, lossAfter };
  });

const compare = (
  c: AdamCase,
  names: Prepared['names'],
  after: Tensors,
  trained: Trained,
): readonly Check[] => {
  const loss = (mine: number, theirs: number, at: string): Check => ({
    kind: 'loss',
    at,
    error: lossError(mine, theirs),
    limit: limitOf('loss', c.model),
  });
  return [
    ...c.losses.map((theirs, step) => loss(trained.losses[step], theirs, `losses[${step}]`)),
    ...(c.loss_on_batch_0_after_last_step === undefined
      ? []
      : [loss(trained.lossAfter, c.loss_on_batch_0_after_last_step, 'loss_on_batch_0_after_last_step')]),
    ...Object.entries(after)
      .filter(([name]) => name in names)
      .map(
        ([name, tensor]): Check => ({
          kind: 'trained parameters',
          at: name,
          error: maxDifference(trained.parameters[names[name]], fromTorch(tensor).data),
          limit: limitOf('trained parameters', c.model),
        }),
      ),
  ];
};

/** Every comparison of a case of the kind 'adam'. */
export const runAdamCase =
  (folder: string, engine: Engine) =>
  (c: AdamCase): Effect<readonly Check[]> => {
    const source = `${folder}, case ${c.name}`;
    const wanted = c.losses.flatMap((_, step) => [`input_${step}`, `target_${step}`]);
    const missing = wanted.find((name) => !Object.hasOwn(c.arrays, name));
    if (c.losses.length === 0) return TE.left(decodeError(source, 'it has no steps'));
    if (missing !== undefined) return TE.left(decodeError(source, `it has no array '${missing}'`));
    return pipe(
      TE.Do,
      TE.bind('arrays', () => readArrays(folder)(c.arrays)),
      TE.bind('after', () => readArrays(folder)(c.params_after)),
      TE.bind('prepared', ({ arrays }) => prepare(folder, c, arrays.input_0)),
      TE.bind('steps', ({ arrays, prepared }) => batches(folder, c, arrays, prepared)),
      TE.bind('trained', ({ prepared, steps }) => train(engine, prepared, steps, settingsOf(c))),
      TE.map(({ prepared, after, trained }) => compare(c, prepared.names, after, trained)),
    );
  };
