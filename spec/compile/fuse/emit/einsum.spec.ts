/** Products by names, held against their definition: among lists, among the pixels of planes, and at each pixel. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Operand } from '../../../../src/compile/fuse/emit/emitting.js';
import type { Grid, Labelled, Product } from '../../../../src/compile/fuse/ir/field.js';
import { placeOf, sizeOf } from '../../../../src/compile/fuse/memory/address.js';
import { grids, wholes } from './whole.js';
import { Workbench } from './workbench.js';

const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 1, arbitrary: fc.constantFrom(8, 9, 13, 16, 18, 33) },
);
const cases = fc.record({
  labels: fc.array(
    fc.record({ size, role: fc.constantFrom('batch', 'left', 'right', 'right', 'left', 'inner') }),
    { minLength: 1, maxLength: 5 },
  ),
  shuffles: fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
  pixels: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)),
  seed: fc.nat(),
});

const volume = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** An operand on the bench: where each entry is, by the index of every name. */
interface Placed {
  readonly operand: Operand;
  readonly names: Labelled;
  readonly at: (index: readonly number[], pixel: number) => number;
}

const shuffled = (names: readonly number[], keys: readonly number[]): readonly number[] =>
  [...names].sort((a, b) => keys[a % keys.length] - keys[b % keys.length] || a - b);

const placedOn = (
  bench: Workbench,
  names: Labelled,
  sizes: readonly number[],
  grid: Grid | undefined,
): Placed => {
  const planes = volume(names.dims.map((name) => sizes[name]));
  const operand =
    grid === undefined ? bench.list(new Array<number>(planes).fill(NaN)) : bench.planes(planes, grid);
  const { address } = operand;
  const linear = (of: readonly number[], index: readonly number[]): number =>
    of.reduce((sum, name) => sum * sizes[name] + index[name], 0);
  return {
    operand,
    names,
    at: (index, pixel) =>
      (placeOf(address) + linear(names.dims, index) * address.plane) / 4 + linear(names.sites, index) + pixel,
  };
};

/** All indices of these names; the others are 0. */
const indices = (sizes: readonly number[], names: readonly number[]): readonly (readonly number[])[] =>
  names.reduce<readonly (readonly number[])[]>(
    (before, name) =>
      before.flatMap((index) =>
        Array.from({ length: sizes[name] }, (_, i) => index.map((old, at) => (at === name ? i : old))),
      ),
    [sizes.map(() => 0)],
  );

const holds = (
  bench: Workbench,
  op: Product & { readonly op: 'einsum' | 'einsumPixels' },
  [a, b, out]: readonly [Placed, Placed, Placed],
  pixels: number,
  seed: number,
): void => {
  const { floats } = bench.arena;
  const free = ({ operand, names }: Placed): number =>
    operand.extent.grid !== undefined && names.sites.length === 0 ? pixels : 1;
  for (const [which, given] of [a, b].entries()) {
    const all = indices(op.sizes, [...given.names.dims, ...given.names.sites]);
    const values = wholes(seed, `operand ${which}`, all.length * pixels);
    for (const [i, index] of all.entries())
      for (let pixel = 0; pixel < free(given); pixel++)
        floats[given.at(index, pixel)] = values[i * pixels + pixel];
  }
  const expected = new Map<number, number>();
  const summed = op.op === 'einsumPixels';
  for (const index of indices(
    op.sizes,
    op.sizes.map((_, name) => name),
  ))
    for (let pixel = 0; pixel < Math.max(free(a), free(b)); pixel++) {
      const [x, y] = [a, b].map((given) => bench.arena.floats[given.at(index, free(given) > 1 ? pixel : 0)]);
      const to = out.at(index, summed || free(out) === 1 ? 0 : pixel);
      expected.set(to, (expected.get(to) ?? 0) + x * y);
    }
  if (summed) for (const at of expected.keys()) floats[at] = 0;
  bench.run(op, [a.operand, b.operand], out.operand);
  for (const [at, value] of expected)
    if (bench.arena.floats[at] !== value)
      assert.fail(`${bench.arena.floats[at]} instead of ${value}: ${JSON.stringify(op)}`);
  if (out.operand.extent.grid === undefined) {
    const end = (placeOf(out.operand.address) + sizeOf(out.operand.extent)) / 4;
    assert.deepEqual([...bench.arena.floats.subarray(end, end + 4)], [0, 0, 0, 0], 'past its end is written');
  }
};

