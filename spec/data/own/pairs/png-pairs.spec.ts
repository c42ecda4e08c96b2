import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Split, shapeOfDataset } from '../../../../src/data/dataset.js';
import { loadDataset } from '../../../../src/data/load.js';
import { decodeTask, type Task } from '../../../../src/data/task.js';
import { right, sentence } from '../../../support/either.js';
import { tinyPng } from '../../tiny-png.js';

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
  const task = (settings: object = {}): Task => right(decodeTask({ name: 'png', folder, ...settings }));
  const firsts = ({ images }: Split): number[] => [...images.filter((_, i) => i % 2 === 0)];

  it('are split by the seed, every image once, each with its own mask', async () => {
    const levels = Array.from({ length: 20 }, (_, i) => i + 10);
    await putPairs('', levels);
    const read = right(await loadDataset(task({ testShare: 0.2, validationShare: 0.25 }))());
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
    const other = right(await loadDataset(task({ testShare: 0.2, validationShare: 0.25, seed: 1 }))());
    assert.notDeepEqual(firsts(other.test), firsts(read.test));
  });

  it('may come in folders for train, validation and test', async () => {
    await putPairs('train', [1, 2, 3]);
    await putPairs('validation', [4]);
    await putPairs('test', [5, 6]);
    const read = right(await loadDataset(task())());
    assert.deepEqual([read.train, read.validation, read.test].map(firsts), [[1, 2, 3], [4], [5, 6]]);
  });

  it('take three channels where any image has colours', async () => {
    await putPairs('train', [1]);
    await put('train/images/2.png', tinyPng(2, 8, 2, [[1, 2, 3, 4, 5, 6]]));
    await put('train/masks/2.png', grey(0, 0));
    await putPairs('test', [5]);
    assert.match(
      sentence(await loadDataset(task({ validationShare: 0 }))()),
      /test images are 1x2x1, but train images are 1x2x3/,
    );
    await put('test/images/5.png', tinyPng(2, 8, 2, [[5, 5, 5, 0, 0, 0]]));
    const read = right(await loadDataset(task({ validationShare: 0 }))());
    assert.deepEqual([...read.train.images], [1, 1, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6]);
  });

  it('say which file is wrong, and what is', async () => {
    const reading = async (): Promise<string> => sentence(await loadDataset(task())());
    assert.match(await reading(), /images: there is no such file or folder/);
    await put('images/notes.txt', grey(0));
    await mkdir(join(folder, 'masks'));
    assert.match(await reading(), /images: there are no PNG or TIFF files/);
    await putPairs('', [1, 2, 3]);
    await put('images/a.png', grey(0, 0));
    assert.match(await reading(), /images without a mask of the same name: a\.png/);
    await put('masks/a.png', grey(0));
    assert.match(await reading(), /masks\/a\.png: 1x1, but its image is 1x2/);
    await put('images/a.png', grey(0));
    assert.match(await reading(), /images of 1x2 and of 1x1|images of 1x1 and of 1x2/);
    assert.match(await reading(), /all must be of one size \(1\.png and a\.png\)/);
    await put('images/a.png', Buffer.from('not a picture'));
    assert.match(await reading(), /images\/a\.png: not a readable PNG/);
  });

  it('are of one name whatever the case of its ending, and hidden files are none', async () => {
    await putPairs('', [1, 2, 3]);
    await put('images/a.PNG', grey(7, 0));
    await put('masks/a.png', grey(1, 0));
    for (const litter of ['._a.png', '.DS_Store', 'Thumbs.db', 'desktop.ini'])
      for (const part of ['images', 'masks']) await put(join(part, litter), Buffer.from('x'));
    const read = right(await loadDataset(task({ testShare: 0.25, validationShare: 0.5 }))());
    assert.deepEqual([read.train.count, read.validation.count, read.test.count], [1, 2, 1]);
    await put('images/a.png', grey(7, 0));
    assert.match(sentence(await loadDataset(task())()), /a\.PNG and a\.png are two files of one name/);
  });

  it('are not read where there is none, and what is no PNG is named', async () => {
    const reading = async (): Promise<string> => sentence(await loadDataset(task())());
    await put('images/a.jpg', Buffer.from('x'));
    await put('masks/a.jpg', Buffer.from('x'));
    assert.match(
      await reading(),
      /images: there are no PNG or TIFF files in it, but a\.jpg; save them as PNG/,
    );
    await put('images/a.png', grey(1));
    assert.match(
      await reading(),
      /masks: there are no PNG or TIFF files in it, but a\.jpg; save them as PNG/,
    );
    await putPairs('', [1, 2, 3]);
    await put('masks/a.png', grey(1, 1));
    await put('images/a.png', grey(1, 1));
    const { notes } = right(await loadDataset(task())());
    assert.match(notes.join('\n'), /images: 1 file that is not PNG or TIFF was passed over: a\.jpg/);
    await put('masks/b.png', grey(1));
    assert.match(await reading(), /masks without an image of the same name: b\.png/);
  });

  it('say all that is wrong with them at once', async () => {
    await putPairs('', [1, 2, 3, 4]);
    await put('images/1.png', Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
    await put('images/2.png', grey(1, 2).subarray(0, 40));
    await put('masks/3.png', tinyPng(2, 8, 2, [[1, 2, 3, 1, 2, 3]]));
    const text = sentence(await loadDataset(task())());
    assert.match(text, /3 problems/);
    assert.match(text, /- .*images\/1\.png: not a readable PNG: it is a JPEG, whatever its name says/);
    assert.match(text, /- .*images\/2\.png: not a readable PNG: it ends too early; the file is cut short/);
    assert.match(text, /- .*masks\/3\.png: a mask in colours \(row 0, column 0\)/);
  });

  it('say what their pictures leave out', async () => {
    await putPairs('train', [1, 2, 3]);
    await putPairs('test', [1]);
    await put('train/masks/1.png', tinyPng(2, 8, 0, [[1, 0]], { tRNS: [0, 1] }));
    await put('train/images/2.png', tinyPng(2, 16, 0, [[0, 9, 1, 1]]));
    const { notes, train } = right(await loadDataset(task({ validationShare: 0 }))());
    assert.deepEqual([...train.masks.subarray(0, 2)], [1, 0]);
    assert.match(notes.join('\n'), /left out: transparency of .*train\/masks\/1\.png/);
    assert.match(notes.join('\n'), /left out: the last 8 of 16 bits of .*train\/images\/2\.png/);
  });

  it('name the parts that are read', async () => {
    await putPairs('train', [1, 2, 3]);
    await putPairs('val', [1]);
    await putPairs('test', [1]);
    assert.match(sentence(await loadDataset(task())()), /there is a folder val; .*name it validation/);
    await rm(join(folder, 'val'), { recursive: true });
    await putPairs('', [9]);
    assert.match(
      right(await loadDataset(task())()).notes.join(),
      /images is not read: the images are those in train and test/,
    );
    await rm(join(folder, 'test'), { recursive: true });
    assert.match(sentence(await loadDataset(task())()), /test\/images: there is no such file or folder/);
  });

  it('stop when told', async () => {
    await putPairs('', [1, 2, 3]);
    const stop = new AbortController();
    const stopped = await loadDataset(task(), { signal: stop.signal, onProgress: () => stop.abort() })();
    assert.ok(E.isLeft(stopped) && stopped.left._tag === 'Interrupted');
  });
});
