/** A model's forward and backward pass against the original's. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeError, type Effect } from '../../base/error.js';
import type { Arrays, Gradients } from '../../compile/tfjs/session/session.js';
import { withSession } from '../../compile/tfjs/session/with-session.js';
import { usesBatchStatistics, volume } from '../../dsl/index.js';
import type { Engine } from '../../engine/index.js';
import { predictedClasses } from '../../experiments/scores/scores.js';
import { countParameters } from '../../models/parameter-count.js';
import { fromTorch, type TorchTensor } from '../../models/torch-names.js';
import { readArrays, toChannelsLast } from './arrays.js';
import { type Check, type CheckKind, limitOf, lossError, relativeError } from './check.js';
import type { ArrayEntries, ModelCase, ReferenceMetrics } from './manifest.js';
import { classMap, floats, type Prepared, prepare } from './prepare.js';
import { agree, compareMetrics } from './scoring.js';

/** The reference's names of our outputs. */
const outputNames: readonly (readonly [CheckKind, ours: string, theirs: string])[] = [
  ['waves', 'waves', 'y_seq'],
  ['encoder outputs', 'omega', 'omega'],
  ['encoder outputs', 'alpha', 'alpha'],
  ['encoder outputs', 'y0', 'hy0'],
  ['encoder outputs', 'hidden0', 'hz0'],
  ['encoder outputs', 'cell0', 'hc0'],
];

const required = ['input', 'target', 'logits', 'predicted'] as const;

type Tensors = Readonly<Record<string, TorchTensor>>;

/** Everything of the case, read and in our layout. */
interface Loaded extends Prepared {
  readonly arrays: Tensors;
  readonly target: Int32Array;
  readonly predicted: Int32Array;
  /** By the original's names; parameters that it does not use have no gradient. */
  readonly gradients: Tensors;
  readonly statistics: Tensors;
}

/** The results of our model. */
interface Ours {
  readonly outputs: Arrays;
  readonly gradients: Gradients;
  /** For models with batch statistics, from one forward pass in training. */
  readonly statistics: Arrays;
  /** Logits in evaluation with the initial and with the updated running statistics, if there are any. */
  readonly evaluated: { readonly initial: Float32Array; readonly updated: Float32Array } | undefined;
}

const load = (folder: string, c: ModelCase): Effect<Loaded> => {
  const source = `${folder}, case ${c.name}`;
  const missing = required.find((name) => !Object.hasOwn(c.arrays, name));
  if (missing !== undefined) return TE.left(decodeError(source, `it has no array '${missing}'`));
  const graded: ArrayEntries = Object.fromEntries(
    Object.entries(c.grads).flatMap(([name, entry]) => (entry === null ? [] : [[name, entry]])),
  );
  return pipe(
    TE.Do,
    TE.bind('arrays', () => readArrays(folder)(c.arrays)),
    TE.bind('gradients', () => readArrays(folder)(graded)),
    TE.bind('statistics', () => readArrays(folder)(floats(c.buffers_after_one_train_forward ?? {}))),
    TE.bind('prepared', ({ arrays }) => prepare(folder, c, arrays.input)),
    TE.bind('maps', ({ arrays, prepared: { images, sizes } }) =>
      TE.fromEither(
        pipe(
          E.Do,
          E.bind('target', () => classMap(folder, `${c.name} target`, arrays.target, images, sizes)),
          E.bind('predicted', () => classMap(folder, `${c.name} predicted`, arrays.predicted, images, sizes)),
        ),
      ),
    ),
    TE.map(({ arrays, gradients, statistics, prepared, maps }) => ({
      ...prepared,
      ...maps,
      arrays,
      gradients,
      statistics,
    })),
  );
};

const compute = (engine: Engine, loaded: Loaded): Effect<Ours> =>
  withSession(engine, loaded.program, loaded.parameters, async (session) => {
    const { images, program, target } = loaded;
    const batch = {
      count: images,
      inputs: { image: toChannelsLast(loaded.arrays.input).data },
      labels: target,
    };
    const training = usesBatchStatistics(program.graph);
    const names = Object.keys(program.graph.outputs);
    const { outputs, statistics } = await session.infer(batch, names, { training });
    const gradients = await session.gradients(batch, [images]);
    if (!training) return { outputs, gradients, statistics, evaluated: undefined };
    const initial = await session.infer(batch, ['logits']);
    session.load(statistics);
    const updated = await session.infer(batch, ['logits']);
    return {
      outputs,
      gradients,
      statistics,
      evaluated: { initial: initial.outputs.logits, updated: updated.outputs.logits },
    };
  });

