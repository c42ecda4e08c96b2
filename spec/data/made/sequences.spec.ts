/** Tasks of sequences and films: their protocols, by checks that know nothing of how they are made. */

import assert from 'node:assert/strict';
import type { ArrayValues, NamedArrays } from '../../../src/data/arrays.js';
import { splitNames } from '../../../src/data/dataset.js';
import { loadTask } from '../../../src/data/load.js';
import { adding } from '../../../src/data/made/adding.js';
import { type ArrayRecipe, arraysOf } from '../../../src/data/made/array-recipe.js';
import { copy } from '../../../src/data/made/copy.js';
import { enlarged } from '../../../src/data/made/mnist.js';
import { pixelOrder, sequentialMnist } from '../../../src/data/made/sequential-mnist.js';
import { leap, waveForecast } from '../../../src/data/made/wave-forecast.js';
import { formsOfTask, isMadeArrayTask, type Task, taskNamed } from '../../../src/data/task.js';
import { right } from '../../support/either.js';
import { tinyDigits } from '../tiny-digits.js';

const task = <N extends Task['name']>(name: N, settings: object = {}): Extract<Task, { name: N }> => {
  const made = right(taskNamed(name, { ...settings }));
  const is = (one: Task): one is Extract<Task, { name: N }> => one.name === name;
  return is(made) ? made : assert.fail(name);
};

const all = (arrays: NamedArrays, count: number): Promise<ArrayValues> =>
  arrays.train.read(
    Object.keys(arrays.forms),
    Array.from({ length: count }, (_, i) => i),
  );

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length;

describe('the adding problem', () => {
  it('marks one number in each half and asks for their sum; 1 is off by 1/6 in the mean', async () => {
    const [length, count] = [31, 3000];
    const { sequence, target, difficulty } = await all(arraysOf(adding(task('adding', { length }))), count);
    const firsts: number[] = [];
    for (let i = 0; i < count; i++) {
      const row = sequence.subarray(2 * length * i, 2 * length * (i + 1));
      const marked = Array.from({ length }, (_, step) => step).filter((step) => row[2 * step + 1] === 1);
      assert.equal(marked.length, 2);
      assert.ok(marked[0] < 15 && marked[1] >= 15);
      assert.equal(Math.fround(row[2 * marked[0]] + row[2 * marked[1]]), target[i]);
      assert.equal(difficulty[i], length - marked[0]);
      firsts.push(marked[0]);
    }
    // The variance of (s - 1)^2 for a sum of two uniform numbers is 7/180.
    const off = mean(target.map((sum) => (sum - 1) ** 2));
    assert.ok(Math.abs(off - 1 / 6) < 4 * Math.sqrt(7 / 180 / count), `${off}`);
    assert.ok(Math.abs(mean(firsts) - 7) < 4 * Math.sqrt((15 ** 2 - 1) / 12 / count));
  });
});

describe('the copy task', () => {
  it('shows symbols, waits, signals, and asks for the symbols at the end', async () => {
    const settings = { delay: 7, symbols: 4, alphabet: 5 };
    const arrays = arraysOf(copy(task('copy', settings)));
    const [steps, width, count] = [15, 7, 500];
    assert.deepEqual(arrays.forms.sequence.shape, [steps, width]);
    assert.deepEqual(arrays.forms.target.classes, ['0', '1', '2', '3', '4', 'blank']);
    const { sequence, target } = await all(arrays, count);
    const counts = new Float64Array(5);
    for (let i = 0; i < count; i++) {
      const kinds = Array.from({ length: steps }, (_, step) => {
        const row = sequence.subarray((i * steps + step) * width, (i * steps + step + 1) * width);
        assert.equal(mean(row) * width, 1, 'one-hot');
        return row.indexOf(1);
      });
      const shown = kinds.slice(0, 4);
      assert.deepEqual(kinds.slice(4), [5, 5, 5, 5, 5, 5, 6, 5, 5, 5, 5]);
      assert.deepEqual(Array.from(target.subarray(i * steps, (i + 1) * steps)), [
        ...Array(11).fill(5),
        ...shown,
      ]);
      for (const kind of shown) counts[kind]++;
    }
    // Chi squared of 4 degrees of freedom is above 23.5 once in 10,000.
    const expected = (count * 4) / 5;
    assert.ok(counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0) < 23.5);
  });
});

describe('sequential MNIST', () => {
  it('gives the pixels of a digit in rows, or in one order for all, with its class', async () => {
    const digits = tinyDigits();
    const counts = { train: 5, validation: 1, test: 3, side: 28, seed: 4 };
    const [rows, permuted] = [null, 9].map((permutation) =>
      task('sequential-mnist', { ...counts, permutation }),
    );
    const [plain, turned] = [rows, permuted].map((one) => arraysOf(right(sequentialMnist(one, digits))));
    const [first, second] = [await all(plain, 5), await all(turned, 5)];
    const order = pixelOrder(permuted);
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      pixelOrder(rows),
    );
    assert.notDeepEqual(order, pixelOrder(rows));
    assert.deepEqual(first.label, second.label);
    for (let i = 0; i < 5; i++)
      for (const [step, pixel] of order.entries())
        assert.equal(second.sequence[784 * i + step], first.sequence[784 * i + pixel]);
    const known = enlarged(digits.train, 28);
    const pictures = Array.from({ length: digits.train.count }, (_, d) =>
      Float32Array.from(known(d), (v) => v / 255),
    );
    for (let i = 0; i < 5; i++) {
      const at = pictures.findIndex((p) => p.every((v, k) => v === first.sequence[784 * i + k]));
      assert.equal(digits.train.labels[at], first.label[i]);
    }
    const many = sequentialMnist(task('sequential-mnist', { ...counts, train: 10_000 }), digits);
    assert.equal(many._tag, 'Left');
  });
});

