import assert from 'node:assert/strict';
import {
  limitOf,
  lossError,
  maxDifference,
  relativeError,
  scoreError,
} from '../../src/runner/parity/check.js';
import { agree } from '../../src/runner/parity/scoring.js';

describe('how parity is judged', () => {
  it('takes max|a-b| / max|b|, and never lets a NaN or a missing number pass', () => {
    assert.equal(relativeError([1, 2, 5], [1, 2, 4]), 1 / 4);
    assert.equal(relativeError([0.5, 0], [0, 0]), 0.5);
    assert.equal(relativeError([0, 0], [0, 0]), 0);
    assert.equal(relativeError([1, Number.NaN], [1, 2]), Number.POSITIVE_INFINITY);
    assert.equal(relativeError([1, 2], [1, Number.NaN]), Number.POSITIVE_INFINITY);
    assert.equal(maxDifference([1], [1, 2]), Number.POSITIVE_INFINITY);
  });

  it("takes 'none' and 'none' as equal, 'none' and a number as infinitely apart", () => {
    assert.equal(scoreError(null, null), 0);
    assert.equal(scoreError(null, 0), Number.POSITIVE_INFINITY);
    assert.equal(lossError(2, null), Number.POSITIVE_INFINITY);
    assert.equal(lossError(3, 2), 0.5);
  });

  it('gives gradients of U-Net and ConvGRU more room', () => {
    assert.equal(limitOf('gradients', 'nwm'), 2e-4);
    assert.equal(limitOf('gradients', 'unet'), 5e-4);
    assert.equal(limitOf('gradients', 'conv_gru'), 5e-4);
    assert.equal(limitOf('logits', 'unet'), 2e-5);
  });

  it('excuses a pixel only where the margin is below the error of the logits', () => {
    const classes = 2;
    // Margins of 0.25 and 4; our logits are off by 0.5 at both pixels, and flip both.
    const reference = { logits: Float32Array.of(1, 1.25, 1, 5), classes };
    const tossUp = { logits: Float32Array.of(1.5, 1.25, 1, 5), classes };
    const map = Int32Array.of(1, 1);
    assert.deepEqual(agree(tossUp, reference, map), { differing: 0, map });
    const wrong = { logits: Float32Array.of(1, 1.25, 5, 4.75), classes };
    assert.equal(agree({ ...wrong, logits: Float32Array.of(1, 1.25, 1, 5) }, reference, map).differing, 0);
    assert.equal(agree(wrong, reference, Int32Array.of(1, 0)).differing, 0);
    // The map given says 0 at the second pixel, of which both are sure that it is 1.
    assert.equal(agree(reference, reference, Int32Array.of(1, 0)).differing, 1);
  });
});
