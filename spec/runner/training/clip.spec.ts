import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clipped, globalNorm } from '../../../src/runner/training/clip.js';

const array = fc
  .array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 8 })
  .map((values) => Float32Array.from(values));
const gradients = fc.record({ a: array, 'b/c': array }, { noNullPrototype: true });

describe('clipping', () => {
  it('leaves short gradients, and all without a limit', () => {
    fc.assert(
      fc.property(gradients, (g) => {
        assert.equal(clipped(null, g), g);
        assert.equal(clipped(globalNorm(g), g), g);
      }),
    );
    assert.deepEqual(clipped(5, { w: Float32Array.of(3, 4) }), { w: Float32Array.of(3, 4) });
    assert.deepEqual(clipped(1, { w: Float32Array.of(3, 4) }), { w: Float32Array.of(0.6, 0.8) });
  });

  it('shortens to the limit and keeps the direction', () => {
    fc.assert(
      fc.property(gradients, fc.double({ min: 0.01, max: 10, noNaN: true }), (g, limit) => {
        const short = clipped(limit, g);
        const norm = globalNorm(g);
        assert.ok(globalNorm(short) <= Math.min(norm, limit) * (1 + 1e-6));
        if (norm <= limit) return;
        for (const [name, values] of Object.entries(g))
          for (const [i, value] of values.entries())
            assert.ok(Math.abs(short[name][i] - (value * limit) / norm) <= 1e-6 * limit);
      }),
    );
  });

  it('has the same length whatever the order of the names', () => {
    fc.assert(
      fc.property(gradients, (g) => {
        assert.equal(globalNorm(Object.fromEntries(Object.entries(g).reverse())), globalNorm(g));
      }),
    );
  });

  it('does not hide NaN', () => {
    const broken = { w: Float32Array.of(Number.NaN, 1), v: Float32Array.of(Number.POSITIVE_INFINITY) };
    assert.equal(clipped(1, broken), broken);
    assert.equal(clipped(1, { v: broken.v }).v, broken.v);
  });
});
