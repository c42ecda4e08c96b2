import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { type Dataset, type Split, splitNames } from '../../../../src/data/dataset.js';
import { loadDataset } from '../../../../src/data/load.js';
import { writePngPairs } from '../../../../src/data/own/pairs/write-png-pairs.js';
import { decodeTask } from '../../../../src/data/task.js';
import { right, sentence } from '../../../support/either.js';

/** Random pixels and labels below `classes`. */
const splitOf = (
  [height, width, channels]: readonly [number, number, number],
  count: number,
  classes: number,
  seed: number,
): Split => {
  const byte = (i: number, most: number): number => (Math.imul(i + 1, 2654435761 + seed) >>> 8) % most;
  return {
    ...{ count, height, width, channels },
    images: Uint8Array.from({ length: count * height * width * channels }, (_, i) => byte(i, 256)),
    masks: Uint8Array.from({ length: count * height * width }, (_, i) => byte(i, classes)),
  };
};

const datasetOf = (
  size: readonly [number, number, number],
  counts: readonly [number, number, number],
  classes: number,
  seed: number,
): Dataset => ({
  train: splitOf(size, counts[0], classes, seed),
  validation: splitOf(size, counts[1], classes, seed + 1),
  test: splitOf(size, counts[2], classes, seed + 2),
  classes: Array.from({ length: classes }, (_, k) => (k === 0 ? 'background' : `thing ${k}`)),
});

const bytesOf = ({ images, masks, ...rest }: Split) => ({ ...rest, images: [...images], masks: [...masks] });

describe('datasets as PNG pairs', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-png-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('read back to the same pixels, labels, order and names, in grey and in colours', async () => {
    const side = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(side, side, fc.constantFrom(1, 3)),
        fc.tuple(fc.integer({ min: 1, max: 12 }), fc.nat(3), fc.integer({ min: 1, max: 3 })),
        fc.integer({ min: 2, max: 256 }),
        fc.nat(1000),
        async (size, counts, classes, seed) => {
          const place = mkdtempSync(join(folder, 'case-'));
          const dataset = datasetOf(size, counts, classes, seed);
          assert.equal(right(await writePngPairs(dataset, join(place, 'new'))()), join(place, 'new'));
          const task = right(
            decodeTask({
              name: 'png',
              folder: join(place, 'new'),
              validationShare: counts[1] === 0 ? 0 : 0.5,
            }),
          );
          const read = right(await loadDataset(task)());
          assert.deepEqual(read.classes, dataset.classes);
          for (const name of splitNames) assert.deepEqual(bytesOf(read[name]), bytesOf(dataset[name]));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are refused where something lies, and where PNG has no such pictures; nothing is written then', async () => {
    const dataset = datasetOf([2, 2, 3], [1, 1, 1], 2, 0);
    writeFileSync(join(folder, 'mine.png'), 'mine');
    assert.match(sentence(await writePngPairs(dataset, folder)()), /holds other things, such as mine\.png/);
    assert.deepEqual(readdirSync(folder), ['mine.png']);
    const two = datasetOf([2, 2, 2], [1, 1, 1], 2, 0);
    assert.match(
      sentence(await writePngPairs(two, join(folder, 'two'))()),
      /PNG holds images of 1 or 3 channels and these have 2; export them as npy/,
    );
    assert.ok(!existsSync(join(folder, 'two')));
  });

  it('leave nothing when they are stopped', async () => {
    const done = await writePngPairs(datasetOf([1, 1, 1], [70, 0, 1], 2, 0), join(folder, 'new'), {
      signal: AbortSignal.abort(),
    })();
    assert.ok(E.isLeft(done) && done.left._tag === 'Interrupted');
    assert.deepEqual(readdirSync(folder), []);
  });
});
