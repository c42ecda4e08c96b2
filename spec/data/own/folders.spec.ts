/** Pictures in a folder a class, and time series in CSV files: what is read, how it is split, what is refused. */

import assert from 'node:assert/strict';
import { link, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { dataKind } from '../../../src/cli/source/data-folder.js';
import { loadDataset, loadTask } from '../../../src/data/load.js';
import { decodeTask } from '../../../src/data/task.js';
import { decodeExperiment } from '../../../src/experiments/experiment.js';
import { learningFor } from '../../../src/experiments/model.js';
import { encodePicture } from '../../../src/formats/png/png.js';
import { right, sentence } from '../../support/either.js';

describe('a person’s folders', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const put = async (name: string, content: Uint8Array | string): Promise<void> => {
    await mkdir(dirname(at(name)), { recursive: true });
    await writeFile(at(name), content);
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-folders-'));
  });
  after(() => rm(folder, { recursive: true }));
  const read = async (task: object) => right(await loadTask(right(decodeTask(task)))());
  const refused = async (task: object) => sentence(await loadTask(right(decodeTask(task)))());
  const grey = (width: number, level: number): Uint8Array =>
    encodePicture({ height: 2, width, channels: 1, values: new Uint8Array(2 * width).fill(level) });

  it('of pictures by class give image and label, from one set or from splits, to the same program', async () => {
    for (const [k, name] of ['cat', 'dog', 'fox'].entries())
      for (let i = 0; i < 4; i++) await put(`animals/${name}/${i}.png`, grey(3, 50 * k + i));
    await put('animals/dog/notes.txt', 'barks');
    const task = { name: 'image-folders', folder: at('animals') };
    assert.equal(right(await dataKind(at('animals'))()), 'image-folders');
    const { arrays, classes, notes, digest } = await read(task);
    assert.deepEqual(classes, ['cat', 'dog', 'fox']);
    assert.deepEqual(arrays.forms.image.shape, [2, 3, 1]);
    assert.deepEqual([arrays.train.count, arrays.validation.count, arrays.test.count], [8, 2, 2]);
    const { image, label } = await arrays.train.read(['image', 'label'], [0, 1, 2, 3, 4, 5, 6, 7]);
    for (const [i, k] of label.entries()) assert.equal(k, Math.floor((255 * image[6 * i]) / 50 + 1e-4));
    assert.match(notes.join('\n'), /dog: files that are not PNG or TIFF were passed over: notes\.txt/);
    const other = await read({ ...task, classes: ['dog', 'cat', 'fox'] });
    assert.notEqual(other.digest, digest);
    const experiment = right(
      decodeExperiment({
        name: 'x/y',
        task,
        model: { name: 'nwm', steps: 2 },
        loss: { name: 'cross-entropy', target: 'image' },
      }),
    );
    const { aim } = right(learningFor(experiment, arrays.forms));
    assert.ok(
      aim.kind === 'classes' && aim.label === 'label' && aim.classes === 3 && aim.scored === 'classes',
    );
    const pixel = right(decodeExperiment({ name: 'x/y', task, model: { name: 'nwm', steps: 2 } }));
    assert.match(
      sentence(learningFor(pixel, arrays.forms)),
      /loss\.target: image takes the mean over all pixels/,
    );

    for (const split of ['train', 'test'])
      for (const name of ['a', 'b'])
        await put(`split/${split}/${name}/0.png`, grey(2, split === 'test' ? 9 : 1));
    const apart = await read({ name: 'image-folders', folder: at('split'), validationShare: 0 });
    assert.deepEqual(
      [apart.arrays.train.count, apart.arrays.validation.count, apart.arrays.test.count],
      [2, 0, 2],
    );
    assert.equal(right(await dataKind(at('split'))()), 'image-folders');
  });

  it('of pictures are refused with every bad file, and where a class has none', async () => {
    await put('bad/a/0.png', grey(3, 1));
    await put('bad/a/1.png', grey(4, 1));
    await put('bad/a/2.png', 'no picture');
    await put('bad/b/0.jpg', 'a photograph');
    const task = { name: 'image-folders', folder: at('bad') };
    assert.match(
      await refused(task),
      /3 problems\n.*b: there are no PNG or TIFF files in it, but 0\.jpg; save them as PNG.*\n.*1\.png: 2x4.*\n.*2\.png: /,
    );
    await put('bad/b/0.png', grey(3, 1));
    assert.match(await refused(task), /2 problems\n.*1\.png: 2x4, and 0\.png is 2x3.*\n.*2\.png: /);
    assert.match(await refused({ ...task, classes: ['a', 'c'] }), /does not name the folders b/);
    await put('apart/train/a/0.png', 'no picture');
    for (const path of ['train/b/0', 'test/a/0', 'test/b/0']) await put(`apart/${path}.png`, grey(3, 1));
    await put('apart/test/b/1.png', 'none either');
    assert.match(
      await refused({ name: 'image-folders', folder: at('apart') }),
      /2 problems\n.*train.a.0\.png: .*\n.*test.b.1\.png: /,
    );
    await put('one/a/0.png', grey(3, 1));
    assert.match(
      await refused({ name: 'image-folders', folder: at('one') }),
      /at least two, .*there is a alone/,
    );
  });

  it('of pictures that unpack to far more than their files hold are refused before most are read', async () => {
    // Even pictures: 2 KiB unpack to 2 MiB.
    const one = encodePicture({ height: 1024, width: 2048, channels: 1, values: new Uint8Array(2 ** 21) });
    for (const name of ['even/a/0.png', 'even/b/0.png', 'pairs/images/0.png', 'pairs/masks/0.png'])
      await put(name, one);
    for (let i = 1; i < 130; i++) {
      for (const name of ['a', 'b']) await link(at(`even/${name}/0.png`), at(`even/${name}/${i}.png`));
      for (const name of ['images', 'masks'])
        await link(at(`pairs/${name}/0.png`), at(`pairs/${name}/${i}.png`));
    }
    const wanted =
      /unpacked its pictures have 520 MiB, and 512 MiB is the limit for files of 537 KiB; take fewer/;
    let read = 0;
    const seen = loadTask(right(decodeTask({ name: 'image-folders', folder: at('even') })), {
      onProgress: () => read++,
    });
    assert.match(sentence(await seen()), wanted);
    assert.equal(read, 0);
    assert.match(
      sentence(await loadDataset(right(decodeTask({ name: 'png', folder: at('pairs') })))()),
      wanted,
    );
  });

  it('of CSV files by class give sequences and labels', async () => {
    for (const [k, name] of ['rest', 'walk'].entries())
      for (let i = 0; i < 5; i++)
        await put(`gait/${name}/${i}.csv`, `time,x,y\n0:00,${k},${i}\n0:01,${k + 0.5},${-i}\n`);
    const task = { name: 'series', folder: at('gait') };
    assert.equal(right(await dataKind(at('gait'))()), 'series');
    const { arrays, classes, notes } = await read(task);
    assert.deepEqual(
      [classes, arrays.forms.sequence.shape],
      [
        ['rest', 'walk'],
        [2, 2],
      ],
    );
    assert.match(notes.join(), /columns: x, y/);
    const { sequence, label } = await arrays.train.read(['sequence', 'label'], [3]);
    assert.deepEqual([sequence[0], sequence[2]], [label[0], label[0] + 0.5]);
    await put('gait/walk/9.csv', 'time,x,y\n0:00,1,\n0:01,high,2\n0:02,3,4');
    assert.match(
      await refused(task),
      /9\.csv: row 2, y: it is empty\n.*9\.csv: row 3, x: 'high' is no number/,
    );
    await put('gait/walk/9.csv', 'time;x;y\n0:00;1;2');
    assert.match(await refused(task), /9\.csv: 1 rows, and .*0\.csv has 2; sequences are of one length/);
    await put('gait/walk/9.csv', 'time,x\n0:00,1');
    assert.match(await refused(task), /9\.csv: there is no column 'y'; there are: time, x/);
  });

  it('of long series give windows, none of which has rows of two splits', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => `${i}\t${1000 + i}`).join('\n');
    await put('long/a.tsv', `n\tm\n${rows}\n`);
    const task = { name: 'series', folder: at('long/a.tsv'), past: 4, future: 2, every: 3, asked: ['m'] };
    const { arrays } = await read(task);
    assert.deepEqual(
      [arrays.forms.past.shape, arrays.forms.future.shape],
      [
        [4, 2],
        [2, 1],
      ],
    );
    let last = -1;
    for (const split of [arrays.train, arrays.validation, arrays.test]) {
      const all = Array.from({ length: split.count }, (_, i) => i);
      const { past, future } = await split.read(['past', 'future'], all);
      all.forEach((i) => {
        const first = past[8 * i];
        assert.deepEqual(
          [...past.subarray(8 * i, 8 * i + 8)],
          [0, 1, 2, 3].flatMap((k) => [first + k, 1000 + first + k]),
        );
        assert.deepEqual([...future.subarray(2 * i, 2 * i + 2)], [1004 + first, 1005 + first]);
      });
      assert.ok(past[0] > last);
      last = future[future.length - 1] - 1000;
    }
    assert.match(
      await refused({ ...task, past: 50 }),
      /validation: there is no sample in it; a window takes 52 rows of one split, so give.*\n.*test: there is no sample/,
    );
    assert.match(
      sentence(decodeTask({ name: 'series', folder: 'x', past: 3 })),
      /a forecast has both past and future/,
    );
    assert.match(
      await refused({ name: 'series', folder: at('long') }),
      /for a forecast give past and future/,
    );
  });

  it('of series of more windows than can be held are refused before one is cut', async () => {
    await put('many/a.csv', `a\n${'1\n'.repeat(50_000)}`);
    assert.match(
      await refused({
        name: 'series',
        folder: at('many/a.csv'),
        past: 20_000,
        future: 1,
        validationShare: 0,
        testShare: 0,
      }),
      /task\.every: 30,000 windows of 20000 and 1 rows are too many to be held; take a larger one/,
    );
  });

  it('of series are refused where a line has other cells than names, or names are missing or twice', async () => {
    const said = async (text: string): Promise<string> => {
      await put('odd/a.csv', text);
      return refused({ name: 'series', folder: at('odd/a.csv'), past: 1, future: 1 });
    };
    assert.match(
      await said('0,1\n2,3\n'),
      /its first line is of numbers \(0, 1\); it has to name the columns/,
    );
    assert.match(await said('a,a\n2,3\n'), /two columns are called 'a'/);
    assert.match(
      await said('a,b\n2,3\n4,5,6\n'),
      /row 3: it has 3 cells, and the first line names 2 columns/,
    );
    assert.match(await said('a,b\n2,3\n"4,5\n6,7\n'), /row 3, a: '4,5…' is no number/);
    // So many that a search of all names for each name would take minutes.
    const wide = (row: (i: number) => string | number): string =>
      Array.from({ length: 300_000 }, (_, i) => row(i)).join();
    const said300000 = await said(`${wide((i) => `c${i}`)}\n${wide((i) => i)}\n${wide(() => 'x')}\n`);
    assert.match(said300000, /row 3, c3: 'x' is no number\n.*and more$/);
    await truncate(at('odd/a.csv'), 257 * 2 ** 20);
    assert.match(
      await refused({ name: 'series', folder: at('odd/a.csv'), past: 1, future: 1 }),
      /it is 257 MiB large, and 256 MiB is the limit for a table as text; cut it into several/,
    );
    assert.match(await said('__proto__,b\n2,x\n4,5\n'), /there is no sample in it/);
  });
});
