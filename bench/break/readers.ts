/** Every reader of outside data, each with valid examples to begin from. */

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { stringify } from 'yaml';
import type { Checked, Effect } from '../../src/base/error.js';
import { readDocument } from '../../src/cli/document/document.js';
import { readJsonText } from '../../src/cli/document/json.js';
import { readHeld } from '../../src/cli/document/reading.js';
import { packDataset, unpackDataset } from '../../src/data/cache-file.js';
import { loadDataset } from '../../src/data/load.js';
import { decodeTask } from '../../src/data/task.js';
import { decodeProgram } from '../../src/dsl/index.js';
import { decodeExperiment } from '../../src/experiments/experiment.js';
import { decodeAnySweep } from '../../src/experiments/sweep/grid.js';
import { decodeIdx, readIdx } from '../../src/formats/idx.js';
import { decodeNpy } from '../../src/formats/npy/npy.js';
import { findMask, findPicture } from '../../src/formats/png/png.js';
import { decodeSafetensors } from '../../src/formats/safetensors.js';
import { recordEnds } from '../../src/formats/tensorboard/event.js';
import { decodeModel } from '../../src/models/catalogue.js';
import { sealed } from '../../src/runner/folder/seal.js';
import { readSweepFile } from '../../src/runner/folder/sweep-file.js';
import { readRunnable } from '../../src/runner/import/index.js';
import { readInput } from '../../src/runner/import/input.js';
import { statusOf } from '../../src/runner/results/status.js';
import { readRun } from '../../src/runner/results/summary.js';
import {
  arrays,
  bares,
  experiments,
  idx,
  json,
  models,
  pngs,
  sweeps,
  tasks,
  text,
  wrapped,
} from './examples.js';
import { must, tiny } from './tiny.js';

type Read = Checked<unknown> | Promise<Checked<unknown>>;

export type Reader = {
  readonly name: string;
  /** The number of inputs in a round: more for a fast reader. */
  readonly inputs: number;
} & (
  | { readonly of: 'values'; readonly examples: readonly unknown[]; readonly read: (value: unknown) => Read }
  | {
      readonly of: 'bytes';
      readonly examples: readonly Uint8Array[];
      readonly read: (bytes: Uint8Array) => Read;
    }
);

const parsed = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const utf8 = new TextDecoder();

/** Files to begin from: a run, a sweep's record and an export in each format. */
export interface Samples {
  readonly run: string;
  readonly sweep: string;
  readonly program: string;
  readonly graphModel: string;
  readonly safetensors: string;
  /** A folder to write to. */
  readonly place: string;
}

/** Readers of a file that has other files beside it: the input is written there and read. */
const ofFile = (
  name: string,
  inputs: number,
  path: string,
  examples: readonly Uint8Array[],
  read: (path: string) => Effect<unknown>,
  wrap: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): Reader => ({
  name,
  inputs,
  of: 'bytes',
  examples,
  read: (bytes) => {
    writeFileSync(path, wrap(bytes));
    return read(path)();
  },
});

const valuesIn = (
  name: string,
  inputs: number,
  path: string,
  examples: readonly unknown[],
  read: (path: string) => Effect<unknown>,
): Reader => ({
  name,
  inputs,
  of: 'values',
  examples,
  read: (value) => {
    writeFileSync(path, json(value));
    return read(path)();
  },
});

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Seals a value again, so that a reader goes beyond the checksum. */
const resealed = (value: unknown): unknown => {
  if (!isObject(value)) return value;
  const { checksum: _, format: __, ...rest } = { checksum: null, format: null, ...value };
  return sealed(rest);
};

/** Every file of a run folder, with the readers of `status` and of all tables. */
const ofRun = (run: string): readonly Reader[] =>
  readdirSync(run, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(run, name)).isFile())
    .map((name): Reader => {
      const path = join(run, name);
      const whole = readFileSync(path);
      return {
        name: `${name.replace(/-\d+-\d+\.bin/, '.bin')} of a run`,
        inputs: 20,
        of: 'bytes',
        examples: [whole],
        read: async (bytes) => {
          writeFileSync(path, bytes);
          try {
            await statusOf(run, true);
            return await readRun(run)();
          } finally {
            writeFileSync(path, whole);
          }
        },
      };
    });

