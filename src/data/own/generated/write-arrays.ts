/** Writes the arrays of all samples of a task to its folder of the cache, whole or not at all. */

import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, fileError } from '../../../base/error.js';
import { grouped, limits, sizeText } from '../../../base/limits.js';
import { kindOf } from '../../../files/kind-of.js';
import { roomIn } from '../../../files/room.js';
import { encodeHeader } from '../../../formats/npy/header.js';
import { type SplitName, splitNames } from '../../dataset.js';
import { breath, interrupted, type Watch } from '../../made/generate.js';
import { clearLeftovers } from '../leftovers.js';
import type { GeneratedTask } from '../stated/generated.js';
import { formText, type Generate, type Sample, shortDigest } from './sample.js';
import { gathered, moment, type Row, someSamples } from './samples.js';

/** Settings for making samples: each may take `sampleSeconds`, by default the limit. */
export interface Sampling extends Watch {
  readonly sampleSeconds?: number;
}

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

/** Adds a sample to the files of its split, and begins those that are not there yet. */
const addTo = async (
  files: Map<string, Growing>,
  folder: string,
  count: number,
  sample: Sample,
): Promise<void> => {
  for (const [name, { shape, values }] of Object.entries(sample)) {
    let growing = files.get(name);
    if (growing === undefined) {
      growing = { file: await open(join(folder, `${name}.npy`), 'wx'), parts: [], bytes: 0 };
      files.set(name, growing);
      growing.parts.push(encodeHeader('float32', [count, ...shape]));
    }
    growing.parts.push(new Uint8Array(values.buffer));
    growing.bytes += values.byteLength;
    if (growing.bytes >= gathered) await flush(growing);
  }
};

/** Makes the next samples of a row. */
type Next = (row: Row) => Promise<Checked<readonly Sample[]>>;

/** Makes samples, and yields to the event loop after every `moment`. */
const pacedSamples = (
  generate: Generate,
  task: GeneratedTask,
  total: number,
  { onProgress, signal, sampleSeconds = limits.sampleSeconds }: Sampling,
): Next => {
  let [done, rested] = [0, performance.now()];
  return async (row) => {
    if (performance.now() - rested > moment) {
      onProgress?.({ stage: row.split, done, total });
      await breath();
      rested = performance.now();
    }
    if (signal?.aborted === true) return E.left(interrupted);
    const some = someSamples(generate, task, row, sampleSeconds);
    if (E.isRight(some)) done += some.right.length;
    return some;
  };
};

/** Makes all samples and writes them. Returns the digest of each sample, by split. */
const makeAll = async (
  folder: string,
  task: GeneratedTask,
  next: Next,
  refuse: (problem: string) => Checked<never>,
): Promise<Checked<Readonly<Record<SplitName, Float64Array>>>> => {
  const samples = splitNames.reduce((sum, split) => sum + task[split], 0);
  const room = await roomIn(folder);
  let form: string | null = null;
  const digests = {
    train: new Float64Array(task.train),
    validation: new Float64Array(task.validation),
    test: new Float64Array(task.test),
  };
  for (const split of splitNames) {
    const count = task[split];
    if (count === 0) continue;
    const own = join(folder, split);
    await mkdir(own, { recursive: true });
    const files = new Map<string, Growing>();
    try {
      for (let from = 0; from < count; ) {
        const some = await next({ split, from, step: 1, count: count - from });
        if (E.isLeft(some)) return some;
        for (const sample of some.right) {
          const text = formText(sample);
          if (form === null) {
            const bytes = Object.values(sample).reduce((sum, { values }) => sum + values.byteLength, 0);
            const all = samples * bytes;
            if (all > room)
              return refuse(
                `its ${grouped(samples)} samples are ${sizeText(all)}, and ${folder}, where they are kept, has room for ${sizeText(room)}; make room, or lower task.train`,
              );
            form = text;
          }
          if (text !== form) return refuse(`sample ${from} of ${split} has ${text}, the first has ${form}`);
          digests[split][from++] = shortDigest(sample);
          await addTo(files, own, count, sample);
        }
      }
      for (const growing of files.values()) await flush(growing);
    } finally {
      for (const { file } of files.values()) await file.close();
    }
  }
  return E.right(digests);
};

/** Makes all samples twice, the second time backwards, which finds a function that keeps state between two calls. */
const makeTwice = async (
  folder: string,
  generate: Generate,
  task: GeneratedTask,
  sampling: Sampling,
): Promise<Checked<void>> => {
  const refuse = (problem: string): Checked<never> =>
    E.left(decodeError(task.file, `task.generate: ${problem}`));
  const total = 2 * splitNames.reduce((sum, split) => sum + task[split], 0);
  const next = pacedSamples(generate, task, total, sampling);
  const first = await makeAll(folder, task, next, refuse);
  if (E.isLeft(first)) return first;
  for (const split of [...splitNames].reverse())
    for (let from = task[split] - 1; from >= 0; ) {
      const some = await next({ split, from, step: -1, count: from + 1 });
      if (E.isLeft(some)) return some;
      for (const sample of some.right) {
        if (shortDigest(sample) !== first.right[split][from])
          return refuse(
            `sample ${from} of ${split} is another when it is made again in another order; draw from random alone, and keep nothing between two calls`,
          );
        from--;
      }
    }
  return E.right(undefined);
};

/** Makes the arrays of a task in its folder of the cache, whole or not at all. */
export const writeArrays = async (
  folder: string,
  generate: Generate,
  task: GeneratedTask,
  watch: Sampling,
): Promise<Checked<void>> => {
  const temporary = `${folder}.${randomUUID()}.tmp`;
  try {
    await mkdir(temporary, { recursive: true });
    await clearLeftovers(folder);
    const written = await makeTwice(temporary, generate, task, watch);
    if (E.isLeft(written)) return written;
    await rename(temporary, folder).catch(async (cause: unknown) => {
      // Another process may have made the same folder meanwhile.
      if ((await kindOf(folder)) === null) throw cause;
    });
    return E.right(undefined);
  } catch (cause) {
    return E.left(fileError(dirname(folder), cause));
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
};
