/** Losses of the language, against their formulas in float64 and the losses that have kernels. */

import assert from 'node:assert/strict';
import { foregroundAri } from '../../../src/analysis/index.js';
import { stream } from '../../../src/base/random.js';
import { type Loss, lossOfImage } from '../../../src/compile/loss.js';
import { ndarray, numericalGradient, runReference } from '../../../src/compile/reference/index.js';
import {
  accuracy,
  ariOfObjects,
  contrastive,
  crossEntropy,
  dice,
  focal,
  huber,
  type LossSums,
  meanAbsolute,
  meanSquared,
  nextStep,
  type Program,
  program,
  type Shape,
  type Tensor,
} from '../../../src/dsl/index.js';

const random = stream(0, 'losses.spec');
const draws = (count: number, f: () => number): Float32Array => Float32Array.from({ length: count }, f);
const volumeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

type Inputs = Readonly<Record<string, { readonly shape: Shape; readonly data: ArrayLike<number> }>>;

const run = (inputs: Inputs, f: (of: Readonly<Record<string, Tensor>>) => LossSums) => {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const p: Program = program(shapes, (of) => f(of));
  const options = {
    batch: 1,
    parameters: {},
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, data }]) => [
        name,
        ndarray([1, ...shape], Float64Array.from(data)),
      ]),
    ),
  };
  const { outputs } = runReference(p, options);
  return { p, options, total: outputs.total.data[0], count: outputs.count.data[0] };
};

const close = (ours: number, theirs: number, what: string): void =>
  assert.ok(Math.abs(ours - theirs) <= 1e-6 * (1 + Math.abs(theirs)), `${what}: ${ours}, not ${theirs}`);

