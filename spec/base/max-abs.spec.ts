/** The largest absolute value of some numbers. */

import assert from 'node:assert/strict';
import { maxAbs } from '../../src/base/max-abs.js';

describe('maxAbs', () => {
  it('is the largest size, of whatever sign', () => assert.equal(maxAbs(Float64Array.of(1, -3, 2)), 3));
  it('is 0 of no numbers', () => assert.equal(maxAbs([]), 0));
  it('is NaN beside a NaN, which no bound then accepts', () =>
    assert.equal(maxAbs([1, Number.NaN, 2]), Number.NaN));
});
