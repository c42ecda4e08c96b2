/** Pools and moved pixels, held against their definition: whole numbers, so that not a bit may differ. */

import fc from 'fast-check';
import type { Grid, PoolWindow } from '../../../../src/compile/fuse/ir/field.js';
import { grids, wholePlanes } from './whole.js';
import { type Planes, same, Workbench } from './workbench.js';

const side = fc.integer({ min: 1, max: 4 });

const pools = fc
  .record({
    shape: grids,
    fn: fc.constantFrom('max' as const, 'mean' as const),
    height: fc.constantFrom(1, 2, 4),
    width: fc.constantFrom(1, 2, 4),
    stride: fc.tuple(side, side),
    planes: fc.integer({ min: 1, max: 3 }),
    nothing: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ shape, height, width, fn, stride, ...rest }) => {
    const [rows, columns] = shape.length === 2 ? shape : [1, shape[0]];
    // sides that are powers of two: means of whole numbers are exact
    const op: PoolWindow = {
      fn,
      height: height <= rows ? height : 1,
      width: width <= columns ? width : 1,
      stride,
    };
    return { shape, op, ...rest };
  });

const gridOfResults = ({ height, width, stride }: PoolWindow, x: Grid): Grid => ({
  height: Math.floor((x.height - height) / stride[0]) + 1,
  width: Math.floor((x.width - width) / stride[1]) + 1,
});

/** The pixels of each window, in row-major order. */
const windows = (op: PoolWindow, x: Grid): readonly (readonly number[])[] => {
  const { height, width } = gridOfResults(op, x);
  return Array.from({ length: height * width }, (_, y) =>
    Array.from({ length: op.height * op.width }, (_, tap) => {
      const row = Math.floor(y / width) * op.stride[0] + Math.floor(tap / op.width);
      return row * x.width + (y % width) * op.stride[1] + (tap % op.width);
    }),
  );
};

const pooled = (op: PoolWindow, x: Grid, plane: readonly number[]): number[] =>
  windows(op, x).map((window) => {
    const values = window.map((pixel) => plane[pixel]);
    return op.fn === 'max' ? Math.max(...values) : values.reduce((a, b) => a + b, 0) / values.length;
  });

describe('pools', () => {
  it('are the maximum or the mean of each window; the gradient goes where the value came from', () => {
    fc.assert(
      fc.property(pools, ({ shape, op, planes, nothing, seed }) => {
        const bench = new Workbench(shape);
        const grid = gridOfResults(op, bench.grid);
        const sites = grid.height * grid.width;
        const x: Planes = wholePlanes(seed, 'x', planes, bench.pixels).map((plane) =>
          // a NaN is the maximum of its windows, and the first of them gets the gradient
          plane.map((value, i) => (nothing && op.fn === 'max' && i % 5 === 0 ? NaN : value)),
        );
        const d = wholePlanes(seed, 'd', planes, sites);
        const y = x.map((plane) => pooled(op, bench.grid, plane));
        const given = bench.given(x);
        const result = bench.planes(planes, grid);
        isSame(bench.run({ op: 'pool', ...op }, [given], result), y);
        const expected = x.map((plane, p) => {
          const dx = plane.map(() => 0);
          for (const [i, window] of windows(op, bench.grid).entries())
            if (op.fn === 'mean') for (const pixel of window) dx[pixel] += d[p][i] / window.length;
            else
              dx[window.find((pixel) => Object.is(plane[pixel], y[p][i]) || plane[pixel] === y[p][i]) ?? 0] +=
                d[p][i];
          return dx;
        });
        const inputs = [given, result, bench.given(d, grid)];
        isSame(bench.run({ op: 'poolVjp', ...op }, inputs, bench.planes(planes)), expected);
      }),
      { numRuns: 150 },
    );
  });
});

/** The same numbers, or both none. */
const isSame = (found: Planes, expected: Planes): void =>
  same(
    found.map((plane) => plane.map((value) => (Number.isNaN(value) ? 1e9 : value))),
    expected.map((plane) => plane.map((value) => (Number.isNaN(value) ? 1e9 : value))),
  );

describe('pixels', () => {
  const moved = fc
    .record({ shape: grids, planes: fc.integer({ min: 1, max: 3 }), seed: fc.nat(), cut: fc.nat() })
    .chain(({ shape, ...rest }) => {
      const [rows, columns] = shape.length === 2 ? shape : [1, shape[0]];
      const along = (n: number) =>
        fc.oneof(
          fc.array(fc.nat(n - 1), { minLength: 1, maxLength: 20 }),
          fc
            .tuple(fc.nat(n - 1), fc.nat(n - 1))
            .map(([a, b]) => Array.from({ length: Math.abs(a - b) + 1 }, (_, i) => Math.min(a, b) + i)),
        );
      return fc
        .record({ shape: fc.constant(shape), rows: along(rows), columns: along(columns) })
        .map((made) => ({ ...rest, ...made }));
    });

  it('move where their tables say, and their gradients back', () => {
    fc.assert(
      fc.property(moved, ({ shape, rows, columns, planes, seed }) => {
        const bench = new Workbench(shape);
        const grid = { height: rows.length, width: columns.length };
        const from = rows.flatMap((row) => columns.map((column) => row * bench.grid.width + column));
        const x = wholePlanes(seed, 'x', planes, bench.pixels);
        const d = wholePlanes(seed, 'd', planes, from.length);
        same(
          bench.run({ op: 'gatherPixels', rows, columns }, [bench.given(x)], bench.planes(planes, grid)),
          x.map((plane) => from.map((pixel) => plane[pixel])),
        );
        const expected = d.map((plane) => {
          const dx = new Array<number>(bench.pixels).fill(0);
          for (const [i, pixel] of from.entries()) dx[pixel] += plane[i];
          return dx;
        });
        same(
          bench.run({ op: 'scatterPixels', rows, columns }, [bench.given(d, grid)], bench.planes(planes)),
          expected,
        );
      }),
      { numRuns: 100 },
    );
  });

  it('are joined below each other and side by side', () => {
    fc.assert(
      fc.property(moved, fc.boolean(), ({ shape, planes, seed, cut }, below) => {
        const bench = new Workbench(shape);
        const { height, width } = bench.grid;
        const first = cut % (below ? height : width);
        const sizes = [first, (below ? height : width) - first].filter((size) => size > 0);
        const x = wholePlanes(seed, 'x', planes, bench.pixels);
        let begin = 0;
        const parts = sizes.map((size) => {
          const [start, grid] = [begin, below ? { height: size, width } : { height, width: size }];
          begin += size;
          const values = x.map((plane) =>
            plane.filter((_, i) => {
              const place = below ? Math.floor(i / width) : i % width;
              return place >= start && place < start + size;
            }),
          );
          return bench.given(values, grid);
        });
        same(
          bench.run(
            { op: 'concatPixels', axis: below ? 'rows' : 'columns', sizes },
            parts,
            bench.planes(planes),
          ),
          x,
        );
      }),
      { numRuns: 60 },
    );
  });
});
