/** Feeds damaged documents and arrays to every reader, in this process. */

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { stream } from '../../src/base/random.js';
import { sweepOf } from '../../src/experiments/sweep/sweep.js';
import { listName } from '../../src/files/manifest.js';
import { type ExportFormat, exportTrained, readTrained } from '../../src/runner/export/index.js';
import { sweepPath, writeSweep } from '../../src/runner/folder/sweep-file.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { breakDisk } from './disk.js';
import { changed, damaged } from './mutate.js';
import { againWith, type Found, type Part } from './part.js';
import { type Reader, readersOf, type Samples } from './readers.js';
import { spending, tooLong } from './spent.js';
import { environmentIn, must, tiny } from './tiny.js';
import { watchdog } from './watchdog.js';

const keptIn = join(fileURLToPath(new URL('../..', import.meta.url)), '.cache', 'break');

/** The inputs: a finished run, its sweep, its exports. */
export const samplesIn = async (folder: string): Promise<Samples> => {
  const { folder: run } = must(await runExperiment(tiny, 0)(environmentIn(folder, 1))());
  const runs = join(folder, 'runs');
  must(
    await writeSweep(runs, {
      sweep: { ...sweepOf(tiny), name: 'tiny/swept' },
      engine: 'wasm',
      places: [{ member: 0, seed: 0, folder: run.slice(runs.length + 1) }],
    })(),
  );
  const trained = must(await readTrained(run)());
  const exported = async (format: ExportFormat): Promise<string> => {
    must(await exportTrained(trained, format, join(folder, format))());
    return join(folder, format);
  };
  const place = join(folder, 'place');
  await mkdir(place, { recursive: true });
  return {
    run,
    sweep: sweepPath(runs, 'tiny/swept'),
    program: await exported('program'),
    graphModel: await exported('graph-model'),
    safetensors: await exported('safetensors'),
    place,
  };
};

/** Saves an input that broke something, and returns its path. */
const kept = (reader: Reader, input: unknown): string => {
  const bytes = input instanceof Uint8Array ? input : new TextEncoder().encode(JSON.stringify(input) ?? '');
  mkdirSync(keptIn, { recursive: true });
  const name = `${reader.name.replace(/\W+/g, '-')}-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`;
  writeFileSync(join(keptIn, name), bytes);
  return `.cache/break/${name}`;
};

/** The longest acceptable sentence, in characters. */
const longest = 20_000;

/** The problem with how a reader took an input; null where there is none. */
const judged = async (read: () => unknown): Promise<string | null> => {
  const spent = spending();
  try {
    const done: unknown = await read();
    const long = tooLong(spent());
    if (long !== null) return long;
    if (typeof done !== 'object' || done === null || !('_tag' in done)) return 'no Either came back';
    if (done._tag !== 'Left' || !('left' in done)) return null;
    const error: unknown = done.left;
    if (typeof error === 'object' && error !== null && '_tag' in error && error._tag === 'Defect')
      return `a fault of drumhead: ${'message' in error ? error.message : ''}`;
    return null;
  } catch (cause) {
    return `thrown: ${cause instanceof Error ? (cause.stack ?? cause.message).split('\n').slice(0, 4).join(' ') : cause}`;
  }
};

/** Makes one input from an example and random numbers, and reads it. */
export const tried = async (
  reader: Reader,
  seed: number,
  index: number,
  i: number,
): Promise<{ readonly input: unknown; readonly says: string | null }> => {
  const random = stream(seed, 'documents', index, i);
  if (reader.of === 'bytes') {
    const input = damaged(reader.examples[random.integer(reader.examples.length)], random);
    return { input, says: await judged(() => saying(reader.read(input))) };
  }
  const input = changed(reader.examples[random.integer(reader.examples.length)], random);
  return { input, says: await judged(() => saying(reader.read(input))) };
};

/** Makes the sentence of an error too. */
const saying = async <A>(read: A): Promise<Awaited<A>> => {
  const done = await read;
  const either: unknown = done;
  if (isLeft(either)) {
    const sentence = errorMessage(either.left);
    if (sentence.length > longest) throw new Error(`a sentence of ${sentence.length} characters`);
  }
  return done;
};
const isLeft = (value: unknown): value is E.Left<Parameters<typeof errorMessage>[0]> =>
  typeof value === 'object' && value !== null && '_tag' in value && value._tag === 'Left';

const readsSome = async (reader: Reader): Promise<boolean> => {
  if (reader.of === 'bytes') {
    for (const example of reader.examples) if (E.isRight(await reader.read(example))) return true;
  } else for (const example of reader.examples) if (E.isRight(await reader.read(example))) return true;
  return false;
};

export const documents: Part = {
  name: 'documents',
  does: 'documents, arrays and pictures made wrong, through every reader in this process',
  share: 25,
  open: async (seed, folder) => {
    const samples = await samplesIn(folder);
    // Without the list of checksums, since it would refuse every change before a reader goes further.
    for (const place of [samples.program, samples.graphModel, samples.safetensors])
      await rm(join(place, listName));
    const readers = await readersOf(samples);
    // A reader that refuses its own examples would refuse all inputs made from them at once.
    for (const reader of readers)
      if (!(await readsSome(reader))) throw new Error(`${reader.name}: none of its examples is read`);
    const dog = watchdog(againWith('documents', seed, 0).replace('--from 0', '--from ROUND'));
    return {
      round: async (index) => {
        const reader = readers[index % readers.length];
        const found: Found[] = [];
        const disk = breakDisk('/', { kind: 'none' });
        const fail = (says: string, input: unknown): void =>
          void found.push({
            says: `${reader.name}: ${says}; the input: ${kept(reader, input)}`,
            again: againWith('documents', seed, index),
          });
        const stray = (cause: unknown): void => fail(`thrown beside: ${cause}`, '');
        process.on('unhandledRejection', stray);
        process.on('uncaughtException', stray);
        try {
          for (let i = 0; i < reader.inputs; i++) {
            dog.begins(index);
            const { input, says } = await tried(reader, seed, index, i);
            if (says !== null) fail(says, input);
          }
          if (disk.changes() > 0) fail(`it changed files (${disk.changes()})`, '');
        } finally {
          dog.rests();
          disk.mend();
          process.off('unhandledRejection', stray);
          process.off('uncaughtException', stray);
        }
        // One finding of each kind is enough.
        const kinds = new Map(found.map((one) => [one.says.slice(0, 120), one]));
        return { tried: { [reader.name]: reader.inputs }, found: [...kinds.values()] };
      },
      end: dog.end,
    };
  },
};
