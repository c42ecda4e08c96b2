/** Results that are computed once. */

import assert from 'node:assert/strict';
import { rememberedBy } from '../../src/base/remembered.js';

describe('rememberedBy', () => {
  it('computes once for each object and key, also where the result is null or undefined', () => {
    const calls: (readonly [object, number, number])[] = [];
    const f = rememberedBy(
      (a: number, b: number) => `${a} ${b}`,
      (object: object, a, b): null | undefined => {
        calls.push([object, a, b]);
        return a === 1 ? null : undefined;
      },
    );
    const [one, other] = [{}, {}];
    for (const _ of [0, 1]) {
      assert.equal(f(one, 1, 2), null);
      assert.equal(f(one, 12, 0), undefined);
      assert.equal(f(other, 1, 2), null);
    }
    assert.deepEqual(calls, [
      [one, 1, 2],
      [one, 12, 0],
      [other, 1, 2],
    ]);
  });
});
