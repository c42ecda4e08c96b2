/**
 * Caches on people's disks hold what a generator once drew, under its version. Whoever changes what a task draws sees
 * this fail, raises the version of that recipe, and writes the new digest beside the new version.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDigits } from '../../src/data/made/digits.js';
import { generateSplit, type Recipe } from '../../src/data/made/generate.js';
import { mnist } from '../../src/data/made/mnist.js';
import { multiMnist } from '../../src/data/made/multi-mnist.js';
import { polygons } from '../../src/data/made/polygons.js';
import { tetrominoes } from '../../src/data/made/tetrominoes.js';
import { decodeTask } from '../../src/data/task.js';
import { right } from '../support/either.js';
import { writeTinyDigits } from './tiny-digits.js';

const digestOf = (recipe: Recipe): string => {
  const hash = createHash('sha256');
  for (const name of ['train', 'validation', 'test'] as const) {
    const { images, masks } = generateSplit(recipe, name);
    hash.update(images).update(masks);
  }
  return `version ${recipe.version}: ${hash.digest('hex').slice(0, 16)}`;
};

const drawn = {
  tetrominoes: 'version 1: 0897740510470f0b',
  mnist: 'version 1: 05040973af7f588f',
  'multi-mnist': 'version 1: 6e8c004ec7c1812d',
  polygons: 'version 1: d4b79699e2a815bc',
};

describe('what the generators draw', () => {
  let mnistDir = '';
  before(async () => {
    mnistDir = await mkdtemp(join(tmpdir(), 'drumhead-versions-'));
    await writeTinyDigits(mnistDir);
  });
  after(() => rm(mnistDir, { recursive: true }));

  it('is what their version says', async () => {
    const digits = right(await readDigits(mnistDir)());
    const counts = { train: 20, validation: 5, test: 5, seed: 5 };
    const recipeOf = (name: string): Recipe => {
      const task = right(decodeTask({ name, ...counts }));
      switch (task.name) {
        case 'tetrominoes':
          return tetrominoes(task);
        case 'mnist':
          return right(mnist(task, digits));
        case 'multi-mnist':
          return right(multiMnist(task, digits));
        case 'polygons':
          return polygons(task);
        default:
          return assert.fail(`${name} is not drawn`);
      }
    };
    const found = Object.fromEntries(Object.keys(drawn).map((name) => [name, digestOf(recipeOf(name))]));
    assert.deepEqual(found, drawn);
  });
});
