/** Delays: what is read of a history, and that no influence is faster than its connection. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { lightCone } from '../../../src/compile/light-cone/index.js';
import {
  add,
  concatAlong,
  data,
  delay,
  delayAlong,
  expand,
  fill,
  ndarray,
  past,
  program,
  remember,
  runReference,
  scale,
  scan,
  scatter,
  shapeOf,
  tanh,
  zeros,
} from '../../../src/index.js';
import { adjoints, caseOf } from '../../compile/transform/differentiate.js';

/** Five sites, each heard by the next so many steps later. */
const [sources, targets, late] = [
  [0, 1, 2, 3],
  [1, 2, 3, 4],
  [0, 2, 1, 3],
];

/** Rates that start at `now` and were 0 before, along those connections. */
const line = (steps: number) =>
  program({ now: [5] }, ({ now }) => ({
    rates: scan({
      steps,
      init: { history: concatAlong(1, pipe(now, expand(1, 1)), zeros(5, 3)) },
      step: ({ history }) => {
        const arriving = scatter(0, targets, 5)(delayAlong(history, late, sources));
        return {
          history: remember(history, tanh(add(scale(0.5, delay(history, [0, 0, 0, 0, 0])), arriving))),
        };
      },
      observe: ({ history }) => delay(history, [0, 0, 0, 0, 0]),
    }),
  }));

const values = (x: { readonly data: Float64Array }): readonly number[] => [...x.data];
const run = (
  p: Parameters<typeof runReference>[0],
  inputs: Parameters<typeof runReference>[1]['inputs'] = {},
) => runReference(p, { parameters: {}, inputs, batch: 1 }).outputs;

describe('delays', () => {
  it('read the value of each site, or of each source, as long ago as they say', () => {
    const history = data([1, 2, 3, 10, 20, 30], 2, 3);
    const p = program({}, () => ({
      each: delay(history, [0, 2]),
      along: delayAlong(history, [2, 1, 0], [0, 1, 1]),
      later: remember(history, data([7, 70], 2)),
      vectors: delay(past(data([1, 2, 3, 4], 2, 2), 3), [1, 2]),
    }));
    const found = run(p);
    assert.deepEqual(values(found.each), [1, 30]);
    assert.deepEqual(values(found.along), [3, 20, 10]);
    assert.deepEqual(values(found.later), [7, 1, 2, 70, 10, 20]);
    assert.deepEqual(values(found.vectors), [1, 2, 3, 4]);
    assert.deepEqual(shapeOf(past(zeros(4, 2), 6)), [4, 6, 2]);
    assert.deepEqual(
      values(run(program({}, () => ({ only: remember(zeros(2, 1), fill(1, 2)) }))).only),
      [1, 1],
    );
  });

  it('let a pulse arrive after as many steps as its connections take, and no sooner', () => {
    const { rates } = run(line(12), { now: ndarray([1, 5], [1, 0, 0, 0, 0]) });
    const first = [0, 1, 2, 3, 4].map((site) => {
      const steps = Array.from({ length: 12 }, (_, t) => rates.data[t * 5 + site] !== 0);
      return steps.indexOf(true) + 1;
    });
    // A connection of d steps takes d steps, and the step that adds up.
    assert.deepEqual(first, [1, 1, 4, 6, 10]);
  });

  it('have the light cone of that: a site is seen when its influence can have arrived', () => {
    const seen = lightCone(line(12), { output: 'rates', site: [11, 4] });
    assert.ok(E.isRight(seen));
    // Counted back from the end, a source is seen with the first step that its influence needs.
    assert.deepEqual([...seen.right.now.firstSeen], [10, 9, 6, 4, 1]);
  });

  it('have gradients that are their adjoint', () => {
    const { left, right } = adjoints(caseOf(line(6), 3, 2), 5);
    assert.ok(Math.abs(left.value - right.value) <= 1e-12 * left.size);
  });

  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [
      () => delayAlong(zeros(3, 4), [4], [0]),
      /delayAlong: a history of 4 values has none of 4 steps ago: they go from 0 to 3/,
    ],
    [() => delayAlong(zeros(3, 4), [1], [3]), /delayAlong: there is no site 3 among 3/],
    [() => delayAlong(zeros(3, 4), [1, 1], [0]), /delayAlong: 2 delays are not one for each of 1 sources/],
    [
      () => remember<number, number, readonly number[]>(zeros(3, 4), zeros(2)),
      /remember: \[2\] is not a value of the history \[3,4\]/,
    ],
  ];
  for (const [write, message] of refused)
    it(`refuses: ${message.source}`, () => assert.throws(write, message));
});
