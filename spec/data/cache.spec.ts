import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeError, type Effect } from '../../src/base/error.js';
import { cached, cachePath } from '../../src/data/cache.js';
import { packDataset, unpackDataset } from '../../src/data/cache-file.js';
import type { Dataset, Split } from '../../src/data/dataset.js';
import { right, sentence } from '../support/either.js';

const splits = (count: number, channels: number): fc.Arbitrary<Split> =>
  fc
    .tuple(
      fc.uint8Array({ minLength: count * 6 * channels, maxLength: count * 6 * channels }),
      fc.uint8Array({ minLength: count * 6, maxLength: count * 6, max: 3 }),
      fc.option(fc.float32Array({ minLength: count, maxLength: count, noNaN: true })),
    )
    .map(([images, masks, difficulties]) => ({
      ...{ count, height: 2, width: 3, channels, images, masks },
      ...(difficulties === null ? {} : { difficulties }),
    }));

const datasets: fc.Arbitrary<Dataset> = fc
  .tuple(fc.nat(4), fc.nat(2), fc.nat(3), fc.integer({ min: 1, max: 3 }))
  .chain(([train, validation, test, channels]) =>
    fc.record({
      train: splits(train, channels),
      validation: splits(validation, channels),
      test: splits(test, channels),
      classes: fc.constant(['background', 'a', 'é', 'c']),
    }),
  );

const plain = ({ train, validation, test, classes }: Dataset): Dataset => ({
  train,
  validation,
  test,
  classes,
});
const bytesOf = (dataset: Dataset): unknown =>
  [dataset.train, dataset.validation, dataset.test].map(({ images, masks, difficulties, ...rest }) => ({
    ...rest,
    difficulties: difficulties === undefined ? null : Array.from(difficulties),
    images: Buffer.from(images).toString('hex'),
    masks: Buffer.from(masks).toString('hex'),
  }));

describe('a dataset as one file', () => {
  it('comes back as it was', () =>
    fc.assert(
      fc.asyncProperty(datasets, async (dataset) => {
        const back = right(await unpackDataset(await packDataset(dataset, 'k'), 'k', 'f'));
        assert.deepEqual(bytesOf(back), bytesOf(dataset));
        assert.deepEqual(back.classes, dataset.classes);
      }),
      { numRuns: 30 },
    ));

  it('is never taken for data once a byte was changed, added or lost, nor under another key', async () => {
    const [dataset] = fc.sample(datasets, { numRuns: 1, seed: 7 });
    const bytes = await packDataset(dataset, 'k');
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const touched = Uint8Array.from(bytes);
        touched[at] ^= change;
        assert.match(sentence(await unpackDataset(touched, 'k', 'f')), /^f: damaged/);
        assert.match(sentence(await unpackDataset(bytes.subarray(0, at), 'k', 'f')), /damaged/);
      }),
    );
    assert.match(sentence(await unpackDataset(Buffer.concat([bytes, Buffer.alloc(1)]), 'k', 'f')), /damaged/);
    assert.match(sentence(await unpackDataset(bytes, 'other', 'f')), /damaged/);
  });
});

describe('cache', () => {
  const split: Split = {
    count: 1,
    height: 1,
    width: 2,
    channels: 1,
    images: Uint8Array.of(1, 2),
    masks: Uint8Array.of(0, 1),
  };
  const dataset: Dataset = { train: split, validation: split, test: split, classes: ['background', 'a'] };
  let folder = '';
  let makings = 0;
  const make: Effect<Dataset> = async () => {
    makings++;
    return E.right(dataset);
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-cache-'));
    makings = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes once, and gives the same data then', async () => {
    const deep = join(folder, 'not', 'there', 'yet');
    const first = right(await cached(deep, 'x', { a: 1 }, make)());
    const second = right(await cached(deep, 'x', { a: 1 }, make)());
    assert.equal(makings, 1);
    assert.deepEqual([first.origin, second.origin], ['made', 'cache']);
    assert.deepEqual(bytesOf(plain(second)), bytesOf(dataset));
    assert.deepEqual([first.notes, second.notes], [[], []]);
    assert.equal((await readdir(deep)).length, 1);
  });

  it('keeps what differs in any detail apart', async () => {
    right(await cached(folder, 'x', { a: 1, b: 2 }, make)());
    right(await cached(folder, 'x', { b: 2, a: 1 }, make)());
    assert.equal(makings, 1);
    right(await cached(folder, 'x', { a: 1, b: 3 }, make)());
    assert.equal(makings, 2);
  });

  it('makes damaged data again, says so, and keeps it whole from then on', async () => {
    const path = cachePath(folder, 'x', 1);
    right(await cached(folder, 'x', 1, make)());
    await writeFile(path, (await readFile(path)).subarray(0, -3));
    const again = right(await cached(folder, 'x', 1, make)());
    assert.equal(makings, 2);
    assert.equal(again.origin, 'made');
    assert.match(again.notes.join(), /made again: .*damaged/);
    assert.equal(right(await cached(folder, 'x', 1, make)()).origin, 'cache');
  });

  it('goes without where the folder cannot be used, says so, and harms nothing', async () => {
    const file = join(folder, 'a file');
    await writeFile(file, 'mine');
    const loaded = right(await cached(join(file, 'cache'), 'x', 1, make)());
    assert.equal(loaded.origin, 'made');
    assert.match(loaded.notes.join('\n'), /could not be kept.*it is a file, not a folder/);
    assert.equal(await readFile(file, 'utf8'), 'mine');
    await mkdir(cachePath(folder, 'y', 1));
    assert.match(right(await cached(folder, 'y', 1, make)()).notes.join('\n'), /could not be kept/);
    assert.equal((await readdir(folder)).length, 2, 'no half files are left');
  });

  it('keeps nothing without a folder, and passes on why something could not be made', async () => {
    assert.equal(right(await cached(null, 'x', 1, make)()).origin, 'made');
    const failing = TE.left(decodeError('digits', 'bad'));
    assert.equal(sentence(await cached(folder, 'x', 1, failing)()), 'digits: bad');
    assert.deepEqual(await readdir(folder), []);
  });

  it('is safe when two processes make the same data at once', async () => {
    const script = `
      import { loadDataset } from './src/data/load.js';
      import { decodeTask } from './src/data/task.js';
      const task = decodeTask({ name: 'tetrominoes', size: 24, cell: 3, train: 300, validation: 0, test: 3 });
      const loaded = await loadDataset(task.right, { cacheDir: process.argv[1] })();
      console.log(loaded.right.origin, Buffer.from(loaded.right.train.images).toString('base64').length);`;
    const run = (): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, ['--import=tsx', '--input-type=module', '-e', script, folder]);
    const outputs = (await Promise.all([run(), run()])).map(({ stdout }) => stdout.trim());
    for (const output of outputs) assert.match(output, /^(made|cache) 691200$/);
    assert.equal((await readdir(folder)).length, 1);
    assert.match((await run()).stdout, /^cache 691200/);
  });
});
