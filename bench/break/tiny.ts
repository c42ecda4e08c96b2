/** The training of the campaign: small enough to be killed ten thousand times. */

import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Checked, errorMessage } from '../../src/base/error.js';
import { decodeExperiment, type Experiment } from '../../src/experiments/experiment.js';
import type { Environment, RunEvent } from '../../src/runner/environment.js';

/** The value of a check; throws the sentence of its error. */
export const must = <A>(made: Checked<A>): A => {
  if (E.isRight(made)) return made.right;
  throw new Error(errorMessage(made.left));
};

/** The same as a document, for readers of documents. */
export const tinyDocument = {
  name: 'tiny/broken',
  task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 1, train: 8, validation: 2, test: 2 },
  model: { name: 'nwm', mid: 2, steps: 2, hidden: [4] },
  training: { batch: 4, epochs: 3, rate: 0.01 },
} as const;

/** Three epochs of two steps: less than a fifth of a second. */
export const tiny: Experiment = must(decodeExperiment(tinyDocument));

export const environmentIn = (
  folder: string,
  workers: number,
  tell: (event: RunEvent) => void = () => {},
): Environment => ({
  engine: 'wasm',
  runs: join(folder, 'runs'),
  cache: join(folder, '..', 'cache'),
  workers,
  pictures: false,
  now: () => performance.now() / 1000,
  tell,
  signal: new AbortController().signal,
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Files with times or notes: they must exist, with any content. */
const passing =
  /(^|\/)(timing\.json|environment\.json|progress\.json|failure\.json|events\.out\.tfevents\.0\.drumhead|checkpoint.*)$/;

/** All files below a folder by name, each with the hash of its bytes, or none if its bytes may differ. */
export const printOf = async (folder: string): Promise<Readonly<Record<string, string>>> => {
  const print: Record<string, string> = {};
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const path = join(folder, name);
    if ((await stat(path)).isDirectory()) continue;
    print[name] = passing.test(name) ? '' : sha256(await readFile(path));
  }
  return print;
};

/** The difference of two prints in words; null if they are equal. */
export const differ = (
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): string | null => {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
  const word = (name: string): string =>
    a[name] === undefined
      ? `${name} is left over`
      : b[name] === undefined
        ? `${name} is missing`
        : `${name} has other bytes`;
  return names.length === 0 ? null : names.slice(0, 4).map(word).join(', ');
};