describe('losses in the language', () => {
  const shape: Shape = [3, 4];
  const labels = { shape, data: draws(12, () => random.integer(4) - 1) };
  const logits = { shape: [...shape, 3], data: draws(36, () => 4 * random.uniform() - 2) };
  const unlabelled = { shape, data: draws(12, () => -1) };
  const weights = [1, 0.25, 3];
  const named: readonly (readonly [Loss, (x: Tensor, y: Tensor) => LossSums])[] = [
    [{ name: 'cross-entropy', weights: [] }, crossEntropy()],
    [{ name: 'cross-entropy', weights }, crossEntropy({ weights })],
    [{ name: 'focal', weights, gamma: 1.5 }, focal(1.5, { weights })],
    [{ name: 'dice', weights, smoothing: 0.5 }, dice({ weights, smoothing: 0.5 })],
  ];
  for (const [loss, own] of named)
    it(`${loss.name}, weights ${loss.weights.join(' ') || 'none'}, is that of its name, and nothing where no place has a class`, () => {
      for (const y of [labels, unlabelled]) {
        const { total, count } = run({ x: logits, y }, (of) => own(of.x, of.y));
        const known = lossOfImage(loss, Array.from(logits.data), 3, Array.from(y.data));
        close(total, known.total, 'total');
        close(count, known.count, 'count');
      }
    });

  it('of differences are their formulas; places of weight 0 are left out', () => {
    const [y, t] = [logits, { ...logits, data: draws(36, () => 4 * random.uniform() - 2) }];
    const m = { shape, data: draws(12, () => random.integer(2)) };
    const formulas: readonly (readonly [
      string,
      (d: number) => number,
      (...x: readonly Tensor[]) => LossSums,
    ])[] = [
      ['squared', (d) => d * d, (a, b, c) => meanSquared(a, b, c)],
      ['absolute', (d) => Math.abs(d), (a, b, c) => meanAbsolute(a, b, c)],
      [
        'huber',
        (d) => (Math.abs(d) < 0.7 ? (d * d) / 2 : 0.7 * (Math.abs(d) - 0.35)),
        (a, b, c) => huber(0.7)(a, b, c),
      ],
    ];
    for (const [name, each, own] of formulas) {
      const costs = Array.from(y.data, (v, i) => each(v - t.data[i]));
      const plain = run({ y, t }, (of) => own(of.y, of.t));
      close(plain.total / plain.count, costs.reduce((a, b) => a + b, 0) / 36, name);
      const masked = run({ y, t, m }, (of) => own(of.y, of.t, of.m));
      close(
        masked.total,
        costs.reduce((sum, cost, i) => sum + cost * m.data[Math.floor(i / 3)], 0),
        `${name}, masked`,
      );
      assert.equal(masked.count, 3 * m.data.reduce((a, b) => a + b, 0));
    }
  });

  it('contrastive is the mean over partners of the logarithm of their share', () => {
    const [n, d, temperature] = [6, 3, 0.5];
    const v = { shape: [2, 3, d], data: draws(n * d, () => random.uniform() - 0.5) };
    const group = { shape: [2, 3], data: [0, 1, 0, -1, 0, 2] };
    const vector = (i: number): readonly number[] => {
      const own = Array.from({ length: d }, (_, k) => v.data[i * d + k]);
      const length = Math.hypot(...own);
      return own.map((x) => x / length);
    };
    const s = (i: number, j: number): number =>
      vector(i).reduce((sum, x, k) => sum + x * vector(j)[k], 0) / temperature;
    const known = [0, 1, 2, 4, 5];
    let [total, count] = [0, 0];
    for (const i of known) {
      const partners = known.filter((j) => j !== i && group.data[j] === group.data[i]);
      if (partners.length === 0) continue;
      const all = known.filter((k) => k !== i).reduce((sum, k) => sum + Math.exp(s(i, k)), 0);
      total -= partners.reduce((sum, j) => sum + s(i, j) - Math.log(all), 0) / partners.length;
      count++;
    }
    const ours = run({ v, group }, (of) => contrastive(temperature)(of.v, of.group));
    close(ours.total, total, 'total');
    assert.equal(ours.count, count);
    assert.equal(
      run({ v, group: { shape: [2, 3], data: draws(n, () => -1) } }, (of) => contrastive()(of.v, of.group))
        .total,
      0,
    );
  });

  it('the foreground ARI is that of the places of one object, whatever groups are called', () => {
    const wide: Shape = [6, 7];
    const groups = { shape: [...wide, 4], data: draws(168, () => random.uniform()) };
    const cases: readonly (readonly [string, () => number])[] = [
      ['objects, background, shared and ignored places', () => random.integer(5) - 1],
      ['one object alone', () => 1],
      ['no object', () => 0],
    ];
    for (const [what, draw] of cases) {
      const objects = { shape: wide, data: draws(42, draw) };
      const largest = Array.from({ length: 42 }, (_, i) => {
        const row = Array.from(groups.data.subarray(4 * i, 4 * i + 4));
        return row.indexOf(Math.max(...row));
      });
      const { total, count } = run({ x: groups, y: objects }, (of) => ariOfObjects(2)(of.x, of.y));
      const places = objects.data.filter((object) => object === 1 || object === 2).length;
      assert.equal(count, places < 2 ? 0 : 1, what);
      close(total, places < 2 ? 0 : foregroundAri(largest, objects.data, (k) => k === 1 || k === 2), what);
    }
    assert.equal(
      run({ x: { shape: [3, 1], data: [1, 1, 1] }, y: { shape: [3], data: [1, 1, 1] } }, (of) =>
        ariOfObjects(2)(of.x, of.y),
      ).total,
      1,
    );
  });

  it('have gradients that are finite, also where nothing counts', () => {
    for (const y of [labels, unlabelled])
      for (const own of [crossEntropy(), focal(), dice(), contrastive()]) {
        const { p, options } = run({ x: logits, y }, (of) => own(of.x, of.y));
        const places = Array.from({ length: volumeOf(logits.shape) }, (_, index) => ({
          of: 'inputs' as const,
          name: 'x',
          index,
        }));
        const slopes = numericalGradient(p, (outputs) => outputs.total.data[0], options, places.slice(0, 6));
        assert.ok(slopes.every(Number.isFinite));
      }
  });

  it('count the places whose class is right, and refuse shapes that do not go together', () => {
    const { total, count } = run({ x: logits, y: labels }, (of) => accuracy(of.x, of.y));
    let [right, known] = [0, 0];
    for (const [i, label] of Array.from(labels.data).entries()) {
      if (label < 0) continue;
      const row = Array.from(logits.data).slice(3 * i, 3 * i + 3);
      known++;
      if (row[label] === Math.max(...row)) right++;
    }
    assert.deepEqual([total, count], [right, known]);
    const y = { shape: [4], data: [0, 0, 0, 0] };
    assert.throws(
      () => run({ x: logits, y }, (of) => crossEntropy()(of.x, of.y)),
      /logits \[3,4,3\] need labels \[3,4\]/,
    );
    assert.throws(
      () => run({ x: logits, y: labels }, (of) => crossEntropy({ weights: [1] })(of.x, of.y)),
      /1 class weights for 3/,
    );
    assert.throws(
      () => run({ x: logits, y: labels }, (of) => contrastive()(of.y, of.x)),
      /need groups \[3\]/,
    );
    assert.throws(
      () => run({ x: logits, y: labels }, (of) => nextStep(of.y, of.x)),
      /needs a sequence of its shape/,
    );
    // A difference repeats nothing to fit: it would be the loss of other numbers.
    const one = { shape: [], data: [1] };
    for (const own of [meanSquared, meanAbsolute, huber()]) {
      assert.throws(() => run({ x: logits, y: one }, (of) => own(of.x, of.y)), /need the same shape/);
      const [column, row] = [
        { shape: [3, 1], data: [1, 2, 3] },
        { shape: [3], data: [1, 2, 3] },
      ];
      assert.throws(() => run({ column, row }, (of) => own(of.column, of.row)), /\[3,1\]/);
      assert.equal(run({ x: { shape: [1], data: [1] }, one }, (of) => own(of.x, of.one)).total, 0);
    }
  });
});
