/**
 * A task in a person's own file: a function that makes each sample. The samples are kept in the cache as arrays, in a
 * folder named by the digest of the code and its settings. The digest of the arrays enters the identity of runs on them.
 */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { hashOf } from '../../../base/canonical.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../../base/error.js';
import { limits } from '../../../base/limits.js';
import { kindOf } from '../../../files/kind-of.js';
import type { ArrayForm } from '../../arrays.js';
import { difficulty, type ReadArrays, type ReadOptions, readArrays } from '../arrays.js';
import { codeDigest } from '../code-digest.js';
import type { ArraysTask } from '../stated/arrays.js';
import type { GeneratedTask } from '../stated/generated.js';
import type { Generate } from './sample.js';
import { someSamples } from './samples.js';
import { type Sampling, writeArrays } from './write-arrays.js';

/** Runs a person's module and returns its function. */
export type GeneratorOf = (task: GeneratedTask) => Effect<Generate>;

/** Raised whenever the same code leads to other arrays. */
const version = 1;

/** The folder of the cache for the arrays of a task that this code makes. */
const folderOf = (
  cache: string,
  { which, train, validation, test, seed, settings }: GeneratedTask,
  code: string,
): string =>
  join(
    cache,
    `generated-${hashOf([version, code, which, train, validation, test, seed, settings]).slice(0, 32)}`,
  );

/** The task whose arrays lie in a folder of the cache. */
const asArrays = (folder: string, { classes, planes, seed }: GeneratedTask): ArraysTask => ({
  name: 'arrays',
  folder,
  arrays: {},
  shapes: {},
  planes,
  classes,
  validationShare: 0,
  testShare: 0,
  seed,
});

/**
 * The arrays of a task: taken from the cache, or made by its file and stored there.
 *
 * @param generatorOf runs the file; if left out, nothing is run
 *
 * **Errors** DecodeError if there is no cache, if they are not in it and the file is missing, has changed or has a fault, or
 * if its function is not pure; as `readArrays`.
 */
export const readGenerated =
  (task: GeneratedTask, options: ReadOptions & Sampling, generatorOf?: GeneratorOf): Effect<ReadArrays> =>
  async () => {
    const { cache } = options;
    if (cache === null)
      return E.left(
        decodeError(task.file, 'what it makes is kept in a cache, and there is none; name the folder of one'),
      );
    const digest = (await kindOf(task.file)) === 'file' ? await codeDigest(task.file) : null;
    // A file without a digest leads to nothing, unless the task says which code made its data.
    if (task.code === '' && digest !== null && E.isLeft(digest)) return digest;
    const code = task.code !== '' || digest === null || E.isLeft(digest) ? task.code : digest.right;
    const folder = folderOf(cache, task, code);
    if ((await kindOf(folder)) === 'folder') return readArrays(asArrays(folder, task), options)();
    const notCached = `its data is not in the cache (${folder})`;
    if (digest === null)
      return E.left(
        decodeError(task.file, `${notCached}, and the file that makes it is not there; put back one of both`),
      );
    if (E.isLeft(digest)) return digest;
    if (digest.right !== code)
      return E.left(
        decodeError(
          task.file,
          `${notCached}, and the file that made it has changed since, or something that it imports; put back what it was, or train on what it makes now: \`drumhead run ${task.file}\``,
        ),
      );
    if (generatorOf === undefined)
      return E.left(
        decodeError(
          task.file,
          `${notCached}, and nothing is made here; \`drumhead data ${task.file}\` makes it`,
        ),
      );
    const generate = await generatorOf(task)();
    if (E.isLeft(generate)) return generate;
    const made = await writeArrays(folder, generate.right, task, options);
    return E.isLeft(made)
      ? E.left(withAsked(made.left, generate.right, task, options.asks))
      : readArrays(asArrays(folder, task), options)();
  };

/** The number of samples that are made to find out which arrays a task has. */
const sampled = 8;

/** The arrays that a few samples of a function have. **Errors** DecodeError of an invalid sample. */
const formsBy = (generate: Generate, task: GeneratedTask): Checked<Readonly<Record<string, ArrayForm>>> => {
  const forms: Record<string, ArrayForm> = {};
  const count = Math.min(sampled, task.train);
  for (let from = 0; from < count; ) {
    const row = { split: 'train', from, step: 1, count: count - from } as const;
    const some = someSamples(generate, task, row, limits.sampleSeconds);
    if (E.isLeft(some)) return some;
    from += some.right.length;
    for (const sample of some.right)
      for (const [name, { shape, values }] of Object.entries(sample))
        forms[name] = {
          shape,
          integer: (forms[name]?.integer ?? true) && values.every(Number.isInteger),
          ...(task.classes[name] === undefined ? {} : { classes: task.classes[name] }),
          ...(task.planes[name] === undefined ? {} : { plane: task.planes[name] }),
          ...(name === difficulty ? { aside: true } : {}),
        };
  }
  return E.right(forms);
};

/**
 * The error of a function, together with the problems that `asks` finds in the arrays of a few of its samples, so that
 * all are reported at once.
 */
const withAsked = (
  error: DrumheadError,
  generate: Generate,
  task: GeneratedTask,
  asks: ReadOptions['asks'],
): DrumheadError => {
  if (error._tag !== 'DecodeError' || asks === undefined) return error;
  const also = pipe(
    formsBy(generate, task),
    E.flatMap((forms) => asks(forms, task)),
  );
  if (E.isRight(also) || also.left._tag !== 'DecodeError') return error;
  return decodeError(error.source, [...new Set([...error.problems, ...also.left.problems])]);
};

/**
 * The arrays of a task, as a few of its samples show them, which are not stored.
 *
 * **Errors** DecodeError if the file has a fault, or makes an invalid sample.
 */
export const formsOfGenerated = (
  task: GeneratedTask,
  generatorOf: GeneratorOf,
): Effect<Readonly<Record<string, ArrayForm>>> =>
  pipe(
    generatorOf(task),
    TE.flatMapEither((generate) => formsBy(generate, task)),
  );
