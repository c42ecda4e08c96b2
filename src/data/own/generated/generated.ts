/**
 * A task in a person's own file: a function that makes each sample. What it makes is kept in the cache as arrays, under the digest
 * of the code and its settings; the digest of the arrays is the identity of what is trained on them.
 */

import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { hashOf } from '../../../base/canonical.js';
import { type Checked, decodeError, type Effect, fileError } from '../../../base/error.js';
import { grouped, limits, sizeText } from '../../../base/limits.js';
import { type Random, stream } from '../../../base/random.js';
import { kindOf } from '../../../files/kind-of.js';
import { roomIn } from '../../../files/room.js';
import { encodeHeader } from '../../../formats/npy/header.js';
import type { ArrayForm } from '../../arrays.js';
import { type SplitName, splitNames } from '../../dataset.js';
import { breath, interrupted, type Watch } from '../../made/generate.js';
import { difficulty, type ReadArrays, type ReadOptions, readArrays } from '../arrays.js';
import { codeDigest } from '../code-digest.js';
import { clearLeftovers } from '../leftovers.js';
import type { GeneratedTask } from '../stated/generated.js';
import { bounded } from './time-limit.js';

/** What a sample may have under a name: a number, numbers, or lists of lists of them. */
export type Made = number | ArrayLike<number> | readonly Made[];

/** Which sample is made. */
export interface Making {
  readonly split: SplitName;
  /** The settings of the task, which a sweep may vary. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Makes a sample: its arrays by name. It draws from `random` alone, which is seeded for this sample, and keeps nothing from one
 * call to the next.
 *
 * @example
 * const generate: Generate = (random) => {
 *   const x = [random.normal(), random.normal()];
 *   return { x, sum: x[0] + x[1] };
 * };
 */
export type Generate = (random: Random, index: number, making: Making) => Readonly<Record<string, Made>>;

/** How samples are made: `sampleSeconds` each at most; the limit where it is left out. */
interface Sampling extends Watch {
  readonly sampleSeconds?: number;
}

/** How a person's module is run for its function. */
export type GeneratorOf = (task: GeneratedTask) => Effect<Generate>;

/** Raised whenever the same code leads to other arrays. */
const version = 1;

/** Where the arrays of a task are kept. */
const folderOf = (
  cache: string,
  { which, train, validation, test, seed, settings }: GeneratedTask,
  code: string,
): string =>
  join(
    cache,
    `generated-${hashOf([version, code, which, train, validation, test, seed, settings]).slice(0, 32)}`,
  );

const typed = [
  Float32Array,
  Float64Array,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
] as const;

const isTyped = (made: unknown): made is InstanceType<(typeof typed)[number]> =>
  typed.some((kind) => made instanceof kind);

/** Lists in lists in a sample. */
const deepest = 16;

/** Values of an array and its shape. */
interface Flat {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

const isNumber = (made: unknown): made is number | boolean =>
  typeof made === 'number' || typeof made === 'boolean';

const isList = (made: unknown): made is ArrayLike<unknown> => Array.isArray(made) || isTyped(made);

const noNumber = (made: unknown): string =>
  `is ${made === null ? 'null' : typeof made}, no number and no list of numbers`;

/** The shape of lists by the first of each; a sentence where these are none. */
const shapeOf = (made: unknown): readonly number[] | string => {
  const shape: number[] = [];
  let numbers = 1;
  for (let one = made; !isNumber(one); one = one[0]) {
    if (!isList(one)) return noNumber(one);
    if (shape.length > deepest) return `has more than ${deepest} lists in one another`;
    shape.push(one.length);
    numbers *= one.length;
    if (numbers > limits.sampleValues)
      return `has ${grouped(numbers)} values, and ${grouped(limits.sampleValues)} is the limit for a sample`;
    if (one.length === 0) break;
  }
  return shape;
};

/** A sentence where lists are no array of numbers. */
const flat = (made: unknown): Flat | string => {
  const shape = shapeOf(made);
  if (typeof shape === 'string') return shape;
  const values = new Float64Array(shape.reduce((a, b) => a * b, 1));
  let at = 0;
  /** Takes the values of a part; a sentence where it has another shape. */
  const take = (part: unknown, axis: number): string | null => {
    const last = axis === shape.length;
    if (isNumber(part) && last) {
      values[at++] = Number(part);
      return null;
    }
    if (!isNumber(part) && !isList(part)) return noNumber(part);
    if (isNumber(part) || last || part.length !== shape[axis]) return 'has lists of other lengths in it';
    // A hole in a list is no number either.
    for (let i = 0; i < part.length; i++) {
      const wrong = take(part[i], axis + 1);
      if (wrong !== null) return wrong;
    }
    return null;
  };
  return take(made, 0) ?? { shape, values };
};

type Sample = Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>>;

/** A value of the person's function as a sample, or its problem. Reading it may run the person's code, which may throw. */
const sampleIn = (made: unknown): Sample | string => {
  if (made instanceof Promise) return 'it gives a promise; a sample is given at once';
  if (!t.UnknownRecord.is(made) || Array.isArray(made) || Object.keys(made).length === 0)
    return 'it gives no arrays by name, such as { x: [1, 2], y: 3 }';
  const sample: Record<string, { shape: readonly number[]; values: Float32Array }> = {};
  let numbers = 0;
  for (const [name, one] of Object.entries(made)) {
    if (!/^[A-Za-z][\w-]*$/.test(name) || name in {})
      return `'${name}' is no name of an array: use letters, digits, '_' and '-', and no name that every object has`;
    const read = flat(one);
    if (typeof read === 'string') return `${name} ${read}`;
    if (read.values.length === 0) return `${name} is [${read.shape.join(',')}], which holds no value`;
    const values = Float32Array.from(read.values);
    numbers += values.length;
    if (numbers > limits.sampleValues)
      return `it has more than ${grouped(limits.sampleValues)} values, which is the limit for a sample`;
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) return `value ${bad} of ${name} is ${read.values[bad]}, not a finite number of float32`;
    sample[name] = { shape: read.shape, values };
  }
  return sample;
};

/** A copy that nobody can change: what a function changes in its settings would be neither what ran nor what is recorded. */
const frozen = <A>(value: A): A => {
  if (typeof value !== 'object' || value === null) return value;
  const copy = structuredClone(value);
  const freeze = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    Object.values(part).forEach(freeze);
    Object.freeze(part);
  };
  freeze(copy);
  return copy;
};

