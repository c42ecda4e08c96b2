/** Convolutions by mixed lines: how far from the sum over the window, and what else a value depends on. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '../../../../../src/base/random.js';
import { isWinograd } from '../../../../../src/compile/fuse/emit/convolution/winograd.js';
import type { Window } from '../../../../../src/compile/fuse/ir/field.js';
import {
  inputTransform,
  outputTile,
  outputTransform,
  weightTransform,
} from '../../../../../src/compile/fuse/kernels/winograd.js';
import { type Planes, Workbench } from '../workbench.js';

interface Case {
  readonly height: number;
  readonly width: number;
  readonly window: Window;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    height: fc.constantFrom(4, 8, 12),
    width: fc.constantFrom(8, 12, 20),
    columns: fc.constantFrom(1, 2, 3, 5),
    channels: fc.constantFrom([8, 8], [8, 11], [12, 9], [16, 8]),
    circular: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ height, width, columns, channels: [from, to], circular, seed }) => ({
    height,
    width,
    seed,
    window: {
      height: 3,
      width: columns,
      from,
      to,
      depthwise: false,
      boundary: circular ? 'circular' : 'zero',
    },
  }));

const floats = (seed: number, name: string, count: number): readonly number[] => {
  const random = stream(seed, name);
  // of sizes far apart
  return Array.from({ length: count }, () =>
    Math.fround((2 * random.uniform() - 1) * 10 ** random.integer(3)),
  );
};

const planesOf = (seed: number, name: string, planes: number, pixels: number): Planes =>
  Array.from({ length: planes }, (_, plane) => floats(seed, `${name} ${plane}`, pixels));

const unit = 2 ** -24;

/** A pixel of a channel, or what stands beyond the edge. */
const looking =
  ({ height, width, window: { boundary } }: Case, x: Planes) =>
  (channel: number, row: number, column: number): number => {
    if (boundary === 'circular')
      return x[channel][((row + height) % height) * width + ((column + width) % width)];
    const isIn = row >= 0 && row < height && column >= 0 && column < width;
    return isIn ? x[channel][row * width + column] : 0;
  };

/** For a value of the result: the exact sum, and how far from it roundings can take the one by mixed lines. */
const exactAt = (one: Case, x: Planes, w: readonly number[]) => {
  const { window } = one;
  const { from, to } = window;
  const left = Math.floor((window.width - 1) / 2);
  const look = looking(one, x);
  return (b: number, row: number, column: number): { readonly value: number; readonly bound: number } => {
    const first = outputTile * Math.floor(row / outputTile) - 1;
    let value = 0;
    let size = 0;
    for (let j = 0; j < window.width; j++)
      for (let a = 0; a < from; a++) {
        const weights = [0, 1, 2].map((i) => w[((i * window.width + j) * from + a) * to + b]);
        const lines = inputTransform.map((_, l) => look(a, first + l, column + j - left));
        for (const [i, weight] of weights.entries()) value += weight * lines[row - first - 1 + i];
        // the same six products, everything taken by its size
        for (const [k, part] of outputTransform[row - first - 1].entries()) {
          const weighed = weightTransform[k].reduce(
            (sum, factor, i) => sum + Math.abs(factor * weights[i]),
            0,
          );
          const stirred = inputTransform[k].reduce((sum, factor, l) => sum + Math.abs(factor * lines[l]), 0);
          size += Math.abs(part) * weighed * stirred;
        }
      }
    // roundings on the way of a number: mixing 6 lines, its weight, its product, the sum of them, and the answer's 6
    const roundings = 6 + 1 + 1 + from * window.width + 6;
    return { value, bound: 1.01 * roundings * unit * size };
  };
};

const convolved = ({ height, width, window }: Case, x: Planes, w: readonly number[]): Planes => {
  const bench = new Workbench([height, width]);
  assert.ok(isWinograd(window, bench.grid));
  return bench.run({ op: 'conv', ...window }, [bench.given(x), bench.list(w)], bench.planes(window.to));
};

