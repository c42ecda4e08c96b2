/** Convolutions and their adjoints, held against their definition: whole numbers, so that not a bit may differ. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isWinograd } from '../../../../src/compile/fuse/emit/winograd.js';
import type { Window } from '../../../../src/compile/fuse/ir/field.js';
import { grids, wholePlanes, wholes } from './whole.js';
import { type Planes, same, Workbench } from './workbench.js';

interface Case {
  readonly shape: readonly number[];
  readonly window: Window;
  readonly seed: number;
}

const boundaries: readonly Window['boundary'][] = ['zero', 'circular', 'reflect', { fixed: -3 }];

/** As wide a window as the language allows at this boundary. */
const widest = (n: number, boundary: Window['boundary']): number =>
  boundary === 'circular' ? 2 * n + 1 : boundary === 'reflect' ? 2 * n - 1 : 7;

const cases = (channels: number): fc.Arbitrary<Case> =>
  fc
    .record({
      shape: grids,
      boundary: fc.constantFrom(...boundaries),
      height: fc.integer({ min: 1, max: 7 }),
      width: fc.integer({ min: 1, max: 7 }),
      from: fc.integer({ min: 1, max: channels }),
      to: fc.integer({ min: 1, max: channels }),
      depthwise: fc.boolean(),
      seed: fc.nat(),
    })
    .map(({ shape, seed, boundary, ...w }) => {
      const [rows, columns] = shape.length === 2 ? shape : [1, shape[0]];
      const height = shape.length === 2 ? Math.min(w.height, widest(rows, boundary)) : 1;
      const width = Math.min(w.width, widest(columns, boundary));
      return { shape, seed, window: { ...w, height, width, boundary } };
    });

/** Where a place beyond the edge is found again, or nothing. */
const inside = (place: number, size: number, boundary: Window['boundary']): number | undefined => {
  if (place >= 0 && place < size) return place;
  if (boundary === 'circular') return (place + 8 * size) % size;
  if (boundary !== 'reflect') return undefined;
  return place < 0 ? -place : 2 * (size - 1) - place;
};

/** Every product of the convolution once: pixel and channel out, pixel and channel in (if inside), weight. */
const eachTerm = (
  { shape, window }: Case,
  visit: (to: number, y: number, from: number, x: number | undefined, weight: number) => void,
): void => {
  const [rows, columns] = shape.length === 2 ? shape : [1, shape[0]];
  const { height, width, from, to, depthwise, boundary } = window;
  const [top, left] = [Math.floor((height - 1) / 2), Math.floor((width - 1) / 2)];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) {
          const r = inside(row + i - top, rows, boundary);
          const c = inside(column + j - left, columns, boundary);
          const x = r === undefined || c === undefined ? undefined : r * columns + c;
          for (let a = 0; a < from; a++)
            for (let b = 0; b < to; b++)
              visit(
                depthwise ? a * to + b : b,
                row * columns + column,
                a,
                x,
                ((i * width + j) * from + a) * to + b,
              );
        }
};

const zeros = (planes: number, pixels: number): number[][] =>
  Array.from({ length: planes }, () => new Array<number>(pixels).fill(0));

const prepared = (one: Case) => {
  const { window, seed } = one;
  const bench = new Workbench(one.shape);
  const { pixels } = bench.grid;
  const results = window.depthwise ? window.from * window.to : window.to;
  assert.ok(!isWinograd(window, bench.grid), 'mixed lines round: they have a spec of their own');
  const x = wholePlanes(seed, 'x', window.from, pixels);
  const dy = wholePlanes(seed, 'dy', results, pixels);
  const w = wholes(seed, 'w', window.height * window.width * window.from * window.to);
  return { bench, pixels, results, x, dy, w };
};

const fixed = ({ boundary }: Window): number => (typeof boundary === 'object' ? boundary.fixed : 0);

describe('convolutions', () => {
  it('are the sum over the window, at every boundary and of every size', () => {
    fc.assert(
      fc.property(cases(7), (one) => {
        const { bench, pixels, results, x, w } = prepared(one);
        const expected = zeros(results, pixels);
        eachTerm(one, (to, y, from, place, weight) => {
          expected[to][y] += w[weight] * (place === undefined ? fixed(one.window) : x[from][place]);
        });
        const out = bench.planes(results);
        same(bench.run({ op: 'conv', ...one.window }, [bench.given(x), bench.list(w)], out), expected);
      }),
      { numRuns: 100 },
    );
  });

  it('look at nothing but the window, to the bit: the rest of the field may be no number', () => {
    fc.assert(
      fc.property(cases(7), fc.nat(), (one, place) => {
        const { bench, pixels, results, x, w } = prepared(one);
        const pixel = place % pixels;
        const seen = new Set<number | undefined>();
        eachTerm(one, (_, y, __, at) => {
          if (y === pixel) seen.add(at);
        });
        const alone = x.map((plane) => plane.map((value, y) => (seen.has(y) ? value : NaN)));
        const [known, found] = [x, alone].map((planes) =>
          bench.run(
            { op: 'conv', ...one.window },
            [bench.given(planes), bench.list(w)],
            bench.planes(results),
          ),
        );
        same(
          found.map((plane) => [plane[pixel]]),
          known.map((plane) => [plane[pixel]]),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('have the adjoint by their input: every cotangent goes where its values came from', () => {
    fc.assert(
      fc.property(cases(7), (one) => {
        const { bench, pixels, dy, w } = prepared(one);
        const expected = zeros(one.window.from, pixels);
        eachTerm(one, (to, y, from, place, weight) => {
          if (place !== undefined) expected[from][place] += w[weight] * dy[to][y];
        });
        const out = bench.planes(one.window.from);
        same(bench.run({ op: 'convInput', ...one.window }, [bench.given(dy), bench.list(w)], out), expected);
      }),
      { numRuns: 100 },
    );
  });

  it('have the adjoint by their weights, added to what is there', () => {
    fc.assert(
      fc.property(cases(7), (one) => {
        const { bench, x, dy, w } = prepared(one);
        const before = wholes(one.seed, 'before', w.length);
        const expected: Planes = before.map((value) => [value]);
        const sums = expected.map(([value]) => value);
        eachTerm(one, (to, y, from, place, weight) => {
          sums[weight] += dy[to][y] * (place === undefined ? fixed(one.window) : x[from][place]);
        });
        const out = bench.list(before);
        same(
          bench.run({ op: 'convWeight', ...one.window }, [bench.given(x), bench.given(dy)], out),
          sums.map((value) => [value]),
        );
      }),
      { numRuns: 100 },
    );
  });
});
