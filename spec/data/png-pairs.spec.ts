import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Split, shapeOfDataset } from '../../src/data/dataset.js';
import { load } from '../../src/data/load.js';
import { decodeTask, type Task } from '../../src/data/task.js';
import { sentence, value } from './either.js';
import { tinyPng } from './tiny-png.js';

const grey = (...levels: readonly number[]): Buffer => tinyPng(levels.length, 8, 0, [levels]);

describe('png pairs', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-png-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const put = async (path: string, bytes: Uint8Array): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  };
  const putPairs = async (where: string, levels: readonly number[]): Promise<void> => {
    for (const level of levels) {
      await put(join(where, 'images', `${level}.png`), grey(level, 0));
      await put(join(where, 'masks', `${level}.png`), grey(level % 2, 1));
    }
  };
  const task = (settings: object = {}): Task => value(decodeTask({ name: 'png', folder, ...settings }));
  const firsts = ({ images }: Split): number[] => [...images.filter((_, i) => i % 2 === 0)];

  it('are split by the seed, every image once, each with its own mask', async () => {
    const levels = Array.from({ length: 20 }, (_, i) => i + 10);
    await putPairs('', levels);
    const read = value(await load(task({ testShare: 0.2, validationShare: 0.25 }))());
    assert.deepEqual([read.train.count, read.validation.count, read.test.count], [12, 4, 4]);
    assert.deepEqual(shapeOfDataset(read), { height: 1, width: 2, channels: 1, classes: 2 });
    const parts = [read.train, read.validation, read.test];
    assert.deepEqual(
      parts.flatMap(firsts).sort((a, b) => a - b),
      levels,
    );
    for (const part of parts) {
      assert.deepEqual(
        firsts(part).map((level) => level % 2),
        [...part.masks.filter((_, i) => i % 2 === 0)],
      );
    }
    const other = value(await load(task({ testShare: 0.2, validationShare: 0.25, seed: 1 }))());
    assert.notDeepEqual(firsts(other.test), firsts(read.test));
  });

  it('may come in folders for train, validation and test', async () => {
    await putPairs('train', [1, 2, 3]);
    await putPairs('validation', [4]);
    await putPairs('test', [5, 6]);
    const read = value(await load(task())());
    assert.deepEqual([read.train, read.validation, read.test].map(firsts), [[1, 2, 3], [4], [5, 6]]);
  });

  it('take three channels where any image has colours', async () => {
    await putPairs('train', [1]);
    await put('train/images/2.png', tinyPng(2, 8, 2, [[1, 2, 3, 4, 5, 6]]));
    await put('train/masks/2.png', grey(0, 0));
    await putPairs('test', [5]);
    assert.match(
      sentence(await load(task({ validationShare: 0 }))()),
      /test images are 1x2x1, but train images are 1x2x3/,
    );
    await put('test/images/5.png', tinyPng(2, 8, 2, [[5, 5, 5, 0, 0, 0]]));
    const read = value(await load(task({ validationShare: 0 }))());
    assert.deepEqual([...read.train.images], [1, 1, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6]);
  });

  it('say which file is wrong, and what is', async () => {
    const reading = async (): Promise<string> => sentence(await load(task())());
    assert.match(await reading(), /images: there is no such file or folder/);
    await put('images/notes.txt', grey(0));
    await mkdir(join(folder, 'masks'));
    assert.match(await reading(), /images: there are no PNG files/);
    await putPairs('', [1, 2, 3]);
    await put('images/a.png', grey(0, 0));
    assert.match(await reading(), /images without a mask of the same name: a\.png/);
    await put('masks/a.png', grey(0));
    assert.match(await reading(), /masks\/a\.png: 1x1, but its image is 1x2/);
    await put('images/a.png', grey(0));
    assert.match(await reading(), /images of 1x2 and of 1x1|images of 1x1 and of 1x2/);
    await put('images/a.png', Buffer.from('not a picture'));
    assert.match(await reading(), /images\/a\.png: not a readable PNG/);
  });

  it('stop when told', async () => {
    await putPairs('', [1, 2, 3]);
    const stop = new AbortController();
    const stopped = await load(task(), { signal: stop.signal, onProgress: () => stop.abort() })();
    assert.ok(E.isLeft(stopped) && stopped.left._tag === 'Interrupted');
  });
});