/** One sample, or what is wrong with it. */
const sampleOf = (
  generate: Generate,
  { seed, settings }: GeneratedTask,
  split: SplitName,
  index: number,
): Sample | string => {
  try {
    return sampleIn(
      generate(stream(seed, 'generated', split, index), index, { split, settings: frozen(settings) }),
    );
  } catch (cause) {
    return `it threw ${cause instanceof Error ? cause.message : String(cause)}`;
  }
};

/** Samples of a split from one on, forwards or backwards. */
interface Row {
  readonly split: SplitName;
  readonly from: number;
  readonly step: 1 | -1;
  readonly count: number;
}

/** The longest time without a turn for the event loop while samples are quick to make, in milliseconds. */
const moment = 50;

/** Bytes that are gathered before they are written. */
const gathered = 2 ** 20;

/**
 * The first samples of a row, as many as a moment holds, at least one. A person's function runs here and nowhere else.
 *
 * **Errors** DecodeError of a sample that is none or takes too long; Interrupted by Ctrl-C.
 */
const someOf = (
  generate: Generate,
  task: GeneratedTask,
  { split, from, step, count }: Row,
  seconds: number,
): Checked<readonly Sample[]> => {
  const samples: Sample[] = [];
  const refuse = (problem: string): Checked<never> =>
    E.left(
      decodeError(task.file, `task.generate: sample ${from + step * samples.length} of ${split}: ${problem}`),
    );
  let wrong: string | null = null;
  const ended = bounded(() => {
    const begun = performance.now();
    let bytes = 0;
    do {
      const sample = sampleOf(generate, task, split, from + step * samples.length);
      if (typeof sample === 'string') {
        wrong = sample;
        return;
      }
      samples.push(sample);
      for (const { values } of Object.values(sample)) bytes += values.byteLength;
    } while (samples.length < count && bytes < gathered && performance.now() - begun < moment);
  }, seconds);
  if (ended === 'stopped') return E.left(interrupted);
  if (ended === 'late')
    return refuse(`it takes more than ${seconds} s, which is the limit; look for a loop without an end`);
  return wrong === null ? E.right(samples) : refuse(wrong);
};