const compare = (c: ModelCase, loaded: Loaded, ours: Ours): readonly Check[] => {
  const check =
    (kind: CheckKind) =>
    (error: number, at: string): Check => ({ kind, at, error, limit: limitOf(kind, c.model) });
  const { arrays, images, sizes, target } = loaded;

  const outputs = outputNames
    .filter(([, mine, theirs]) => mine in ours.outputs && theirs in arrays)
    .map(([kind, mine, theirs]) =>
      check(kind)(relativeError(ours.outputs[mine], toChannelsLast(arrays[theirs]).data), theirs),
    );

  const prediction = (
    logits: Float32Array,
    theirs: string,
    map: Int32Array | undefined,
    metrics: ReferenceMetrics | undefined,
    prefix: string,
  ): readonly Check[] => {
    if (!Object.hasOwn(arrays, theirs)) return [];
    const mine = { logits, classes: sizes.classes };
    const reference = { logits: toChannelsLast(arrays[theirs]).data, classes: sizes.classes };
    const agreed = agree(mine, reference, map ?? predictedClasses(reference.logits, sizes.classes));
    return [
      check('logits')(relativeError(logits, reference.logits), theirs),
      check('predicted maps')(agreed.differing, `${prefix}predicted`),
      ...(metrics === undefined
        ? []
        : compareMetrics(mine, agreed.map, target, images, metrics, prefix, {
            loss: check('loss'),
            score: check('scores'),
          })),
    ];
  };

  const evaluated =
    ours.evaluated === undefined
      ? []
      : [
          ...prediction(
            ours.evaluated.initial,
            'logits_eval_initial_stats',
            undefined,
            c.metrics_eval_initial_stats,
            'eval (initial statistics) ',
          ),
          ...prediction(
            ours.evaluated.updated,
            'logits_eval_updated_stats',
            undefined,
            c.metrics_eval_updated_stats,
            'eval (updated statistics) ',
          ),
        ];

  return [
    ...countChecks(c, loaded, check('parameter count')),
    ...outputs,
    ...prediction(ours.outputs.logits, 'logits', loaded.predicted, c.metrics, ''),
    check('loss')(lossError(ours.gradients.loss, c.metrics.loss), 'loss, with its gradient'),
    ...gradientChecks(c, loaded, ours.gradients.gradients, check('gradients')),
    ...Object.entries(loaded.statistics).map(([name, tensor]) =>
      check('running statistics')(
        relativeError(ours.statistics[loaded.names[name]] ?? [], tensor.data),
        name,
      ),
    ),
    ...evaluated,
  ];
};

/** Our parameters, and those that the original allocates and does not use, must be all of its parameters. */
const countChecks = (
  { num_parameters, params }: ModelCase,
  { program, unused }: Loaded,
  check: (error: number, at: string) => Check,
): readonly Check[] => {
  if (num_parameters === undefined) return [];
  const inVain = unused.reduce((sum, name) => sum + (name in params ? volume(params[name].shape) : 0), 0);
  const mine = countParameters(program).trainable + inVain;
  return [check(Math.abs(mine - num_parameters), 'num_parameters')];
};

/**
 * A parameter without a gradient in the original must have none here: it is not ours, or its gradient is zero.
 * Gradients that the case does not list are not compared.
 */
const gradientChecks = (
  { grads }: ModelCase,
  { gradients: theirs, names }: Loaded,
  mine: Arrays,
  check: (error: number, at: string) => Check,
): readonly Check[] => {
  const given = Object.entries(theirs).map(([name, tensor]) =>
    check(relativeError(mine[names[name]] ?? [], fromTorch(tensor).data), name),
  );
  const idle = Object.entries(names)
    .filter(([name, ours]) => grads[name] === null && ours in mine)
    .map(([name, ours]) => check(relativeError(mine[ours], new Float32Array(mine[ours].length)), name));
  return [...given, ...idle];
};

/** Every comparison of a case of the kind 'model'. */
export const runModelCase =
  (folder: string, engine: Engine) =>
  (c: ModelCase): Effect<readonly Check[]> =>
    pipe(
      load(folder, c),
      TE.flatMap((loaded) =>
        pipe(
          compute(engine, loaded),
          TE.map((ours) => compare(c, loaded, ours)),
        ),
      ),
    );
