import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { equalParts, microBatches } from '../../src/compile/micro-batches.js';

const total = (parts: readonly number[]): number => parts.reduce((a, b) => a + b, 0);

describe('cut', () => {
  const sizes = fc.record({
    fixedBytes: fc.integer({ min: 0, max: 100 }),
    bytesPerSample: fc.integer({ min: 1, max: 50 }),
    batch: fc.integer({ min: 1, max: 64 }),
    limit: fc.integer({ min: 150, max: 1000 }),
  });

  it('covers the batch with parts that fit and differ by at most one', () => {
    fc.assert(
      fc.property(sizes, ({ fixedBytes, bytesPerSample, batch, limit }) => {
        const found = microBatches({ fixedBytes, bytesPerSample }, batch, limit, {
          engine: 'wasm',
          whole: false,
        });
        assert.ok(E.isRight(found));
        assert.equal(total(found.right), batch);
        const most = Math.max(...found.right);
        assert.ok(most - Math.min(...found.right) <= 1);
        assert.ok(fixedBytes + most * bytesPerSample <= limit);
        // One part fewer would not fit.
        if (found.right.length > 1)
          assert.ok(fixedBytes + Math.ceil(batch / (found.right.length - 1)) * bytesPerSample > limit);
      }),
    );
  });

  it('refuses what cannot fit, with what it needs', () => {
    const refused = microBatches({ fixedBytes: 10, bytesPerSample: 100 }, 4, 100, {
      engine: 'wasm',
      whole: false,
    });
    assert.deepEqual(
      refused,
      E.left({ _tag: 'OutOfMemory', engine: 'wasm', neededBytes: 110, limitBytes: 100 }),
    );
  });

  it('leaves a batch with statistics whole, or refuses it', () => {
    const whole = { engine: 'wasm', whole: true };
    assert.deepEqual(microBatches({ fixedBytes: 0, bytesPerSample: 1 }, 4, 4, whole), E.right([4]));
    assert.ok(E.isLeft(microBatches({ fixedBytes: 0, bytesPerSample: 1 }, 5, 4, whole)));
  });

  it('has at least the parts it is asked for, where there are samples for them and no statistics', () => {
    const small = { fixedBytes: 0, bytesPerSample: 1 };
    const parts = (batch: number, limit: number, whole = false) =>
      microBatches(small, batch, limit, { engine: 'wasm', whole, atLeast: 2 });
    assert.deepEqual(parts(16, 100), E.right([8, 8]));
    assert.deepEqual(parts(5, 100), E.right([3, 2]));
    assert.deepEqual(parts(1, 100), E.right([1]));
    assert.deepEqual(parts(9, 3), E.right([3, 3, 3]));
    assert.deepEqual(parts(9, 9, true), E.right([9]));
  });
});

describe('equalParts', () => {
  it('covers the batch with parts that differ by at most one and are never empty', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 80 }), (batch, parts) => {
        const made = equalParts(batch, parts);
        assert.equal(total(made), batch);
        assert.equal(made.length, Math.min(parts, batch));
        assert.ok(Math.min(...made) >= 1 && Math.max(...made) - Math.min(...made) <= 1);
      }),
    );
  });
});