const formText = (sample: Sample): string =>
  Object.keys(sample)
    .sort()
    .map((name) => `${name} [${sample[name].shape.join(',')}]`)
    .join(', ');

/** A short digest of a sample: 48 bits, of which two samples share all by chance once in 10^14. */
const short = (sample: Sample): number => {
  const hash = createHash('sha256');
  for (const name of Object.keys(sample).sort())
    hash.update(name).update(new Uint8Array(sample[name].values.buffer));
  return hash.digest().readUIntBE(0, 6);
};

/** A file of one array of a split, to which samples are added. */
interface Growing {
  readonly file: FileHandle;
  parts: Uint8Array[];
  bytes: number;
}

const flush = async (one: Growing): Promise<void> => {
  await one.file.writeFile(Buffer.concat(one.parts));
  one.parts = [];
  one.bytes = 0;
};

/** Makes all samples twice, the second time backwards, and writes them the first time. */
const write = async (
  folder: string,
  generate: Generate,
  task: GeneratedTask,
  { onProgress, signal, sampleSeconds = limits.sampleSeconds }: Sampling,
): Promise<Checked<void>> => {
  const refuse = (problem: string): Checked<never> =>
    E.left(decodeError(task.file, `task.generate: ${problem}`));
  const total = 2 * splitNames.reduce((sum, split) => sum + task[split], 0);
  let [done, rested] = [0, performance.now()];
  /** The next samples of a split, after a turn for the event loop. */
  const next = async (row: Row): Promise<Checked<readonly Sample[]>> => {
    if (performance.now() - rested > moment) {
      onProgress?.({ stage: row.split, done, total });
      await breath();
      rested = performance.now();
    }
    if (signal?.aborted === true) return E.left(interrupted);
    const some = someOf(generate, task, row, sampleSeconds);
    if (E.isRight(some)) done += some.right.length;
    return some;
  };
  const room = await roomIn(folder);
  let form: string | null = null;
  const digests: Record<SplitName, Float64Array> = {
    train: new Float64Array(task.train),
    validation: new Float64Array(task.validation),
    test: new Float64Array(task.test),
  };
  for (const split of splitNames) {
    const count = task[split];
    if (count === 0) continue;
    await mkdir(join(folder, split), { recursive: true });
    const files = new Map<string, Growing>();
    try {
      for (let from = 0; from < count; ) {
        const some = await next({ split, from, step: 1, count: count - from });
        if (E.isLeft(some)) return some;
        for (const sample of some.right) {
          const own = formText(sample);
          if (form === null) {
            const bytes = Object.values(sample).reduce((sum, { values }) => sum + values.byteLength, 0);
            const all = (total / 2) * bytes;
            if (all > room)
              return refuse(
                `its ${grouped(total / 2)} samples are ${sizeText(all)}, and ${folder}, where they are kept, has room for ${sizeText(room)}; make room, or lower task.train`,
              );
            form = own;
          }
          if (own !== form) return refuse(`sample ${from} of ${split} has ${own}, the first has ${form}`);
          digests[split][from++] = short(sample);
          for (const [name, { shape, values }] of Object.entries(sample)) {
            let growing = files.get(name);
            if (growing === undefined) {
              growing = { file: await open(join(folder, split, `${name}.npy`), 'wx'), parts: [], bytes: 0 };
              files.set(name, growing);
              growing.parts.push(encodeHeader('float32', [count, ...shape]));
            }
            growing.parts.push(new Uint8Array(values.buffer));
            growing.bytes += values.byteLength;
            if (growing.bytes >= gathered) await flush(growing);
          }
        }
      }
      for (const growing of files.values()) await flush(growing);
    } finally {
      for (const { file } of files.values()) await file.close();
    }
  }
  for (const split of [...splitNames].reverse())
    for (let from = task[split] - 1; from >= 0; ) {
      const some = await next({ split, from, step: -1, count: from + 1 });
      if (E.isLeft(some)) return some;
      for (const sample of some.right) {
        if (short(sample) !== digests[split][from])
          return refuse(
            `sample ${from} of ${split} is another when it is made again in another order; draw from random alone, and keep nothing between two calls`,
          );
        from--;
      }
    }
  return E.right(undefined);
};

