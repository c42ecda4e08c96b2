/** Convolutions and their adjoints, held against their definition: whole numbers, so that not a bit may differ. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isWinograd } from '../../../../../src/compile/fuse/emit/convolution/winograd.js';
import type { Window } from '../../../../../src/compile/fuse/ir/field.js';
import { resultGrid, resultsOf, weightsIn } from '../../../../../src/compile/fuse/ir/window.js';
import { pixelsOf } from '../../../../../src/compile/fuse/memory/address.js';
import { grids, wholePlanes, wholes } from '../whole.js';
import { type Planes, same, Workbench } from '../workbench.js';

interface Case {
  readonly shape: readonly number[];
  readonly window: Window;
  readonly seed: number;
}

const boundaries: readonly Window['boundary'][] = ['zero', 'circular', 'reflect', { fixed: -3 }, 'none'];

/** As wide a window as the language allows at this boundary, with taps this far apart. */
const widest = (n: number, boundary: Window['boundary'], apart: number): number => {
  const span =
    boundary === 'circular' ? 2 * n + 1 : boundary === 'reflect' ? 2 * n - 1 : boundary === 'none' ? n : 7;
  return Math.floor((span - 1) / apart) + 1;
};

const sizes = fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 3 }));
const pair = fc.tuple(sizes, sizes);
/** A pair of sizes as a window has it: left out where both are 1. */
const leftOut = <K extends string>(name: K, [a, b]: readonly [number, number]) =>
  a === 1 && b === 1 ? {} : { [name]: [a, b] };

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
      stride: pair,
      dilation: pair,
      groups: sizes,
      outer: sizes,
      seed: fc.nat(),
    })
    .map(({ shape, seed, boundary, stride: [down, along], dilation, groups, outer, ...w }) => {
      const isPlane = shape.length === 2;
      const [rows, columns] = isPlane ? shape : [1, shape[0]];
      const apart: readonly [number, number] = [isPlane ? dilation[0] : 1, dilation[1]];
      const height = isPlane ? Math.min(w.height, widest(rows, boundary, apart[0])) : 1;
      const width = Math.min(w.width, widest(columns, boundary, apart[1]));
      const inGroups = !w.depthwise && groups > 1;
      const times = inGroups ? groups : 1;
      return {
        shape,
        seed,
        window: {
          ...w,
          from: times * w.from,
          to: times * w.to,
          height,
          width,
          boundary,
          ...leftOut('stride', [isPlane ? down : 1, along]),
          ...leftOut('dilation', apart),
          ...(inGroups ? { groups } : {}),
          ...(outer > 1 ? { outer } : {}),
        },
      };
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
  const { height, width, from, to, depthwise, boundary, groups = 1, outer = 1 } = window;
  const [down, along] = window.stride ?? [1, 1];
  const [apart, beside] = window.dilation ?? [1, 1];
  const before = (side: number, gap: number): number =>
    boundary === 'none' ? 0 : Math.floor(((side - 1) * gap) / 2);
  const [top, left] = [before(height, apart), before(width, beside)];
  const results = resultGrid(window, { height: rows, width: columns });
  const [ins, outs] = [from / groups, to / groups];
  for (let row = 0; row < results.height; row++)
    for (let column = 0; column < results.width; column++)
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) {
          const r = inside(row * down + i * apart - top, rows, boundary);
          const c = inside(column * along + j * beside - left, columns, boundary);
          const x = r === undefined || c === undefined ? undefined : r * columns + c;
          const y = row * results.width + column;
          for (let field = 0; field < outer; field++)
            for (let a = 0; a < from; a++) {
              const group = Math.floor(a / ins);
              for (let b = depthwise ? 0 : group * outs; b < (depthwise ? to : (group + 1) * outs); b++)
                visit(
                  field * (depthwise ? from * to : to) + (depthwise ? a * to + b : b),
                  y,
                  field * from + a,
                  x,
                  ((i * width + j) * (depthwise ? from : ins) + (depthwise ? a : a % ins)) * to + b,
                );
            }
        }
};

