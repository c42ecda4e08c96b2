/** Law 11 with its formulas written out: a bounded force, and gates, within the bounds and without what makes them. */

import assert from 'node:assert/strict';
import type { Program } from 'drumhead';
import { systemOf } from 'drumhead/laws';
import { parametersOf } from '../../../src/dsl/graph.js';
import { stepsOf } from '../../../src/laws/system/program.js';
import { convGru } from '../../../src/models/conv-gru.js';
import { convLstm } from '../../../src/models/conv-lstm.js';
import { checkered, filled, followed, largest, programOf, split } from './follow.js';

const field = [4, 4, 1] as const;
const other = filled(field, (i) => Math.cos(3 * i));

describe('law 11: the NWM without omega and alpha', () => {
  const rough = checkered(4, 4);
  const still = filled(field, () => 0);
  const h = 0.2;
  const path = (activation: string) => {
    const p = programOf('nwm-core', { height: 4, width: 4, steps: 12, dt: h, activation });
    const inputs = { y: rough, z: other, omega: still, alpha: still };
    return ['y', 'z'].map((name) => split(followed(p, inputs, name), 16).map(largest));
  };
  /** |z_n| <= |z_0| + n h and |y_n| <= |y_0| + n h |z_0| + h^2 n (n + 1) / 2. */
  const bounded = ([y, z]: readonly (readonly number[])[]): boolean => {
    const [y0, z0] = [largest(rough.data), largest(other.data)];
    const yBound = (n: number): number => y0 + n * h * z0 + (h * h * n * (n + 1)) / 2;
    return z.every((v, i) => v <= z0 + (i + 1) * h + 1e-12) && y.every((v, i) => v <= yBound(i + 1) + 1e-12);
  };
  it('grows no faster than its bound', () => assert.ok(bounded(path('tanh'))));
  it('does without its tanh', () => assert.ok(!bounded(path('identity'))));
});

/** The largest state of every step, the start first: the cell alone, its weights drawn wide, its biases given. */
const cellPath = (
  model: Program,
  start: Readonly<Record<string, number>>,
  biases: Readonly<Record<string, readonly number[]>>,
  output: string,
  wide = 0,
): readonly number[] => {
  const cell = stepsOf(systemOf(model), 12);
  const given = Object.fromEntries(
    parametersOf(cell.graph).map(({ name, shape }) => [
      name,
      filled(shape, (i) => biases[name]?.[i] ?? wide * Math.sin(1 + 3 * i)),
    ]),
  );
  const inputs = Object.fromEntries(
    Object.entries(start).map(([name, size]) => [name, filled(field, (i) => size * Math.cos(i))]),
  );
  const all = followed(cell, inputs, output, given);
  return [largest(inputs[output].data), ...split(all, 16).map(largest)];
};

const sizes = { height: 4, width: 4, input: 1, mid: 1, channels: 1, hidden: [], classes: 2 } as const;
/** A gate that is open, and one that is shut. */
const [open, shut] = [40, -40];

describe('law 11: a ConvLSTM', () => {
  const lstm = convLstm({ ...sizes, steps: 12, readout: 'last' });
  const start = { y: 1, hidden: 1, cell: 2 };
  const within = (cells: readonly number[]): boolean => cells.every((c, n) => c <= cells[0] + n);

  for (const wide of [0.5, 5, 50])
    it(`with weights up to ${wide} keeps |h| <= 1 and |c_n| <= |c_0| + n`, () => {
      assert.ok(cellPath(lstm, start, {}, 'hidden', wide).every((h) => h <= 1));
      assert.ok(within(cellPath(lstm, start, {}, 'cell', wide)));
    });

  it('reaches that bound where all gates stand open', () => {
    const cells = cellPath(lstm, start, { 'gates/bias': [open, open, open, open] }, 'cell');
    assert.ok(within(cells) && Math.abs(cells[12] - cells[0] - 12) < 1e-9, `${cells}`);
  });
});

describe('law 11: a ConvGRU', () => {
  const gru = convGru({ ...sizes, steps: 12, readout: 'last' });
  const path = (hidden: number, biases: Readonly<Record<string, readonly number[]>>, wide = 0) =>
    cellPath(gru, { y: 1, hidden }, biases, 'hidden', wide);

  for (const hidden of [0.2, 1, 3])
    it(`from ${hidden} never leaves max(|h_0|, 1)`, () => {
      for (const wide of [0.5, 5, 50])
        assert.ok(path(hidden, {}, wide).every((h) => h <= Math.max(hidden, 1)));
    });

  it('keeps what it began with where nothing is updated, and goes to 1 where all is', () => {
    assert.ok(Math.abs(path(3, { 'update/bias': [shut] })[12] - 3) < 1e-9);
    assert.ok(Math.abs(path(0.2, { 'update/bias': [open], 'candidate/bias': [open] })[12] - 1) < 1e-9);
  });
});
