/**
 * The identity of a run: the hash of everything that determines its result. `runner/run/identity.ts` supplies the
 * engine, its arithmetic and the digest of the data.
 */

import * as t from 'io-ts';
import { hashOf } from '../base/canonical.js';
import { changes } from '../data/augment.js';
import type { Task } from '../data/task.js';
import type { Experiment } from './experiment.js';
import { publishedLoss } from './loss.js';
import { shapingTraining } from './training/training.js';

/** What determines results. */
type Shaped = Pick<Experiment, 'task' | 'loss' | 'training' | 'from' | 'augment'>;

/** What a run is, beside its experiment. By name, since two texts or two numbers in the wrong order would go unseen. */
export interface RunFacts {
  /** The hash of its program. */
  readonly program: string;
  readonly seed: number;
  /** The label of its engine, such as `wasm, fused`. */
  readonly engine: string;
  /** The digest of the data if it comes from the user's files; without it their path is used. */
  readonly data?: string | undefined;
  /** The number of the engine's arithmetic; default 1. */
  readonly arithmetic?: number | undefined;
}

/** The task with folder paths replaced by a digest of their contents. */
const shapingTask = (task: Task, data: string | null): unknown => {
  switch (task.name) {
    case 'npy':
    case 'png': {
      // The digest includes the effect of `labels` and `ignore`; without a digest they are included if they are used.
      const { labels, ignore, ...rest } = task;
      if (data !== null) return { ...rest, folder: null, data };
      return { ...rest, ...(labels === null ? {} : { labels }), ...(ignore === null ? {} : { ignore }) };
    }
    case 'arrays':
      // The digest knows the arrays by the names of the task.
      return data === null ? task : { ...task, folder: null, arrays: {}, shapes: {}, data };
    case 'image-folders':
    case 'series':
      return data === null ? task : { ...task, folder: null, data };
    case 'generated':
      // The path of the file does not matter, and different code that makes the same data has the same
      // identity.
      return data === null ? { ...task, code: '' } : { name: task.name, data };
    case 'mnist':
    case 'multi-mnist':
    case 'sequential-mnist':
      return data === null ? task : { ...task, mnistDir: null, data };
    default:
      return task;
  }
};

/**
 * Everything that determines the results of an experiment's runs, as plain data: task, program, loss, training. Name,
 * seeds, scores, outputs and settings without effect do not enter.
 */
export const shapingOf = (
  { task, loss, training, from, augment }: Shaped,
  { program, data }: Pick<RunFacts, 'program' | 'data'>,
): Readonly<Record<string, unknown>> => ({
  task: shapingTask(task, data ?? null),
  training: shapingTraining(training),
  program,
  // Left out for the published loss, so that runs made before there were other losses keep their identity.
  ...(hashOf(loss) === hashOf(publishedLoss) ? {} : { loss }),
  // The weights, not the folder that they were read from.
  ...(from === undefined ? {} : { from: from.weights }),
  ...(augment === undefined || !changes(augment) ? {} : { augment }),
});

interface RunIdentityBrand {
  readonly RunIdentity: unique symbol;
}

/** The codec of run identities: 64 hexadecimal digits. The brand keeps other hashes and names from being used as one. */
export const runIdentity = t.brand(
  t.string,
  (text): text is t.Branded<string, RunIdentityBrand> => /^[0-9a-f]{64}$/.test(text),
  'RunIdentity',
);

/** The identity of one run, as `identityOf` computes it. */
export type RunIdentity = t.TypeOf<typeof runIdentity>;

/**
 * The identity of one run: a hash of everything that determines its result (`shapingOf`), its seed, its engine and the
 * number of that engine's arithmetic.
 *
 * **Laws** The order of keys, the name, the list of seeds, scores and outputs do not change it; everything that changes
 * the result does.
 */
export const identityOf = (
  experiment: Shaped,
  { program, seed, engine, data, arithmetic = 1 }: RunFacts,
): RunIdentity => {
  const hash = hashOf({
    ...shapingOf(experiment, { program, data }),
    seed,
    engine,
    // Left out for arithmetic 1, so that runs of the first release keep their identity.
    ...(arithmetic === 1 ? {} : { arithmetic }),
  });
  if (!runIdentity.is(hash)) throw new Error(`'${hash}' is not a SHA-256 in hexadecimal`);
  return hash;
};
