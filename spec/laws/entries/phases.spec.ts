/** Law 15 with its formulas written out, on both sides of each bound. */

import assert from 'node:assert/strict';
import { filled, followed, programOf } from './follow.js';

const dt = 0.1;
/** Phases of all steps, the start first. */
const path = (
  settings: Readonly<Record<string, unknown>>,
  theta: (i: number) => number,
  omega: (i: number) => number = () => 0,
): readonly (readonly number[])[] => {
  const { height, width } = { height: 4, width: 4, ...settings };
  const shape = [height, width, 1];
  const p = programOf('kuramoto', { height, width, dt, steps: 5, reach: 1, ...settings });
  const start = filled(shape, theta);
  const all = [...start.data, ...followed(p, { theta: start, omega: filled(shape, omega) }, 'theta')];
  const size = height * width;
  return Array.from({ length: all.length / size }, (_, t) => all.slice(t * size, (t + 1) * size));
};
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const order = (phases: readonly number[]): number =>
  Math.hypot(sum(phases.map(Math.cos)), sum(phases.map(Math.sin))) / phases.length;
const spread = (i: number): number => 2 * Math.sin(1 + 5 * i);
const free = (i: number): number => Math.cos(3 * i);

/** Two oscillators, each pulled by the other with coupling / 2. */
const pair = { height: 1, width: 2, reach: 0 };

describe('law 15: phases', () => {
  it('an angle added to all is added to all later ones', () => {
    const [plain, turned] = [path({}, spread, free), path({}, (i) => spread(i) + 0.7, free)];
    for (const [i, v] of plain.flat().entries()) assert.ok(Math.abs(turned.flat()[i] - v - 0.7) < 1e-12);
  });

  for (const [boundary, keeps] of [
    ['circular', true],
    ['zero', true],
    ['reflect', false],
  ] as const)
    it(`the mean frequency is ${keeps ? '' : 'not '}kept where the edge is '${boundary}'`, () => {
      const sums = path({ boundary }, spread, free).map(sum);
      const own = dt * sum(Array.from({ length: 16 }, (_, i) => free(i)));
      const drift = Math.max(...sums.slice(1).map((v, t) => Math.abs(v - sums[t] - own)));
      assert.equal(drift < 1e-12, keeps, `${drift}`);
    });

  it('the order is 1 iff all are equal, and they stay so', () => {
    assert.ok(
      path(
        {},
        () => 2,
        () => 1,
      ).every((phases) => Math.abs(order(phases) - 1) < 1e-12),
    );
    assert.ok(path({}, spread, free).every((phases) => order(phases) >= 0 && order(phases) < 1 - 1e-3));
    assert.ok(order(path({}, (i) => 0.01 * (i % 2))[0]) < 1);
  });

  it('the energy falls with h at 1 / row sum, and rises for two that are nearly in step beyond it', () => {
    // The row sum of a pair is K / 2, so h K / 2 = 1 at K = 20.
    const energies = (coupling: number) =>
      path({ ...pair, coupling }, (i) => 1e-3 * i).map(([a, b]) => -(coupling / 2) * Math.cos(a - b));
    const rises = (values: readonly number[]): boolean => values.slice(1).some((v, i) => v > values[i]);
    assert.deepEqual([rises(energies(19.9)), rises(energies(20.4))], [false, true]);
  });

  it('two lock iff |dw| <= K', () => {
    const [coupling, steps] = [2, 4000];
    const turns = (dw: number): number => {
      const all = path(
        { ...pair, coupling, steps },
        () => 0,
        (i) => (i === 0 ? dw / 2 : -dw / 2),
      );
      return Math.abs(all[steps][0] - all[steps][1]);
    };
    assert.ok(turns(0.98 * coupling) < Math.PI / 2);
    assert.ok(turns(1.02 * coupling) > 4 * Math.PI);
  });
});

describe('law 15: AKOrN', () => {
  for (const components of [2, 3, 4])
    it(`keeps the length of vectors of ${components}`, () => {
      const p = programOf('akorn', { height: 3, width: 3, components, oscillators: 1, steps: 6 });
      const raw = (i: number): number => Math.sin(1 + 2.7 * i);
      const length = (at: (i: number) => number, i: number): number => {
        const first = i - (i % components);
        return Math.hypot(...Array.from({ length: components }, (_, k) => at(first + k)));
      };
      const shape = [3, 3, components];
      const x = filled(shape, (i) => raw(i) / length(raw, i));
      const found = followed(p, { x, c: filled(shape, (i) => Math.cos(i)) }, 'x');
      for (let i = 0; i < found.length; i += components)
        assert.ok(Math.abs(length((at) => found[at], i) - 1) < 1e-9);
    });
});
