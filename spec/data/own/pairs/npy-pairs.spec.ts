import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allBackgroundScore, imageOf, shapeOfDataset } from '../../../../src/data/dataset.js';
import { loadDataset } from '../../../../src/data/load.js';
import { writeNpyPairs } from '../../../../src/data/own/pairs/npy-pairs.js';
import { decodeTask, type Task, taskShape } from '../../../../src/data/task.js';
import { type NpyArray, writeNpy } from '../../../../src/formats/npy/npy.js';
import { right, sentence } from '../../../support/either.js';

const task = (given: object): Task => right(decodeTask(given));

describe('npy pairs', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-pairs-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const put = async (name: string, array: NpyArray): Promise<void> => {
    right(await writeNpy(join(folder, `${name}.npy`), array)());
  };
  /** Four training images and one for the test, of 1x2 grey pixels. */
  const putSmall = async (): Promise<void> => {
    const images = Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70);
    await put('train_images', { dtype: 'uint8', shape: [4, 1, 2], data: images });
    await put('train_masks', {
      dtype: 'int64',
      shape: [4, 1, 2],
      data: Float64Array.of(0, 1, 0, 1, 0, 1, 0, 2),
    });
    await put('test_images', { dtype: 'float32', shape: [1, 1, 2, 1], data: Float32Array.of(0.2, 1) });
    await put('test_masks', { dtype: 'bool', shape: [1, 1, 2], data: Uint8Array.of(0, 1) });
  };
  const reading = async (settings: object = {}): Promise<string> =>
    sentence(await loadDataset(task({ name: 'npy', folder, ...settings }))());

  it('give back any dataset that was written, class names and all', async () => {
    const made = right(
      await loadDataset(task({ name: 'tetrominoes', size: 16, cell: 2, train: 5, validation: 3, test: 2 }))(),
    );
    const written = right(await writeNpyPairs(made, join(folder, 'out'))());
    assert.equal(written.length, 7);
    const npy = task({ name: 'npy', folder: join(folder, 'out') });
    const read = right(await loadDataset(npy)());
    assert.equal(read.origin, 'files');
    assert.deepEqual(read.notes, []);
    assert.deepEqual({ ...read, origin: 'made' }, made);
    assert.deepEqual(taskShape(npy), null);
  });

  it('that were changed since they were written are read, and that is noted', async () => {
    const made = right(
      await loadDataset(task({ name: 'tetrominoes', size: 16, cell: 2, train: 2, test: 1 }))(),
    );
    const out = join(folder, 'out');
    right(await writeNpyPairs(made, out)());
    const path = join(out, 'train_masks.npy');
    const bytes = await readFile(path);
    bytes[bytes.length - 1] ^= 1;
    await writeFile(path, bytes);
    const { notes } = right(await loadDataset(task({ name: 'npy', folder: out }))());
    assert.equal(notes.length, 1);
    assert.match(notes[0], /train_masks\.npy: it is not what drumhead wrote there/);
  });

  it('are never written over what is there', async () => {
    const made = right(
      await loadDataset(task({ name: 'tetrominoes', size: 16, cell: 2, train: 1, test: 1 }))(),
    );
    await writeFile(join(folder, 'test_masks.npy'), 'mine');
    assert.match(
      sentence(await writeNpyPairs(made, folder)()),
      /the folder holds other things, such as test_masks\.npy/,
    );
    assert.deepEqual(await readdir(folder), ['test_masks.npy']);
    assert.equal(await readFile(join(folder, 'test_masks.npy'), 'utf8'), 'mine');
  });

  it('may be grey without a channel axis, floats, integers and booleans', async () => {
    await putSmall();
    const read = right(await loadDataset(task({ name: 'npy', folder, validationShare: 0 }))());
    assert.deepEqual(shapeOfDataset(read), { height: 1, width: 2, channels: 1, classes: 3 });
    assert.deepEqual(read.classes, ['background', 'class 1', 'class 2']);
    assert.deepEqual([...read.test.images], [51, 255]);
    assert.deepEqual([...read.train.masks], [0, 1, 0, 1, 0, 1, 0, 2]);
    assert.equal(read.validation.count, 0);
  });

  it('hold some training images out where there are none for validation', async () => {
    await putSmall();
    const read = right(await loadDataset(task({ name: 'npy', folder, validationShare: 0.5 }))());
    assert.deepEqual([read.train.count, read.validation.count], [2, 2]);
    assert.deepEqual(read.notes, ['2 of the 4 training images are held out for validation']);
    const all = [read.train, read.validation].flatMap((s) =>
      [0, 1].map((i) => Math.round(imageOf(s, i)[0] * 255)),
    );
    assert.deepEqual(
      all.sort((a, b) => a - b),
      [0, 20, 40, 60],
    );
    const again = right(await loadDataset(task({ name: 'npy', folder, validationShare: 0.5 }))());
    assert.deepEqual(again, read);
    await put('validation_images', { dtype: 'uint8', shape: [1, 1, 2], data: Uint8Array.of(1, 2) });
    await put('validation_masks', { dtype: 'uint8', shape: [1, 1, 2], data: Uint8Array.of(0, 1) });
    const own = right(await loadDataset(task({ name: 'npy', folder, validationShare: 0.5 }))());
    assert.deepEqual([own.train.count, own.validation.count], [4, 1]);
  });

  it('take class names from the task, then from classes.json', async () => {
    await putSmall();
    await writeFile(join(folder, 'classes.json'), '["ground", "cat", "dog"]');
    const named = right(await loadDataset(task({ name: 'npy', folder }))());
    assert.deepEqual(named.classes, ['ground', 'cat', 'dog']);
    const given = right(await loadDataset(task({ name: 'npy', folder, classes: ['a', 'b', 'c', 'd'] }))());
    assert.deepEqual(given.classes, ['a', 'b', 'c', 'd']);
    assert.match(
      await reading({ classes: ['a', 'b'] }),
      /a train mask has the label 2, .*only 2 class names/,
    );
    await writeFile(join(folder, 'classes.json'), '["ground", ');
    assert.match(await reading(), /classes\.json: this is not JSON/);
    await writeFile(join(folder, 'classes.json'), '["ground", "ground"]');
    assert.match(await reading(), /classes\.json: class names must be/);
    await writeFile(join(folder, 'classes.json'), '["ground", "\\u001b[31mred", "dog"]');
    assert.match(await reading(), /classes\.json: a class name holds a control character/);
  });

  it('say which file is wrong, and what is', async () => {
    assert.match(await reading(), /train_images\.npy: there is no such file/);
    await putSmall();
    await put('test_masks', { dtype: 'uint8', shape: [1, 2, 1], data: Uint8Array.of(0, 1) });
    assert.match(
      await reading(),
      /test_masks\.npy: shape \(1, 2, 1\), but the images beside it want \(1, 1, 2\)/,
    );
    await put('test_masks', { dtype: 'int32', shape: [1, 1, 2], data: Int32Array.of(0, -1) });
    assert.match(await reading(), /test_masks\.npy: element 1 is -1; class labels go from 0 to 255/);
    await put('test_masks', { dtype: 'float32', shape: [1, 1, 2], data: Float32Array.of(0, 1.5) });
    assert.match(await reading(), /test_masks\.npy: element 1 is 1\.5; labels are whole numbers/);
    await putSmall();
    await put('test_images', { dtype: 'float64', shape: [1, 1, 2], data: Float64Array.of(0, 1.5) });
    assert.match(await reading(), /test_images\.npy: element 1 is 1\.5; images of floats go from 0 to 1/);
    await put('test_images', { dtype: 'float32', shape: [1, 1, 2], data: Float32Array.of(0, 200) });
    assert.match(await reading(), /images of floats go from 0 to 1; divide by 255, or save as bytes/);
    await put('test_images', { dtype: 'int32', shape: [1, 1, 2], data: Int32Array.of(0, 1) });
    assert.match(await reading(), /test_images\.npy: its elements are int32; images are uint8/);
    await put('test_images', { dtype: 'uint8', shape: [2], data: Uint8Array.of(0, 1) });
    assert.match(await reading(), /test_images\.npy: shape \(2\); images are \(count, height, width/);
    await put('test_images', { dtype: 'uint8', shape: [1, 1, 1], data: Uint8Array.of(0) });
    await put('test_masks', { dtype: 'uint8', shape: [1, 1, 1], data: Uint8Array.of(0) });
    assert.match(await reading(), /test images are 1x1x1, but train images are 1x2x1/);
    await put('test_images', { dtype: 'uint8', shape: [0, 1, 2], data: new Uint8Array(0) });
    await put('test_masks', { dtype: 'uint8', shape: [0, 1, 2], data: new Uint8Array(0) });
    assert.match(await reading(), /there are no test images/);
    await writeFile(join(folder, 'test_masks.npy'), 'hello');
    assert.match(await reading(), /test_masks\.npy: not a \.npy file/);
  });

  it('may have masks with an axis of one channel', async () => {
    await putSmall();
    for (const shape of [
      [1, 1, 2, 1],
      [1, 1, 1, 2],
    ]) {
      await put('test_masks', { dtype: 'uint8', shape, data: Uint8Array.of(2, 1) });
      const read = right(await loadDataset(task({ name: 'npy', folder, validationShare: 0 }))());
      assert.deepEqual([...read.test.masks], [2, 1]);
    }
  });

  it('say which axis was meant where channels come first, or masks have a number for each class', async () => {
    await putSmall();
    await put('test_images', { dtype: 'uint8', shape: [1, 3, 4, 5], data: new Uint8Array(60) });
    await put('test_masks', { dtype: 'uint8', shape: [1, 4, 5], data: new Uint8Array(20) });
    assert.match(
      await reading(),
      /images beside it are \(1, 3, 4, 5\): they seem to have their channels first; .*np\.moveaxis\(images, 1, -1\)/,
    );
    await put('test_images', { dtype: 'uint8', shape: [1, 4, 5, 3], data: new Uint8Array(60) });
    await put('test_masks', { dtype: 'uint8', shape: [1, 4, 5, 6], data: new Uint8Array(120) });
    assert.match(await reading(), /has a number for each class; .*masks\.argmax\(-1\), as \(1, 4, 5\)/);
  });

  it('say what is done with values where that changes them', async () => {
    await putSmall();
    await put('test_images', { dtype: 'float64', shape: [1, 1, 2], data: Float64Array.of(0.5, 1 / 3) });
    const { notes, test } = right(await loadDataset(task({ name: 'npy', folder, validationShare: 0 }))());
    assert.match(
      notes.join(),
      /test_images\.npy: floats are kept as bytes, rounded to the nearest of 256 levels/,
    );
    assert.deepEqual([...test.images], [128, 85]);
    await put('test_images', { dtype: 'uint8', shape: [1, 1, 2], data: Uint8Array.of(0, 1) });
    const black = right(await loadDataset(task({ name: 'npy', folder, validationShare: 0 }))());
    assert.match(black.notes.join(), /test_images\.npy: its bytes are 0 and 1 of 255/);
  });

  it('say what a folder holds that is none', async () => {
    const instead = async (name: string, expected: RegExp): Promise<void> => {
      await writeFile(join(folder, name), 'x');
      assert.match(await reading(), expected);
      await rm(join(folder, name));
    };
    assert.match(
      await reading(),
      /there is no such file or folder; a folder of data has images\/ and masks\/ of PNG or TIFF files, a folder of such pictures for each class, or train_images\.npy/,
    );
    await instead(
      'a.png',
      /there are pictures such as a\.png; put them as PNG or TIFF into a folder images, .* or, where whole pictures have a class, into a folder for each class/,
    );
    await instead('a.JPG', /there are pictures such as a\.JPG; put them as PNG or TIFF/);
    await instead('data.npz', /data\.npz is an archive; save its arrays one by one/);
    await instead('images.npy', /there is images\.npy; the files are train_images\.npy/);
    await instead('masks', /a folder masks; put the images beside it/);
    assert.match(
      sentence(await loadDataset(task({ name: 'npy', folder: join(folder, 'none') }))()),
      /none: there is no such file or folder/,
    );
    await writeFile(join(folder, 'file'), 'x');
    assert.match(
      sentence(await loadDataset(task({ name: 'npy', folder: join(folder, 'file') }))()),
      /file: it is a file, not a folder$/m,
    );
  });

  it('read the small learning problem', async function () {
    const learning = join('..', 'shared', 'learning');
    if (!existsSync(learning)) {
      console.log('      (../shared is absent: its learning problem was not read)');
      this.skip();
    }
    const read = right(await loadDataset(task({ name: 'npy', folder: learning, validationShare: 0 }))());
    assert.deepEqual(shapeOfDataset(read), { height: 32, width: 32, channels: 3, classes: 6 });
    assert.deepEqual([read.train.count, read.test.count], [512, 128]);
    assert.ok(Math.abs(allBackgroundScore(read.test).accuracy - 0.8893) < 1e-4);
  });
});
