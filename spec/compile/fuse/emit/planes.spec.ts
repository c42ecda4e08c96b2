/** What copies, sums and reduces planes, on whole planes and tile after tile, held against its definition. */

import fc from 'fast-check';
import type { FieldOp } from '../../../../src/compile/fuse/ir/field.js';
import { grids, wholePlanes, wholes } from './whole.js';
import { type Planes, same, Workbench } from './workbench.js';

const cases = fc.record({
  shape: grids,
  outer: fc.integer({ min: 1, max: 3 }),
  inner: fc.integer({ min: 1, max: 3 }),
  count: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat(),
});

type Along = { readonly outer: number; readonly count: number; readonly inner: number };

/** The planes of a result, by which plane of the middle they are. */
const planesOf = (
  { outer, inner }: Along,
  size: number,
  plane: (o: number, k: number, i: number) => Planes[0],
) =>
  Array.from({ length: outer * size * inner }, (_, p) =>
    plane(Math.floor(p / (size * inner)), Math.floor(p / inner) % size, p % inner),
  );

/** Runs an operation on whole planes, on tiles, and on lists of numbers, where it must give what is expected. */
const everywhere = (bench: Workbench, op: FieldOp, inputs: readonly Planes[], expected: Planes): void => {
  const given = inputs.map((planes) => bench.given(planes));
  same(bench.run(op, given, bench.planes(expected.length)), expected);
  same(bench.runTiles(op, inputs, { planes: expected.length }), expected);
  const lists = inputs.map((planes) => bench.list(planes.map(([value]) => value)));
  const result = bench.list(expected.map(() => NaN));
  same(
    bench.run(op, lists, result),
    expected.map(([value]) => [value]),
  );
};

describe('planes', () => {
  it('are repeated, cut, put among zeros, and joined along the middle', () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.nat(), ({ shape, seed, ...along }, a, b) => {
        const bench = new Workbench(shape);
        const { pixels } = bench;
        const { outer, count, inner } = along;
        const at = (x: Planes, n: number) => (o: number, k: number, i: number) => x[(o * n + k) * inner + i];
        const one = wholePlanes(seed, 'one', outer * inner, pixels);
        everywhere(
          bench,
          { op: 'repeatPlanes', ...along },
          [one],
          planesOf(along, count, (o, _, i) => at(one, 1)(o, 0, i)),
        );
        const x = wholePlanes(seed, 'x', outer * count * inner, pixels);
        const size = 1 + (a % count);
        const begin = b % (count - size + 1);
        const cut = planesOf(along, size, (o, k, i) => at(x, count)(o, begin + k, i));
        everywhere(bench, { op: 'slicePlanes', ...along, begin, size }, [x], cut);
        const nothing = new Array<number>(pixels).fill(0);
        everywhere(
          bench,
          { op: 'embedPlanes', ...along, begin, size },
          [cut],
          planesOf(along, count, (o, k, i) =>
            k >= begin && k < begin + size ? at(cut, size)(o, k - begin, i) : nothing,
          ),
        );
        everywhere(
          bench,
          { op: 'concatPlanes', outer, inner, sizes: [count, size] },
          [x, cut],
          planesOf(along, count + size, (o, k, i) =>
            k < count ? at(x, count)(o, k, i) : at(cut, size)(o, k - count, i),
          ),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('are summed with their squares, as lists too', () => {
    fc.assert(
      fc.property(grids, fc.integer({ min: 1, max: 9 }), fc.nat(), (shape, planes, seed) => {
        const bench = new Workbench(shape);
        const x = wholePlanes(seed, 'x', planes, bench.pixels);
        const zeros = new Array<number>(2 * planes).fill(0);
        const moments = (of: Planes): Planes =>
          [1, 2].flatMap((power) => of.map((plane) => [plane.reduce((sum, v) => sum + v ** power, 0)]));
        same(bench.run({ op: 'momentSums' }, [bench.given(x)], bench.list(zeros)), moments(x));
        const list = x.map(([value]) => [value]);
        same(bench.run({ op: 'momentSums' }, [bench.list(list.flat())], bench.list(zeros)), moments(list));
      }),
      { numRuns: 30 },
    );
  });

  it('are put in any order', () => {
    const orders = fc
      .integer({ min: 1, max: 12 })
      .chain((n) => fc.shuffledSubarray([...Array(n).keys()], { minLength: n, maxLength: n }));
    fc.assert(
      fc.property(grids, orders, fc.nat(), (shape, order, seed) => {
        const bench = new Workbench(shape);
        const x = wholePlanes(seed, 'x', order.length, bench.pixels);
        everywhere(
          bench,
          { op: 'rearrange', order },
          [x],
          order.map((from) => x[from]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('are summed and compared along the middle; the first of the largest has the cotangent', () => {
    fc.assert(
      fc.property(cases, ({ shape, seed, ...along }) => {
        const bench = new Workbench(shape);
        const { pixels } = bench;
        const { outer, count, inner } = along;
        // few different numbers, so that several are the largest
        const x = wholePlanes(seed, 'x', outer * count * inner, pixels).map((plane) =>
          plane.map((value) => value % 3),
        );
        const column = (o: number, i: number, p: number) =>
          Array.from({ length: count }, (_, k) => x[(o * count + k) * inner + i][p]);
        const reduced = (f: (values: readonly number[]) => number): Planes =>
          planesOf(along, 1, (o, _, i) => Array.from({ length: pixels }, (__, p) => f(column(o, i, p))));
        const most = reduced((values) => Math.max(...values));
        everywhere(
          bench,
          { op: 'reducePlanes', fn: 'sum', ...along },
          [x],
          reduced((values) => values.reduce((sum, v) => sum + v, 0)),
        );
        everywhere(bench, { op: 'reducePlanes', fn: 'max', ...along }, [x], most);
        const d = wholePlanes(seed, 'd', outer * inner, pixels);
        everywhere(
          bench,
          { op: 'firstMax', ...along },
          [x, most, d],
          planesOf(along, count, (o, k, i) =>
            Array.from({ length: pixels }, (_, p) => {
              const values = column(o, i, p);
              return values.indexOf(Math.max(...values)) === k ? d[o * inner + i][p] : 0;
            }),
          ),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('are summed over their pixels, and lists as a whole, onto what is there', () => {
    fc.assert(
      fc.property(grids, fc.integer({ min: 1, max: 9 }), fc.nat(), (shape, planes, seed) => {
        const bench = new Workbench(shape);
        const x = wholePlanes(seed, 'x', planes, bench.pixels);
        const before = wholes(seed, 'before', planes);
        const expected = x.map((pixels, p) => [pixels.reduce((sum, v) => sum + v, before[p])]);
        same(bench.run({ op: 'sumPixels', scale: 1 }, [bench.given(x)], bench.list(before)), expected);
        same(bench.runTiles({ op: 'sumPixels', scale: 1 }, [x], bench.list(before)), expected);
        const list = wholes(seed, 'list', planes);
        const total = list.reduce((sum, v) => sum + v, before[0]);
        same(bench.run({ op: 'sumAll' }, [bench.list(list)], bench.list([before[0]])), [[total]]);
      }),
      { numRuns: 100 },
    );
  });
});