const zeros = (planes: number, pixels: number): number[][] =>
  Array.from({ length: planes }, () => new Array<number>(pixels).fill(0));

const prepared = (one: Case) => {
  const { window, seed } = one;
  const bench = new Workbench(one.shape);
  const { pixels } = bench;
  const outer = window.outer ?? 1;
  const grid = resultGrid(window, bench.grid);
  const sites = pixelsOf(grid);
  const results = { planes: outer * resultsOf(window), grid, sites };
  assert.ok(!isWinograd(window, bench.grid), 'mixed lines round: they have a spec of their own');
  const x = wholePlanes(seed, 'x', outer * window.from, pixels);
  const dy = wholePlanes(seed, 'dy', results.planes, sites);
  const w = wholes(seed, 'w', weightsIn(window));
  return { bench, pixels, results, x, dy, w };
};

const fixed = ({ boundary }: Window): number => (typeof boundary === 'object' ? boundary.fixed : 0);

describe('convolutions', () => {
  it('are the sum over the window, at every boundary and of every size', () => {
    fc.assert(
      fc.property(cases(7), (one) => {
        const { bench, results, x, w } = prepared(one);
        const expected = zeros(results.planes, results.sites);
        eachTerm(one, (to, y, from, place, weight) => {
          expected[to][y] += w[weight] * (place === undefined ? fixed(one.window) : x[from][place]);
        });
        const out = bench.planes(results.planes, results.grid);
        same(bench.run({ op: 'conv', ...one.window }, [bench.given(x), bench.list(w)], out), expected);
      }),
      { numRuns: 70 },
    );
  });

  it('look at nothing but the window, to the bit: the rest of the field may be no number', () => {
    fc.assert(
      fc.property(cases(7), fc.nat(), (one, place) => {
        const { bench, results, x, w } = prepared(one);
        const pixel = place % results.sites;
        const seen = new Set<number | undefined>();
        eachTerm(one, (_, y, __, at) => {
          if (y === pixel) seen.add(at);
        });
        const alone = x.map((plane) => plane.map((value, y) => (seen.has(y) ? value : NaN)));
        const [known, found] = [x, alone].map((planes) =>
          bench.run(
            { op: 'conv', ...one.window },
            [bench.given(planes), bench.list(w)],
            bench.planes(results.planes, results.grid),
          ),
        );
        same(
          found.map((plane) => [plane[pixel]]),
          known.map((plane) => [plane[pixel]]),
        );
      }),
      { numRuns: 70 },
    );
  });

  it('have the adjoint by their input: every cotangent goes where its values came from', () => {
    fc.assert(
      fc.property(cases(7), (one) => {
        const { bench, pixels, results, dy, w } = prepared(one);
        const expected = zeros((one.window.outer ?? 1) * one.window.from, pixels);
        eachTerm(one, (to, y, from, place, weight) => {
          if (place !== undefined) expected[from][place] += w[weight] * dy[to][y];
        });
        const out = bench.planes((one.window.outer ?? 1) * one.window.from);
        same(
          bench.run({ op: 'convInput', ...one.window }, [bench.given(dy, results.grid), bench.list(w)], out),
          expected,
        );
      }),
      { numRuns: 70 },
    );
  });

  it('have the adjoint by their weights, added to what is there', () => {
    fc.assert(
      fc.property(cases(7), (one) => {
        const { bench, results, x, dy, w } = prepared(one);
        const before = wholes(one.seed, 'before', w.length);
        const expected: Planes = before.map((value) => [value]);
        const sums = expected.map(([value]) => value);
        eachTerm(one, (to, y, from, place, weight) => {
          sums[weight] += dy[to][y] * (place === undefined ? fixed(one.window) : x[from][place]);
        });
        const out = bench.list(before);
        same(
          bench.run(
            { op: 'convWeight', ...one.window },
            [bench.given(x), bench.given(dy, results.grid)],
            out,
          ),
          sums.map((value) => [value]),
        );
      }),
      { numRuns: 70 },
    );
  });
});
