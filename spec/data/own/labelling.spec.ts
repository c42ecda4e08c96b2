import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  allBackgroundScore,
  classShares,
  ignoredShare,
  imagesWithoutForeground,
  maskOf,
  select,
} from '../../../src/data/dataset.js';
import { digestOf } from '../../../src/data/digest.js';
import { loadDataset } from '../../../src/data/load.js';
import { writeNpyPairs } from '../../../src/data/own/pairs/npy-pairs.js';
import { writePngPairs } from '../../../src/data/own/pairs/write-png-pairs.js';
import { imageClass, labelsOf } from '../../../src/data/targets.js';
import { decodeTask, type Task } from '../../../src/data/task.js';
import { shapingOf } from '../../../src/experiments/identity.js';
import { publishedLoss } from '../../../src/experiments/loss.js';
import { publishedTraining } from '../../../src/experiments/training/training.js';
import { type NpyArray, writeNpy } from '../../../src/formats/npy/npy.js';
import { right, sentence } from '../../support/either.js';
import { storedPng } from '../tiny-png.js';

describe('values of masks', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-labels-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const put = async (path: string, bytes: Uint8Array): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  };
  const grey = (values: readonly number[], depth: 8 | 16 = 8): Buffer =>
    storedPng({ width: values.length, height: 1, depth, colourType: 0, values });
  /** Three images for training and one for the test, each with this mask. */
  const putPng = async (mask: readonly number[], depth: 8 | 16 = 8): Promise<void> => {
    for (const path of ['train/X/a', 'train/X/b', 'train/X/c', 'test/X/a']) {
      await put(`${path.replace('X', 'images')}.png`, grey(mask.map((_, i) => i)));
      await put(`${path.replace('X', 'masks')}.png`, grey(mask, depth));
    }
  };
  const putNpy = async (dtype: 'int64' | 'float32', mask: readonly number[]): Promise<void> => {
    for (const [split, count] of [
      ['train', 3],
      ['test', 1],
    ] as const) {
      const shape = [count, 1, mask.length];
      const images: NpyArray = { dtype: 'uint8', shape, data: new Uint8Array(count * mask.length) };
      const all = Array.from({ length: count }, () => mask).flat();
      const masks: NpyArray =
        dtype === 'int64'
          ? { dtype, shape, data: Float64Array.from(all) }
          : { dtype, shape, data: Float32Array.from(all) };
      right(await writeNpy(join(folder, `${split}_images.npy`), images)());
      right(await writeNpy(join(folder, `${split}_masks.npy`), masks)());
    }
  };
  const task = (name: 'png' | 'npy', settings: object = {}): Task =>
    right(decodeTask({ name, folder, validationShare: 0, ...settings }));
  const read = async (name: 'png' | 'npy', settings: object = {}) =>
    right(await loadDataset(task(name, settings))());
  const refused = async (name: 'png' | 'npy', settings: object = {}): Promise<string> =>
    sentence(await loadDataset(task(name, settings))());
  const undecoded = (settings: object): string =>
    sentence(decodeTask({ name: 'png', folder: 'x', ...settings }));

  it('of 0 and 255 are 256 classes only with a word of warning', async () => {
    await putPng([0, 255, 0, 255]);
    const { classes, notes, doubt } = await read('png');
    assert.equal(classes.length, 256);
    assert.equal(
      doubt,
      notes.find((note) => note.includes('never occur')),
    );
    assert.match(
      notes.join('\n'),
      /the masks hold 2 values \(0, 255\) and are read as 256 classes, of which 254 never occur; say which value .* labels=\{"255": "NAME"\}.*ignore=255/,
    );
    await putPng([0, 128, 200, 255]);
    const several = (await read('png')).notes.join('\n');
    const example = /labels=(\{.*?\}),/.exec(several)?.[1] ?? '';
    assert.equal(example, '{"128": "NAME 1", "200": "NAME 2", "255": "NAME 3"}');
    // What the warning says is what one can do.
    const done = await read('png', { labels: JSON.parse(example) });
    assert.deepEqual(done.classes, ['background', 'NAME 1', 'NAME 2', 'NAME 3']);
    await putPng([0, 1, 2, 1]);
    assert.deepEqual((await read('png')).notes, []);
    // Labels with a gap are said, and are labels all the same.
    await putPng([0, 1, 4, 1]);
    const gap = await read('png');
    assert.match(gap.notes.join(), /of which 2 never occur/);
    assert.equal(gap.doubt, undefined);
  });

  it('are classes by their names, the background first, whatever the order they are written in', async () => {
    await putPng([0, 255, 128, 0]);
    for (const labels of [
      { 255: 'cell', 128: 'nucleus' },
      { nucleus: 128, cell: [255, 254] },
      { cell: 255, 128: 'nucleus', background: [0] },
    ]) {
      const { classes, train } = await read('png', { labels });
      assert.deepEqual(classes, ['background', 'nucleus', 'cell']);
      assert.deepEqual([...maskOf(train, 0)], [0, 2, 1, 0]);
    }
    const list = await read('png', { labels: [128, 0, 255] });
    assert.deepEqual(list.classes, ['background', 'class 1', 'class 2']);
    assert.deepEqual([...maskOf(list.train, 0)], [1, 2, 0, 1]);
    const both = await read('png', { labels: [0, 128, 255], classes: ['a', 'b', 'c'] });
    assert.deepEqual(both.classes, ['a', 'b', 'c']);
    const other = await read('png', { labels: { 0: 'sea', land: [128, 255] } });
    assert.deepEqual(
      [other.classes, [...maskOf(other.train, 0)]],
      [
        ['sea', 'land'],
        [0, 1, 1, 0],
      ],
    );
    const moved = await read('png', { labels: { 0: 'edge', 128: 'background', 255: 'cell' } });
    assert.deepEqual(
      [moved.classes, [...maskOf(moved.train, 0)]],
      [
        ['background', 'edge', 'cell'],
        [1, 2, 0, 1],
      ],
    );
  });

  it('may be of any size: 16 bits, negative, floats of whole numbers', async () => {
    await putPng([0, 1000, 65535, 0], 16);
    const wide = await read('png', { labels: { 1000: 'cell' }, ignore: 65535 });
    assert.deepEqual([...maskOf(wide.train, 2)], [0, 1, -1, 0]);
    await putNpy('int64', [0, -1, 3, 7]);
    const signed = await read('npy', { labels: { 3: 'a', 7: 'b' }, ignore: -1 });
    assert.deepEqual([...maskOf(signed.train, 2)], [0, -1, 1, 2]);
    await putNpy('float32', [0, 1, 1, 2]);
    assert.deepEqual([...maskOf((await read('npy')).test, 0)], [0, 1, 1, 2]);
    await putNpy('float32', [0, 0.5, 1, Number.NaN]);
    const fractions = await refused('npy');
    assert.match(fractions, /element 1 is 0\.5 \(and 2 more\); labels are whole numbers/);
    assert.match(fractions, /element 3 is NaN \(and 2 more\); labels are whole numbers/);
  });

  it('that nobody spoke of are refused, all at once, with where they are', async () => {
    await putPng([0, 255, 7, 7]);
    const text = await refused('png', { labels: { 255: 'cell' } });
    assert.match(
      text,
      /train\/masks\/a\.png: row 0, column 2 is 7 \(and 5 more\); it is in neither labels nor ignore/,
    );
    await putNpy('int64', [0, 300, -1, 2]);
    const both = await refused('npy', { ignore: 2 });
    assert.match(both, /train_masks\.npy: element 2 is -1 \(and 2 more\); class labels go from 0 to 255/);
    assert.match(both, /train_masks\.npy: element 1 is 300/);
    await putPng([0, 1, 254, 255]);
    assert.match(
      await refused('png', { ignore: 254 }),
      /column 3 is 255 .*beside ignored values labels go from 0 to 254/,
    );
    assert.match(
      await refused('png', { classes: ['a', 'b'] }),
      /only 2 class names .* leave 255 out with ignore/,
    );
  });

  it('that are ignored are of no class, share or floor, in PNG and .npy alike', async () => {
    const mask = [0, 1, 255, 255, 0, 0];
    await putPng(mask);
    await putNpy('int64', mask);
    for (const name of ['png', 'npy'] as const) {
      const { classes, train, test, notes } = await read(name, { ignore: 255 });
      assert.deepEqual(classes, ['background', 'class 1']);
      assert.deepEqual([...maskOf(test, 0)], [0, 1, -1, -1, 0, 0]);
      assert.deepEqual([...labelsOf(select(train, [2, 0]), [1], 'pixel')], [0, 1, -1, -1, 0, 0]);
      assert.deepEqual(classShares(train, 2), [0.75, 0.25]);
      assert.equal(ignoredShare(train), 1 / 3);
      assert.deepEqual(allBackgroundScore(test), { accuracy: 3 / 4, iou: 3 / 5 });
      assert.equal(imageClass(maskOf(test, 0)), 1);
      assert.deepEqual(notes, ['33.33 % of all pixels are ignored (value 255)']);
    }
    await putPng([255, 255, 255, 255]);
    const nothing = await read('png', { ignore: [255, 254] });
    assert.deepEqual(classShares(nothing.train, 2), [0, 0]);
    assert.deepEqual(allBackgroundScore(nothing.test), { accuracy: 0, iou: 0 });
    assert.equal(imagesWithoutForeground(nothing.test), 1);
    assert.deepEqual([...labelsOf(nothing.test, [0], 'image')], [-1]);
  });

  it('that are ignored are ignored again where the dataset is written and read back', async () => {
    await putPng([0, 1, 255, 2, 1, 0]);
    const made = await read('png', { ignore: 255 });
    right(await writePngPairs(made, join(folder, 'out'))());
    right(await writeNpyPairs(made, join(folder, 'arrays'))());
    for (const [name, where] of [
      ['png', 'out'],
      ['npy', 'arrays'],
    ] as const) {
      const again = await read(name, { folder: join(folder, where) });
      assert.equal(digestOf(again), digestOf(made));
      assert.equal(again.train.ignored, 255);
    }
  });

  it('and keys that do nothing are told, and change no identity', async () => {
    await putPng([0, 1, 1, 0]);
    const plain = await read('png');
    const idle = await read('png', { ignore: 255 });
    assert.deepEqual(idle.notes, ['ignore: no mask holds the value 255']);
    assert.equal(digestOf(idle), digestOf(plain));
    const unused = await read('png', { labels: { 1: 'cell', 2: 'nucleus' } });
    assert.deepEqual(unused.notes, ['no mask holds a value of nucleus']);
    const shaped = (settings: object, data?: string): unknown =>
      shapingOf(
        { task: task('png', { folder: 'f', ...settings }), loss: publishedLoss, training: publishedTraining },
        { program: 'p', data },
      ).task;
    // As in versions that had no labels and no ignore.
    const before = { name: 'png', folder: 'f', classes: [], validationShare: 0, seed: 0, testShare: 0.15 };
    assert.deepEqual(shaped({}), before);
    assert.deepEqual(shaped({}, 'digest'), { ...before, folder: null, data: 'digest' });
    assert.deepEqual(shaped({ ignore: 255 }), { ...before, ignore: 255 });
    assert.deepEqual(shaped({ ignore: 255 }, 'digest'), shaped({}, 'digest'));
  });

  it('are asked for in keys whose faults are said', () => {
    assert.match(
      undecoded({ labels: 'cell' }),
      /labels: write a value and its class, such as \{"255": "cell"\}/,
    );
    assert.match(undecoded({ labels: {} }), /labels: write a value and its class/);
    assert.match(undecoded({ labels: { cell: 'x' } }), /labels: write a value and its class/);
    assert.match(undecoded({ labels: { 1.5: 'x' } }), /labels: write a value and its class/);
    assert.match(undecoded({ labels: { cell: [1, 2], 2: 'x' } }), /labels: the value 2 has two classes/);
    assert.match(undecoded({ labels: { 0: 'all' } }), /labels: it names one class only/);
    assert.match(
      undecoded({ labels: { 1: '\u001b[31m' } }),
      /labels: a class name holds a control character/,
    );
    assert.match(undecoded({ labels: [0, 255, 0] }), /labels: the value 0 stands in it twice/);
    assert.match(undecoded({ labels: [0] }), /labels: it must hold 2 to 255 values/);
    assert.match(undecoded({ ignore: 'void' }), /ignore: write the value of pixels that have no class/);
    assert.match(undecoded({ ignore: [] }), /ignore: write the value/);
    assert.match(undecoded({ ignore: 1.5 }), /ignore: write the value/);
    assert.match(
      undecoded({ labels: { 255: 'cell' }, ignore: 255 }),
      /the value 255 stands in labels and in ignore/,
    );
    assert.match(
      undecoded({ labels: { 255: 'cell' }, classes: ['a', 'b'] }),
      /labels names the classes already/,
    );
    assert.match(
      undecoded({ labels: [0, 1], classes: ['a', 'b', 'c'] }),
      /labels has 2 values, classes 3 names/,
    );
    assert.match(undecoded({ lables: {} }), /did you mean 'labels'/);
  });
});
