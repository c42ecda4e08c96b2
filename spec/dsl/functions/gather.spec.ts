/** Entries of an axis by number: read, and added up. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import {
  gather,
  ndarray,
  parameter,
  permute,
  program,
  runReference,
  scatter,
  type zeros,
} from '../../../src/index.js';

const value = (
  shape: readonly number[],
  f: (x: ReturnType<typeof zeros>) => ReturnType<typeof zeros>,
  x: readonly number[],
) => [
  ...runReference(
    program({ x: shape }, (inputs) => ({ y: f(inputs.x) })),
    { parameters: {}, inputs: { x: ndarray([1, ...shape], x) }, batch: 1 },
  ).outputs.y.data,
];

describe('gather and scatter', () => {
  it('read entries in any order, as often as wanted, and add them up by number', () => {
    assert.deepEqual(value([3], gather(0, [2, 0, 2]), [1, 2, 3]), [3, 1, 3]);
    assert.deepEqual(value([2, 2], gather(1, [1, 0, 1]), [1, 2, 3, 4]), [2, 1, 2, 4, 3, 4]);
    assert.deepEqual(value([3], scatter(0, [1, 1, 3], 4), [1, 2, 3]), [0, 3, 0, 3]);
    assert.deepEqual(value([2, 2], scatter(1, [0, 0], 1), [1, 2, 3, 4]), [3, 7]);
  });

  it('permute: each entry once, undone by scatter; anything else is refused', () => {
    const order: readonly number[] = [2, 0, 1];
    assert.deepEqual(value([3], permute(0, order), [7, 8, 9]), [9, 7, 8]);
    assert.deepEqual(value([2, 3], permute(1, order), [1, 2, 3, 4, 5, 6]), [3, 1, 2, 6, 4, 5]);
    assert.deepEqual(
      value([3], (x) => scatter(0, order, 3)(permute(0, order)(x)), [7, 8, 9]),
      [7, 8, 9],
    );
    for (const wrong of [
      [0, 1],
      [0, 0, 1],
      [0, 1, 2, 0],
    ])
      assert.throws(
        () => value([3], permute(0, wrong), [7, 8, 9]),
        /permute: \[[\d,]+\] does not name each of the 3 entries of axis 0 once/,
      );
    assert.throws(() => value([3], permute(0, [0, 1, 3]), [7, 8, 9]), /permute: .*3/);
  });

  it('are adjoint: <gather x, y> = <x, scatter y>', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }).chain((n) =>
          fc.record({
            x: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2 * n, maxLength: 2 * n }),
            edges: fc.array(
              fc.tuple(fc.nat(n - 1), fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })),
              {
                minLength: 1,
                maxLength: 9,
              },
            ),
            n: fc.constant(n),
          }),
        ),
        ({ n, x, edges }) => {
          const indices = edges.map(([index]) => index);
          const y = edges.flatMap(([, a, b]) => [a, b]);
          const read = value([n, 2], gather(0, indices), x);
          const added = value([edges.length, 2], scatter(0, indices, n), y);
          const dot = (a: readonly number[], b: readonly number[]): number =>
            a.reduce((sum, v, i) => sum + v * b[i], 0);
          assert.equal(dot(read, y), dot(x, added));
        },
      ),
      { numRuns: 100, seed: 3 },
    );
  });

  const x = parameter('x', [3, 2], { init: 'zeros' });
  const axis = (n: number): number => n;
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [() => pipe(x, gather(0, [3])), /gather: there is no entry 3 along an axis of 3/],
    [() => pipe(x, gather(0, [-1])), /gather: there is no entry -1/],
    [() => pipe(x, gather(0, [])), /gather: it takes at least one entry/],
    [() => gather(axis(2), [0])(x), /gather: 2 is not an axis of \[3,2\], counted from 0/],
    [() => pipe(x, scatter(0, [0, 1], 3)), /scatter: 2 numbers are not one for each of 3 entries/],
    [() => pipe(x, scatter(0, [0, 1, 3], 3)), /scatter: there is no entry 3 along an axis of 3/],
    [() => pipe(x, scatter(0, [0, 0, 0], 0)), /scatter: an axis of 0 holds nothing/],
  ];
  for (const [write, message] of refused)
    it(`refuses: ${message.source}`, () => assert.throws(write, message));
});