describe('convolutions by mixed lines', () => {
  const prepared = (one: Case) => {
    const { window, seed } = one;
    const pixels = one.height * one.width;
    const x = planesOf(seed, 'x', window.from, pixels);
    const w = floats(seed, 'w', 3 * window.width * window.from * window.to);
    return { x, w, pixels };
  };

  it('are as far from the sum over the window as their roundings allow', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { x, w } = prepared(one);
        const exact = exactAt(one, x, w);
        for (const [b, pixels] of convolved(one, x, w).entries())
          for (const [y, found] of pixels.entries()) {
            const { value, bound } = exact(b, Math.floor(y / one.width), y % one.width);
            if (!(Math.abs(found - value) <= bound))
              assert.fail(`${found} instead of ${value}, not within ${bound}`);
          }
      }),
      { numRuns: 15 },
    );
  });

  it('have the adjoint by their input with the same bound: the window turned around', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { window, seed } = one;
        // an even window looks further to the other side when it is turned: the oracle takes odd ones
        fc.pre(window.width % 2 === 1);
        const { w, pixels } = prepared(one);
        const dy = planesOf(seed, 'dy', window.to, pixels);
        const { width, from, to } = window;
        const turned = Array.from({ length: w.length }, (_, place) => {
          const [tap, channels] = [Math.floor(place / (from * to)), place % (from * to)];
          return w[(3 * width - 1 - tap) * from * to + (channels % from) * to + Math.floor(channels / from)];
        });
        const bench = new Workbench([one.height, one.width]);
        const found = bench.run(
          { op: 'convInput', ...window },
          [bench.given(dy), bench.list(w)],
          bench.planes(from),
        );
        const exact = exactAt({ ...one, window: { ...window, from: to, to: from } }, dy, turned);
        for (const [a, values] of found.entries())
          for (const [y, value] of values.entries()) {
            const { value: expected, bound } = exact(a, Math.floor(y / one.width), y % one.width);
            if (!(Math.abs(value - expected) <= bound)) assert.fail(`${value} instead of ${expected}`);
          }
      }),
      { numRuns: 12 },
    );
  });

  it('have the adjoint by their weights, as far from the sum over pixels as roundings allow', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { window, seed, height, width } = one;
        const { x, w, pixels } = prepared(one);
        const dy = planesOf(seed, 'dy', window.to, pixels);
        const bench = new Workbench([height, width]);
        const found = bench.run(
          { op: 'convWeight', ...window },
          [bench.given(x), bench.given(dy)],
          bench.list(w.map(() => 0)),
        );
        const look = looking(one, x);
        const left = Math.floor((window.width - 1) / 2);
        // mixing both sides, the product, the sums over vectors, over their lanes and over pieces, and the answer
        const roundings = 6 + 5 + 1 + (height / outputTile) * (width / 4 + 1) + 2 + 6;
        for (const [place, [value]] of found.entries()) {
          const b = place % window.to;
          const a = Math.floor(place / window.to) % window.from;
          const column = Math.floor(place / (window.to * window.from)) % window.width;
          const line = Math.floor(place / (window.to * window.from * window.width));
          let [expected, size] = [0, 0];
          for (let first = 0; first < height; first += outputTile)
            for (let at = 0; at < width; at++) {
              const lines = inputTransform.map((_, l) => look(a, first - 1 + l, at + column - left));
              const slopes = outputTransform.map((_, r) => dy[b][(first + r) * width + at]);
              for (const [r, slope] of slopes.entries()) expected += slope * lines[line + r];
              for (const [k, factors] of weightTransform.entries()) {
                const stirred = inputTransform[k].reduce(
                  (sum, factor, l) => sum + Math.abs(factor * lines[l]),
                  0,
                );
                const spread = slopes.reduce(
                  (sum, slope, r) => sum + Math.abs(outputTransform[r][k] * slope),
                  0,
                );
                size += Math.abs(factors[line]) * stirred * spread;
              }
            }
          const bound = 1.01 * roundings * unit * size;
          if (!(Math.abs(value - expected) <= bound))
            assert.fail(`${value} instead of ${expected}, not within ${bound}`);
        }
      }),
      { numRuns: 8 },
    );
  });

  it('read six lines for four and no column beside the window: the rest may be anything, to the bit', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (one, place) => {
        const { window, height, width } = one;
        const { x, w, pixels } = prepared(one);
        const left = Math.floor((window.width - 1) / 2);
        const [row, column] = [Math.floor((place % pixels) / width), (place % pixels) % width];
        const first = outputTile * Math.floor(row / outputTile) - 1;
        const rows = inputTransform.map((_, l) => (first + l + height) % height);
        const columns = Array.from({ length: window.width }, (_, j) => (column + j - left + width) % width);
        const elsewhere = x.map((plane) =>
          plane.map((value, y) =>
            rows.includes(Math.floor(y / width)) && columns.includes(y % width) ? value : NaN,
          ),
        );
        const [a, b] = [convolved(one, x, w), convolved(one, elsewhere, w)];
        for (const [plane, values] of a.entries())
          assert.equal(b[plane][row * width + column], values[row * width + column]);
      }),
      { numRuns: 15 },
    );
  });

  it('in the other lines of the six, change the value by no more than the bound', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (one, place) => {
        const { height, width } = one;
        const { x, w, pixels } = prepared(one);
        const [row, column] = [Math.floor((place % pixels) / width), (place % pixels) % width];
        const seen = [row - 1, row, row + 1].map((line) => (line + height) % height);
        const others = planesOf(one.seed, 'others', x.length, pixels);
        const changed = x.map((plane, a) =>
          plane.map((value, y) => (seen.includes(Math.floor(y / width)) ? value : others[a][y])),
        );
        const [before, after] = [convolved(one, x, w), convolved(one, changed, w)];
        const [exactBefore, exactAfter] = [exactAt(one, x, w), exactAt(one, changed, w)];
        for (const [b, values] of before.entries()) {
          const apart = Math.abs(values[row * width + column] - after[b][row * width + column]);
          const [known, still] = [exactBefore(b, row, column), exactAfter(b, row, column)];
          assert.equal(still.value, known.value, 'it is outside the light cone');
          assert.ok(apart <= known.bound + still.bound, `${apart} apart`);
        }
      }),
      { numRuns: 15 },
    );
  });
});