const within = ({ labels, shuffles }: { labels: readonly { role: string }[]; shuffles: readonly number[] }) =>
  [
    ['batch', 'left', 'inner'],
    ['batch', 'right', 'inner'],
    ['batch', 'left', 'right'],
  ].map((roles, operand) =>
    shuffled(
      labels.flatMap(({ role }, name) => (roles.includes(role) ? [name] : [])),
      shuffles.slice(10 * operand, 10 * operand + 10),
    ),
  );

describe('products by names', () => {
  it('are sums of products of lists and of the pixels of planes, however their axes lie', () => {
    fc.assert(
      fc.property(cases, ({ pixels, seed, ...made }) => {
        const sizes = made.labels.map((label) => label.size);
        if (volume(sizes) > 40_000) return;
        const bench = new Workbench([4, 4]);
        const orders = within(made);
        const operands = orders.map((order, i): Placed => {
          // the last one or two names are those of pixels, or none is
          const count = order.length < pixels[i] ? 0 : pixels[i];
          const [dims, sites] = [order.slice(0, order.length - count), order.slice(order.length - count)];
          const [width, height] = [...sites].reverse().map((name) => sizes[name]);
          return placedOn(
            bench,
            { dims, sites },
            sizes,
            count === 0 ? undefined : { height: height ?? 1, width },
          );
        });
        const [a, b, out] = operands;
        const op = { op: 'einsum', sizes, a: a.names, b: b.names, out: out.names } as const;
        holds(bench, op, [a, b, out], 1, seed);
      }),
      { numRuns: 150 },
    );
  });

  it('are taken at each pixel, or over all of them, where pixels have no names', () => {
    fc.assert(
      fc.property(cases, grids, ({ pixels, seed, ...made }, shape) => {
        const sizes = made.labels.map((label) => Math.min(label.size, 9));
        const bench = new Workbench(shape);
        if (volume(sizes) * bench.pixels > 60_000) return;
        const summed = pixels[2] === 0;
        const lists = [pixels[0] === 0 && !summed, pixels[1] === 0 && pixels[0] !== 0 && !summed, summed];
        const [a, b, out] = within(made).map((dims, i) =>
          placedOn(bench, { dims, sites: [] }, sizes, lists[i] ? undefined : bench.grid),
        );
        const op = {
          op: summed ? 'einsumPixels' : 'einsum',
          sizes,
          a: a.names,
          b: b.names,
          out: out.names,
        } as const;
        holds(bench, op, [a, b, out], bench.pixels, seed);
      }),
      { numRuns: 120 },
    );
  });

  it('may run over sites: planes of other pixels, and a list plane after plane', () => {
    fc.assert(
      fc.property(grids, fc.integer({ min: 1, max: 4 }), fc.nat(), (shape, count, seed) => {
        const bench = new Workbench(shape);
        const planes = Array.from({ length: count }, (_, plane) => wholes(seed, `${plane}`, bench.pixels));
        const given = bench.given(planes);
        const list = bench.list(planes.flatMap((plane) => plane.map(() => NaN)));
        const flat = planes.flat().map((value) => [value]);
        assert.deepEqual(bench.run({ op: 'sites' }, [given], list), flat);
        const end = (placeOf(list.address) + sizeOf(list.extent)) / 4;
        assert.deepEqual([...bench.arena.floats.subarray(end, end + 4)], [0, 0, 0, 0]);
        assert.deepEqual(bench.run({ op: 'sites' }, [list], bench.planes(count)), planes);
        const line = bench.planes(count, { height: 1, width: bench.pixels });
        assert.deepEqual(bench.run({ op: 'sites' }, [given], line), planes);
      }),
      { numRuns: 100 },
    );
  });
});