/** All readers. */
export const readersOf = async ({
  run,
  sweep,
  program,
  graphModel,
  safetensors,
  place,
}: Samples): Promise<readonly Reader[]> => {
  const at = (name: string): string => join(place, name);
  const programs = [join(run, 'program.json')].map(parsed);
  const documents = [...experiments.slice(0, 8), ...sweeps.slice(0, 3)];
  const dataset = must(await loadDataset(tiny.task)());
  const packed = await packDataset(dataset, 'key');
  const tensors = join(safetensors, 'weights.safetensors');
  return [
    {
      name: 'experiment',
      inputs: 400,
      of: 'values',
      examples: experiments,
      read: (value) => decodeExperiment(value),
    },
    { name: 'sweep', inputs: 200, of: 'values', examples: sweeps, read: (value) => decodeAnySweep(value) },
    { name: 'task', inputs: 400, of: 'values', examples: tasks, read: (value) => decodeTask(value) },
    {
      name: 'model',
      inputs: 400,
      of: 'values',
      examples: models,
      read: (value) => decodeModel(value, 'model'),
    },
    {
      name: 'program',
      inputs: 100,
      of: 'values',
      examples: programs,
      read: (value) => decodeProgram(value, 'program'),
    },
    {
      name: 'JSON text',
      inputs: 400,
      of: 'bytes',
      examples: documents.map(json),
      read: (bytes) => readJsonText(utf8.decode(bytes), 'text'),
    },
    { name: 'npy', inputs: 400, of: 'bytes', examples: arrays, read: (bytes) => decodeNpy(bytes, 'npy') },
    {
      name: 'PNG picture',
      inputs: 400,
      of: 'bytes',
      examples: pngs,
      read: (bytes) => findPicture(bytes, 'png'),
    },
    { name: 'PNG mask', inputs: 400, of: 'bytes', examples: pngs, read: (bytes) => findMask(bytes, 'png') },
    {
      name: 'PNG picture with right checksums',
      inputs: 400,
      of: 'bytes',
      examples: bares,
      read: (bytes) => findPicture(wrapped(bytes), 'png'),
    },
    {
      name: 'PNG mask with right checksums',
      inputs: 400,
      of: 'bytes',
      examples: bares,
      read: (bytes) => findMask(wrapped(bytes), 'png'),
    },
    {
      name: 'IDX',
      inputs: 400,
      of: 'bytes',
      examples: [idx(2, 3, 3)],
      read: (bytes) => decodeIdx(bytes, 3, 'idx'),
    },
    ofFile('IDX in gzip', 100, at('a.gz'), [gzipSync(idx(2, 3, 3))], (path) => readIdx(path, 3)),
    ofFile(
      'IDX in whole gzip',
      100,
      at('b.gz'),
      [idx(5)],
      (path) => readIdx(path, 1),
      (bytes) => gzipSync(bytes),
    ),
    {
      name: 'safetensors',
      inputs: 400,
      of: 'bytes',
      examples: [readFileSync(tensors)],
      read: (bytes) => decodeSafetensors(bytes, 'safetensors'),
    },
    {
      name: 'event file',
      inputs: 400,
      of: 'bytes',
      examples: [readFileSync(join(run, 'events.out.tfevents.0.drumhead'))],
      read: (bytes) => E.right(recordEnds(bytes)),
    },
    {
      name: 'kept data',
      inputs: 100,
      of: 'bytes',
      examples: [packed],
      read: (bytes) => unpackDataset(bytes, 'key', 'data'),
    },
    ofFile('JSON file', 100, at('a.json'), documents.map(json), readHeld),
    valuesIn('JSON file of values', 100, at('b.json'), documents, readHeld),
    ofFile(
      'YAML file',
      60,
      at('a.yaml'),
      documents.map((value) => text(stringify(value))),
      readHeld,
    ),
    ofFile(
      'YAML text',
      60,
      at('b.yaml'),
      [text('a: &x [1, 2]\nb: *x\nc: !!set {d}\n? e\n: |\n  f\n<<: {g: 1}\n')],
      readDocument,
    ),
    ofFile('picture to run on', 100, at('a.png'), bares, (path) => readInput(path, [5, 9, 3]), wrapped),
    ofFile('array to run on', 100, at('a.npy'), arrays, (path) => readInput(path, [2, 3])),
    ofFile('weights.safetensors', 40, tensors, [readFileSync(tensors)], (path) => readRunnable(path)),
    valuesIn(
      'program.json',
      40,
      join(program, 'program.json'),
      [parsed(join(program, 'program.json'))],
      (path) => readRunnable(path),
    ),
    ofFile(
      'program.bin',
      40,
      join(program, 'program.bin'),
      [readFileSync(join(program, 'program.bin'))],
      () => readRunnable(program),
    ),
    valuesIn(
      'model.json',
      40,
      join(graphModel, 'model.json'),
      [parsed(join(graphModel, 'model.json'))],
      (path) => readRunnable(path),
    ),
    valuesIn('sweep.json', 60, sweep, [parsed(sweep)], readSweepFile),
    {
      name: 'sweep.json sealed anew',
      inputs: 60,
      of: 'values',
      examples: [parsed(sweep)],
      read: (value) => {
        writeFileSync(sweep, json(resealed(value)));
        return readSweepFile(sweep)();
      },
    },
    ...['result.json', 'run.json', 'checkpoint.json', 'environment.json'].map(
      (name): Reader => ({
        name: `${name} sealed anew`,
        inputs: 20,
        of: 'values',
        examples: [parsed(join(run, name))],
        read: async (value) => {
          const path = join(run, name);
          const whole = readFileSync(path);
          writeFileSync(path, json(resealed(value)));
          try {
            await statusOf(run, true);
            return await readRun(run)();
          } finally {
            writeFileSync(path, whole);
          }
        },
      }),
    ),
    ...ofRun(run),
  ];
};
