/** The parity zoo: numbers of the original authors' code, case by case, and where they lie. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import { decodeNpy } from '../../../src/formats/npy/npy.js';
import { type NdArray, ndarray } from '../../../src/index.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const full = join(root, '..', 'shared', 'parity-zoo');
const small = join(root, 'fixtures', 'networks');

/** Whether all cases are here, or the few that this repository has. */
export const hasFull = existsSync(join(full, 'manifest.json'));
const folder = hasFull ? full : small;

/** The kinds of arrays of a case. */
export type Kind = 'input' | 'param' | 'output64' | 'grad64';

interface Manifest {
  readonly name: string;
  readonly hyper: Readonly<Record<string, number>>;
  readonly loss: { readonly of_output?: string } | null;
  readonly gradient_zero_up_to_rounding?: readonly string[];
  readonly tolerance: Readonly<Record<string, number>>;
  readonly arrays: Readonly<Record<string, Readonly<Record<string, { readonly file: string }>>>>;
}

/** A case: its description, and its arrays by kind and name. */
export interface ZooCase extends Manifest {
  readonly array: (kind: Kind, name: string) => NdArray;
  readonly has: (kind: Kind, name: string) => boolean;
}

/** The names of the cases. */
export const caseNames: readonly string[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

export const caseNamed = (name: string): ZooCase => {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, name, 'manifest.json'), 'utf8'));
  const fileOf = (kind: Kind, array: string) => manifest.arrays[kind]?.[array]?.file;
  return {
    ...manifest,
    has: (kind, array) => fileOf(kind, array) !== undefined,
    array: (kind, array) => {
      const file = fileOf(kind, array) ?? assert.fail(`${name} has no ${kind} '${array}'`);
      const read = decodeNpy(readFileSync(join(folder, name, file)), file);
      if (E.isLeft(read)) return assert.fail(errorMessage(read.left));
      return ndarray(read.right.shape, Float64Array.from(read.right.data));
    },
  };
};
