/** Comparisons, and choices by them. */

import assert from 'node:assert/strict';
import {
  atan2,
  equal,
  fill,
  floor,
  greater,
  greaterEqual,
  less,
  lessEqual,
  negate,
  program,
  type Tensor,
  where,
  zeros,
} from '../../../src/dsl/index.js';
import { computed, hasValues } from '../../compile/reference/compute.js';
import { refused } from '../refusal.js';

type Line = Tensor<readonly [4]>;
const { NaN: nan } = Number;

describe('comparisons and choices', () => {
  const x = [-1, 0, 1, nan];
  const zero = fill(0);
  const cases: readonly (readonly [string, (x: Line) => Line, readonly number[]])[] = [
    ['greater', (v) => greater(v, zero), [0, 0, 1, 0]],
    ['greaterEqual', (v) => greaterEqual(v, zero), [0, 1, 1, 0]],
    ['less', (v) => less(v, zero), [1, 0, 0, 0]],
    ['less, the scalar first', (v) => less(zero, v), [0, 0, 1, 0]],
    ['lessEqual', (v) => lessEqual(v, zero), [1, 1, 0, 0]],
    ['equal', (v) => equal(v, zero), [0, 1, 0, 0]],
    ['equal to itself', (v) => equal(v, v), [1, 1, 1, 0]],
    ['floor', (v) => floor(v), [-1, 0, 1, nan]],
    ['atan2', (v) => atan2(v, fill(-1)), [-(3 * Math.PI) / 4, Math.PI, (3 * Math.PI) / 4, nan]],
    ['where', (v) => where(v, v, fill(7)), [7, 7, 1, nan]],
    ['where of scalars and a field', (v) => where(fill(1), v, fill(7)), x],
    ['where nothing is chosen of the field', (v) => where(fill(0), v, fill(7)), [7, 7, 7, 7]],
    ['where the condition is the field', (v) => where(v, fill(3), negate(v)), [1, 0, 3, 3]],
  ];
  for (const [name, f, to] of cases) it(name, () => hasValues(computed([4], x, f), [4], to));

  it('names shapes that do not match', () => {
    const other: Tensor = zeros(3);
    const two: Tensor = zeros(2);
    assert.equal(
      refused(() => where(two, two, other)),
      'where: expected [2], got [3]',
    );
    assert.equal(
      refused(() => where(two, other, fill(1))),
      'where: expected [2], got [3]',
    );
    assert.equal(
      refused(() => less(two, other)),
      'less: expected [3], got [2]',
    );
  });

  it('a condition without a gradient has none', () => {
    const p = program({ x: [4] }, (given) => ({ y: where(given.x, fill(1), fill(2)) }));
    assert.deepEqual(
      p.graph.nodes.map(({ op }) => op.op),
      ['input', 'constant', 'constant', 'where'],
    );
  });
});