/** Makes the arrays of a task in its folder of the cache, whole or not at all. */
const make = async (
  folder: string,
  generate: Generate,
  task: GeneratedTask,
  watch: Sampling,
): Promise<Checked<void>> => {
  const temporary = `${folder}.${randomUUID()}.tmp`;
  try {
    await mkdir(temporary, { recursive: true });
    await clearLeftovers(folder);
    const written = await write(temporary, generate, task, watch);
    if (E.isLeft(written)) return written;
    await rename(temporary, folder).catch(async (cause: unknown) => {
      // Another process made the same meanwhile.
      if ((await kindOf(folder)) === null) throw cause;
    });
    return E.right(undefined);
  } catch (cause) {
    return E.left(fileError(dirname(folder), cause));
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
};

const asArrays = (folder: string, { classes, planes, seed }: GeneratedTask) => ({
  name: 'arrays' as const,
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
 * The arrays of a task: those of the cache, else made by its file and kept there.
 *
 * @param generatorOf how the file is run; left out: it is not run
 *
 * **Errors** DecodeError where they are in no cache and the file is not there or has changed; what the file has wrong; that its
 * function is not pure; as `readArrays`.
 */
export const readGenerated =
  (task: GeneratedTask, options: ReadOptions & Sampling, generatorOf?: GeneratorOf): Effect<ReadArrays> =>
  async () => {
    const { cache } = options;
    if (cache === null)
      return E.left(
        decodeError(task.file, 'what it makes is kept in a cache, and there is none; name the folder of one'),
      );
    const now = (await kindOf(task.file)) === 'file' ? await codeDigest(task.file) : null;
    if (now !== null && E.isLeft(now)) return now;
    const code = task.code === '' ? (now?.right ?? '') : task.code;
    const folder = folderOf(cache, task, code);
    if ((await kindOf(folder)) === 'folder') return readArrays(asArrays(folder, task), options)();
    const gone = `its data is not in the cache (${folder})`;
    if (now === null)
      return E.left(
        decodeError(task.file, `${gone}, and the file that makes it is not there; put back one of both`),
      );
    if (now.right !== code)
      return E.left(
        decodeError(
          task.file,
          `${gone}, and the file that made it has changed since, or something that it imports; put back what it was, or train on what it makes now: \`drumhead run ${task.file}\``,
        ),
      );
    if (generatorOf === undefined)
      return E.left(
        decodeError(task.file, `${gone}, and nothing is made here; \`drumhead data ${task.file}\` makes it`),
      );
    const generate = await generatorOf(task)();
    if (E.isLeft(generate)) return generate;
    const made = await make(folder, generate.right, task, options);
    return E.isLeft(made) ? made : readArrays(asArrays(folder, task), options)();
  };

/** Samples that are made to find out which arrays a task has. */
const looked = 8;

/**
 * The arrays of a task, as a few of its samples show them; nothing is kept.
 *
 * **Errors** as `readGenerated`.
 */
export const formsOfGenerated = (
  task: GeneratedTask,
  generatorOf: GeneratorOf,
): Effect<Readonly<Record<string, ArrayForm>>> =>
  pipe(
    generatorOf(task),
    TE.flatMapEither((generate) => {
      const forms: Record<string, ArrayForm> = {};
      const count = Math.min(looked, task.train);
      for (let from = 0; from < count; ) {
        const some = someOf(
          generate,
          task,
          { split: 'train', from, step: 1, count: count - from },
          limits.sampleSeconds,
        );
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
    }),
  );
