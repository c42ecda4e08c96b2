import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shapeOfDataset } from '../../src/data/dataset.js';
import { loadDataset } from '../../src/data/load.js';
import {
  decodeTask,
  describeTask,
  type Task,
  taskCodec,
  taskNamed,
  taskNames,
  taskShape,
} from '../../src/data/task.js';
import { right, sentence } from '../support/either.js';
import { writeTinyDigits } from './tiny-digits.js';

const folder = mkdtempSync(join(tmpdir(), 'drumhead-task-'));
const mnistDir = join(folder, 'digits');
const counts = { train: 3, validation: 2, test: 1 };

/** Every task that is made, at a size that takes no time. */
const small: readonly Task[] = [
  { name: 'tetrominoes', size: 24, cell: 3, ...counts },
  { name: 'mnist', size: 14, mnistDir, ...counts },
  { name: 'multi-mnist', size: 30, digitSize: 14, mnistDir, ...counts },
  { name: 'polygons', size: 24, minRadius: 4, maxRadius: 6, ...counts },
  { name: 'mazes', squares: 5, ...counts },
  { name: 'pathfinder', size: 32, ...counts },
  { name: 'inside-outside', cells: 3, ...counts },
  { name: 'connectedness', cells: 5, ...counts },
  { name: 'shapes', size: 12, shape: 5, ...counts },
].map((given) => right(decodeTask(given)));

const ofArrays: readonly Task[] = [
  { name: 'sequential-mnist', side: 7, mnistDir, ...counts },
  { name: 'adding', length: 9, ...counts },
  { name: 'copy', delay: 3, ...counts },
  { name: 'wave-forecast', size: 8, ...counts },
].map((given) => right(decodeTask(given)));

describe('task', () => {
  before(() => writeTinyDigits(mnistDir));
  after(() => rm(folder, { recursive: true }));

  it('is complete plain data, whose codec changes nothing more', () => {
    for (const task of [...small, ...ofArrays]) {
      const written: unknown = JSON.parse(JSON.stringify(taskCodec.encode(task)));
      assert.deepEqual(right(decodeTask(written)), task);
      assert.ok(taskCodec.is(task));
    }
    assert.ok(!taskCodec.is({ name: 'tetrominoes' }), 'settings are missing');
  });

  it('takes the published settings by default', () => {
    assert.deepEqual(right(decodeTask({ name: 'tetrominoes' })), {
      name: 'tetrominoes',
      size: 64,
      cell: 7,
      minPieces: 1,
      maxPieces: 5,
      texture: 'wrap',
      train: 10_000,
      validation: 1_000,
      test: 1_000,
      seed: 0,
    });
  });

  it('refuses unknown names and settings, with the nearest that exists', () => {
    assert.match(
      sentence(decodeTask({ name: 'tetromino' })),
      /^task: name: unknown task 'tetromino'; did you mean 'tetrominoes'\?/,
    );
    assert.match(
      sentence(taskNamed('tetrominos')),
      /^unknown task 'tetrominos'; did you mean 'tetrominoes'\? Known: /,
    );
    assert.match(
      sentence(decodeTask({ name: 'tetrominoes', sise: 3 }, 'experiment.json')),
      /^experiment\.json: sise: there is no such field; did you mean 'size'\?/,
    );
    assert.match(sentence(decodeTask({ size: 3 })), /a task needs a name\. Known: tetrominoes/);
    assert.match(sentence(decodeTask('tetrominoes')), /an object with a name/);
    assert.match(sentence(decodeTask({ name: 'toString' })), /unknown task 'toString'/);
    assert.match(sentence(taskNamed('tetrominoes', { seed: -1 })), /seed: -1 is not a whole number/);
  });

  it('describes itself in one line', () => {
    for (const task of [...small, ...ofArrays]) {
      assert.match(describeTask(task), new RegExp(`^${task.name}: `));
      assert.ok(!describeTask(task).includes('\n'));
    }
    assert.equal(
      describeTask(right(decodeTask({ name: 'tetrominoes' }))),
      'tetrominoes: 64x64x3, 6 classes, 1 to 5 textured pieces of four cells, each 7 pixels wide; 10,000 / 1,000 / 1,000 images, seed 0',
    );
  });

  it('has a name for every kind that is made, and those that are read or made by a file of a person', () => {
    const own = ['npy', 'png', 'arrays', 'image-folders', 'series', 'generated'];
    assert.deepEqual([...[...small, ...ofArrays].map(({ name }) => name), ...own], taskNames);
  });

  describe('loaded', () => {
    it('has the sizes it announces, and the same data from the cache', async () => {
      for (const task of small) {
        const made = right(await loadDataset(task, { cacheDir: folder })());
        assert.deepEqual(taskShape(task), shapeOfDataset(made), task.name);
        const kept = right(await loadDataset(task, { cacheDir: folder })());
        assert.deepEqual([made.origin, kept.origin], ['made', 'cache'], task.name);
        for (const split of ['train', 'validation', 'test'] as const) {
          assert.ok(Buffer.from(made[split].images).equals(kept[split].images), task.name);
          assert.ok(Buffer.from(made[split].masks).equals(kept[split].masks), task.name);
        }
      }
    });

    it('is another entry of the cache when any setting differs', async () => {
      const cacheDir = join(folder, 'others');
      for (const task of small) {
        for (const differing of [task, { ...task, seed: 1 }, { ...task, train: 2 }]) {
          assert.equal(right(await loadDataset(differing, { cacheDir })()).origin, 'made', task.name);
        }
      }
    });
  });
});
