/** Named arrays of files: every format gives the same samples, splits are drawn by the seed, and bad files are refused at once. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTask } from '../../../src/data/load.js';
import { decodeTask } from '../../../src/data/task.js';
import { rangesOfFile } from '../../../src/files/ranges.js';
import { openDatabase } from '../../../src/formats/duckdb.js';
import { encodeNpy, type NpyArray } from '../../../src/formats/npy/npy.js';
import { encodeSafetensors } from '../../../src/formats/safetensors.js';
import { right, sentence } from '../../support/either.js';
import { zipOf } from '../../support/zip-of.js';

const count = 20;
const field = Float32Array.from({ length: count * 6 }, (_, i) => (i - 50) / 4);
const label = Float64Array.from({ length: count }, (_, i) => i % 3);
const npy = (array: NpyArray): Uint8Array => right(encodeNpy(array));
const fieldNpy = npy({ dtype: 'float32', shape: [count, 2, 3], data: field });
const labelNpy = npy({ dtype: 'int64', shape: [count], data: label });

describe('arrays of files', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-arrays-'));
    await mkdir(at('apart'));
    await writeFile(at('apart/field.npy'), fieldNpy);
    await writeFile(at('apart/label.npy'), labelNpy);
    await writeFile(at('set.npz'), zipOf({ 'field.npy': fieldNpy, 'label.npy': labelNpy }));
    await writeFile(at('packed.npz'), zipOf({ 'field.npy': fieldNpy, 'label.npy': labelNpy }, true));
    await writeFile(
      at('set.safetensors'),
      encodeSafetensors({
        field: { shape: [count, 2, 3], data: field },
        label: { shape: [count], data: BigInt64Array.from(label, BigInt) },
      }),
    );
    const { connection, close } = right(await openDatabase()());
    const rows = Array.from({ length: count }, (_, i) => {
      const row = [...field.subarray(6 * i, 6 * i + 6)];
      return `([[${row.slice(0, 3)}],[${row.slice(3)}]]::float[][], ${label[i]}, 'x')`;
    });
    await connection.run(
      `copy (select * from (values ${rows}) t(field, label, note)) to '${at('set.parquet')}' (format parquet)`,
    );
    close();
  });
  after(() => rm(folder, { recursive: true }));

  const task = (path: string, more: object = {}) =>
    right(decodeTask({ name: 'arrays', folder: at(path), ...more }));
  const read = async (path: string, more: object = {}) => right(await loadTask(task(path, more))());
  const refused = async (path: string, more: object = {}) => sentence(await loadTask(task(path, more))());

  it('are the same samples, splits and digest from every format', async () => {
    const wanted = await read('apart');
    assert.deepEqual(wanted.arrays.forms, {
      field: { shape: [2, 3], integer: false, range: [-12.5, 17.25] },
      label: { shape: [], integer: true, range: [0, 2] },
    });
    const { train, validation, test } = wanted.arrays;
    assert.deepEqual([train.count, validation.count, test.count], [14, 3, 3]);
    // Field and label of a sample stay together, and no sample is in two splits.
    const seen: number[] = [];
    for (const split of [train, validation, test]) {
      const all = Array.from({ length: split.count }, (_, i) => i);
      const { field: fields, label: labels } = await split.read(['field', 'label'], all);
      labels.forEach((one, i) => {
        const sample = Math.round((4 * fields[6 * i] + 50) / 6);
        assert.equal(one, sample % 3);
        assert.deepEqual(fields.subarray(6 * i, 6 * i + 6), field.subarray(6 * sample, 6 * sample + 6));
        seen.push(sample);
      });
    }
    assert.deepEqual(
      seen.sort((a, b) => a - b),
      Array.from({ length: count }, (_, i) => i),
    );
    for (const path of ['set.npz', 'packed.npz', 'set.safetensors', 'set.parquet']) {
      const { arrays, digest, notes } = await read(path);
      assert.equal(digest, wanted.digest, path);
      assert.deepEqual(arrays.forms, wanted.arrays.forms, path);
      assert.deepEqual(
        await arrays.train.read(['label', 'field'], [5, 6, 7, 2]),
        await train.read(['label', 'field'], [5, 6, 7, 2]),
        path,
      );
      assert.equal(notes.join().includes('no numbers were passed over: note'), path === 'set.parquet');
    }
  });

  it('have the names, shapes and classes that the task gives them', async () => {
    const { arrays, classes } = await read('set.npz', {
      arrays: { x: 'field', y: 'label' },
      shapes: { x: [6] },
      classes: { y: ['a', 'b', 'c'] },
    });
    assert.deepEqual(Object.keys(arrays.forms), ['x', 'y']);
    assert.deepEqual([arrays.forms.x.shape, arrays.forms.y.classes], [[6], classes]);
    assert.match(
      await refused('set.npz', { arrays: { x: 'fild' }, shapes: { z: [2] }, classes: { w: ['a', 'b'] } }),
      /3 problems\n.*task\.arrays\.x: there is no array 'fild' in train; did you mean 'field'\?.*\n.*task\.shapes\.z: .*\n.*task\.classes\.w/,
    );
  });

  it('are refused with every problem at once: lengths, numbers, classes, empty splits', async () => {
    await mkdir(at('bad/train'), { recursive: true });
    await mkdir(at('bad/test'));
    const wrong = field.slice();
    wrong[9] = Number.NaN;
    await writeFile(at('bad/train/field.npy'), npy({ dtype: 'float32', shape: [count, 6], data: wrong }));
    await writeFile(
      at('bad/train/label.npy'),
      npy({ dtype: 'int64', shape: [count - 1], data: label.subarray(1) }),
    );
    await writeFile(
      at('bad/test/field.npy'),
      npy({ dtype: 'float32', shape: [0, 5], data: new Float32Array(0) }),
    );
    await writeFile(at('bad/test/label.npy'), npy({ dtype: 'int64', shape: [0], data: new Float64Array(0) }));
    const said = await refused('bad', { classes: { label: ['a', 'b'] }, validationShare: 0.01 });
    for (const problem of [
      'test.field: a sample is [5], in train it is [6]',
      'train: its arrays are of other lengths: field 20, label 19',
      'train.field: value 3 of sample 1 is NaN, not a finite number',
      'train.label: it holds the class 2, and task.classes.label names 2, 0 to 1',
      'test: there is no sample in it',
      'task.validationShare: 0.01 of 20 samples is none',
    ])
      assert.ok(said.includes(problem), `${problem}\n${said}`);
    assert.match(said, /6 problems/);
  });

  it('tell what a file is that cannot be read by samples', async () => {
    await writeFile(at('one.npy'), npy({ dtype: 'float64', shape: [], data: Float64Array.of(1) }));
    assert.match(await refused('one.npy'), /one\.npy: it holds a single number; the first axis/);
    await writeFile(at('cut.npz'), zipOf({ 'x.npy': fieldNpy }).subarray(0, 300));
    assert.match(await refused('cut.npz'), /cut\.npz: it is not an archive of NumPy/);
    assert.match(await refused('nothing.npz'), /there is no such file/);
    const clash = { 'x.npy': fieldNpy, x: fieldNpy, '__proto__.npy': fieldNpy, 'constructor.npy': fieldNpy };
    const none = npy({ dtype: 'float32', shape: [count, 0], data: new Float32Array() });
    await writeFile(at('names.npz'), zipOf({ ...clash, 'none.npy': none }));
    const names = await refused('names.npz');
    for (const problem of [
      "it has 'x' twice",
      "no array can be called '__proto__' here",
      "no array can be called 'constructor' here",
      "a sample of 'none' is [0], which holds no value",
    ])
      assert.ok(names.includes(problem), names);
    await writeFile(at('empty.npz'), zipOf({}));
    assert.match(await refused('empty.npz'), /empty\.npz: there is no array in it/);
    await writeFile(at('broken.parquet'), 'PAR1 and nothing');
    assert.match(await refused('broken.parquet'), /broken\.parquet: /);
  });

  it('are the same in Fortran order, in memory and through the cache', async () => {
    await mkdir(at('fortran'));
    for (const [rows, path] of [
      [count, 'fortran'],
      [720_000, 'long'],
    ] as const) {
      const values = Float32Array.from({ length: rows * 6 }, (_, i) => (i - 50) / 4);
      const turned = new Float32Array(values.length);
      for (let i = 0; i < rows; i++)
        for (let row = 0; row < 2; row++)
          for (let column = 0; column < 3; column++)
            turned[i + rows * (row + 2 * column)] = values[6 * i + 3 * row + column];
      const [asC, asF] = [values, turned].map((data) => npy({ dtype: 'float32', shape: [rows, 2, 3], data }));
      const order = Buffer.from(asF);
      order.write(order.subarray(0, 128).toString('latin1').replace('False', 'True '), 0, 'latin1');
      await mkdir(at(path), { recursive: true });
      await mkdir(at(`${path}-c`));
      await writeFile(at(`${path}/field.npy`), order);
      await writeFile(at(`${path}-c/field.npy`), asC);
      const cacheDir = at(`${path}-cache`);
      const [ordered, wanted] = [
        right(await loadTask(task(path), { cacheDir })()),
        right(await loadTask(task(`${path}-c`), { cacheDir })()),
      ];
      assert.equal(ordered.digest, wanted.digest);
      const some = [0, 3, 1];
      assert.deepEqual(
        await ordered.arrays.test.read(['field'], some),
        await wanted.arrays.test.read(['field'], some),
      );
      // What is larger than a few megabytes is put into order once, in a file of the cache.
      assert.equal(
        (await readdir(join(cacheDir, 'unpacked')).catch(() => [])).length,
        rows === count ? 0 : 1,
      );
    }
  });

  it('are the same in shards, whatever the format, and shards that are missing or differ are refused', async () => {
    const wanted = await read('apart');
    await mkdir(at('shards'));
    await mkdir(at('archives/train'), { recursive: true });
    for (const [number, from, to] of [
      [1, 0, 7],
      [2, 7, 8],
      [3, 8, count],
    ] as const) {
      const some = npy({
        dtype: 'float32',
        shape: [to - from, 2, 3],
        data: field.subarray(6 * from, 6 * to),
      });
      const labels = npy({ dtype: 'int64', shape: [to - from], data: label.subarray(from, to) });
      await writeFile(at(`shards/field-0000${number - 1}-of-00003.npy`), some);
      await writeFile(
        at(`archives/train/part-${number}-of-3.npz`),
        zipOf({ 'field.npy': some, 'label.npy': labels }, number === 2),
      );
    }
    await writeFile(at('shards/label.npy'), labelNpy);
    for (const path of ['shards', 'archives']) {
      const joined = await read(path);
      assert.equal(joined.digest, wanted.digest, path);
      const all = Array.from(
        { length: joined.arrays.train.count },
        (_, i) => joined.arrays.train.count - 1 - i,
      );
      const names = ['field', 'label'];
      assert.deepEqual(
        await joined.arrays.train.read(names, all),
        await wanted.arrays.train.read(names, all),
        path,
      );
    }
    const one = await read('shards/field-00001-of-00003.npy', { testShare: 0, validationShare: 0 }).catch(
      String,
    );
    assert.match(String(one), /task\.testShare/);
    await rm(at('shards/field-00001-of-00003.npy'));
    assert.match(await refused('shards'), /field: of its 3 shards 1 is missing/);
    await writeFile(
      at('shards/field-00001-of-00003.npy'),
      npy({ dtype: 'float64', shape: [1, 6], data: new Float64Array(6) }),
    );
    assert.match(
      await refused('shards'),
      /'field': a sample is \[6\] of float64 in .*field-00001-of-00003\.npy, and \[2,3\] of float32 in .*00000/,
    );
  });

  it('are refused where they have more samples than an order of them fits into memory, by the header alone', async () => {
    const samples = 8_000_000_000;
    const said = `{'descr': '<f4', 'fortran_order': False, 'shape': (${samples},), }`.padEnd(117);
    const head = Buffer.concat([
      Buffer.from('\x93NUMPY\x01\0', 'latin1'),
      Buffer.from([118, 0]),
      Buffer.from(`${said}\n`),
    ]);
    await writeFile(at('sparse.npy'), head);
    await truncate(at('sparse.npy'), head.length + 4 * samples);
    assert.match(
      await refused('sparse.npy'),
      /train: 8,000,000,000 samples, and 16,777,216 is the limit; the first axis counts the samples/,
    );
  });

  it('are looked at once: what was seen of a file is kept until it changes, and a changed file is not read on', async () => {
    const cacheDir = at('cache');
    const path = at('apart/field.npy');
    await utimes(path, 1_000, 1_000);
    const load = async (name: string) => right(await loadTask(task(name), { cacheDir })());
    // A file that was written just now is looked at again, since it may be written again within the same moment.
    await utimes(at('set.npz'), new Date(), new Date());
    await load('set.npz');
    assert.deepEqual(await readdir(cacheDir).catch(() => []), []);
    await utimes(at('set.safetensors'), 1_000, 1_000);
    const first = await load('set.safetensors');
    const scans = await readdir(join(cacheDir, 'scans'));
    assert.equal(scans.length, 2);
    for (const scan of scans) {
      const memo = join(cacheDir, 'scans', scan);
      await writeFile(memo, (await readFile(memo, 'utf8')).replace(/"largest":[\d.]+/, '"largest":99'));
    }
    assert.equal((await load('set.safetensors')).arrays.forms.field.range?.[1], 99);
    await writeFile(at('set.safetensors'), await readFile(at('set.safetensors')));
    await utimes(at('set.safetensors'), 1_000, 1_000);
    const again = await load('set.safetensors');
    assert.deepEqual([again.digest, again.arrays.forms], [first.digest, first.arrays.forms]);
    const file = await rangesOfFile(path);
    assert.deepEqual((await file.read(1, 5)).length, 5);
    await utimes(path, 2_000, 2_000);
    await assert.rejects(file.read(1, 5), /field\.npy: it was changed while it was read/);
    await assert.rejects((await rangesOfFile(path)).read(0, 10_000), /it ends before byte 10000/);
  });
});