describe('wave forecasts', () => {
  const settings = { size: 20, past: 3, future: 4, every: 3, obstacles: 5, train: 4 };

  it('are films of the wave equation: frames follow from frames, and nothing moves at obstacles', async () => {
    const arrays = arraysOf(waveForecast(task('wave-forecast', settings)));
    const cells = 400;
    const { past, future, medium, difficulty } = await all(arrays, 4);
    for (let i = 0; i < 4; i++) {
      const open = Uint8Array.from(medium.subarray(i * cells, (i + 1) * cells));
      assert.equal(
        open.every((v) => v === 1),
        difficulty[i] === 0,
      );
      const film = [
        ...past.subarray(3 * i * cells, 3 * (i + 1) * cells),
        ...future.subarray(4 * i * cells, 4 * (i + 1) * cells),
      ];
      const frame = (k: number): Float64Array => Float64Array.from(film.slice(k * cells, (k + 1) * cells));
      for (let k = 0; k < 7; k++) assert.ok(frame(k).every((v, p) => v === 0 || open[p] === 1));
      // Of a start at rest the state after n steps and before them is the same: u(-n) = u(n).
      const start = frame(0);
      const after = leap(20, open, start, new Float64Array(cells)).map((v) => v / 2);
      let [now, before]: Float64Array[] = [after, start];
      for (let step = 1; step < 18; step++) [now, before] = [leap(20, open, now, before), now];
      const off = now.map((v, p) => Math.abs(v - frame(6)[p]));
      assert.ok(Math.max(...off) < 1e-5, `${Math.max(...off)}`);
      assert.ok(Math.max(...frame(6).map(Math.abs)) > 1e-2, 'it moves');
    }
  });

  it('keep the energy of the discrete medium', () => {
    const [size, cells] = [9, 81];
    const open = Uint8Array.from({ length: cells }, (_, p) => (p % 7 === 3 ? 0 : 1));
    const random = Float64Array.from({ length: cells }, (_, p) => open[p] * Math.sin(3 * p + 1));
    const inner = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, p) => sum + v * b[p], 0);
    // leap(now, 0) is 2 now + c^2 L now, so c^2 L now is what is left of it.
    const pull = (u: Float64Array): Float64Array =>
      leap(size, open, u, new Float64Array(cells)).map((v, p) => 2 * u[p] - v);
    const energy = (now: Float64Array, before: Float64Array): number => {
      const v = now.map((x, p) => x - before[p]);
      return inner(v, v) + inner(now, pull(before));
    };
    let [now, before]: Float64Array[] = [random, random.map((v, p) => v * Math.cos(p))];
    const first = energy(now, before);
    for (let step = 0; step < 400; step++) [now, before] = [leap(size, open, now, before), now];
    assert.ok(Math.abs(energy(now, before) / first - 1) < 1e-11, `${energy(now, before) / first - 1}`);
  });
});

describe('tasks of arrays', () => {
  const recipes: readonly (readonly [Task, ArrayRecipe])[] = [
    [task('adding'), adding(task('adding'))],
    [task('copy'), copy(task('copy'))],
    [task('wave-forecast', { size: 12 }), waveForecast(task('wave-forecast', { size: 12 }))],
  ];

  it('have the forms that they say, whatever is read in which order', async () => {
    for (const [one, recipe] of recipes) {
      const arrays = arraysOf(recipe);
      assert.ok(isMadeArrayTask(one));
      assert.deepEqual(arrays.forms, formsOfTask(one));
      const names = Object.keys(arrays.forms);
      for (const split of splitNames) {
        const forward = await arrays[split].read(names, [0, 1, 2]);
        const back = await arraysOf(recipe)[split].read(names, [2, 0]);
        for (const [name, { shape, integer, classes }] of Object.entries(arrays.forms)) {
          const size = shape.reduce((a, b) => a * b, 1);
          assert.equal(forward[name].length, 3 * size);
          assert.deepEqual(back[name].subarray(0, size), forward[name].subarray(2 * size), name);
          assert.deepEqual(back[name].subarray(size), forward[name].subarray(0, size), name);
          if (integer) assert.ok(forward[name].every(Number.isInteger), name);
          if (classes !== undefined) assert.ok(forward[name].every((v) => v >= 0 && v < classes.length));
        }
      }
      const loaded = right(await loadTask(one)());
      assert.equal(loaded.images, null);
      assert.deepEqual(await loaded.arrays.test.read(names, [1]), await arrays.test.read(names, [1]));
    }
  });
});
