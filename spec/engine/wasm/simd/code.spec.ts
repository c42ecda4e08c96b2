/** The assembler, by running what it assembles. */

import * as assert from 'node:assert/strict';
import { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { canRun } from '../../../../src/engine/host.js';
import * as c from '../../../../src/engine/wasm/simd/code.js';
import { assemble, type Source } from '../../../../src/engine/wasm/simd/module.js';
import { native } from '../../../../src/engine/wasm/simd/native.js';
import { open } from '../../compare.js';

/** Runs a source on the addresses of tensors and plain numbers. */
const run = async (
  key: string,
  source: Source,
  work: (call: (...x: (Tensor | number)[]) => void, tensor: (...values: number[]) => Tensor) => void,
) => {
  const { tf } = await open('wasm');
  const { backend } = tf.engine();
  assert.ok(backend instanceof BackendWasm);
  const compiled = native(backend, key, () => source);
  tf.tidy(() =>
    work(
      (...x) => compiled(...x.map((v) => (typeof v === 'number' ? v : backend.getMemoryOffset(v.dataId)))),
      (...values) => tf.tensor1d(values),
    ),
  );
};

describe('assembled functions', () => {
  it('unsigned LEB128 is as in the specification', () => {
    assert.deepEqual([0, 127, 128, 624485, 4294967295].map(c.unsigned), [
      [0],
      [0x7f],
      [0x80, 0x01],
      [0xe5, 0x8e, 0x26],
      [0xff, 0xff, 0xff, 0xff, 0x0f],
    ]);
  });

  it('are valid modules', () => {
    assert.ok(canRun(assemble({ parameters: 1, body: ([a]) => c.step(a, c.constant(1)) })));
    assert.ok(!canRun(Uint8Array.of(0, 1, 2)));
  });

  it('constants of any size', () =>
    fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: -1024, max: 1024 }), async (large, small) => {
        for (const value of [large, small]) {
          const source: Source = {
            parameters: 2,
            // the counter runs down to value - value = 0 exactly when the constant is right
            body: ([to, expected], fresh) =>
              c.when(
                c.minus(c.constant(1), c.minus(expected, c.constant(value))),
                c.repeat(fresh.i32(), c.constant(1), c.store(to, 0, c.four(1), 1)),
              ),
          };
          await run(`constant ${value}`, source, (call, tensor) => {
            const out = tensor(0);
            call(out, value + 1);
            assert.equal(out.dataSync()[0], 0);
            call(out, value);
            assert.equal(out.dataSync()[0], 1);
          });
        }
      }),
      { numRuns: 10 },
    ));

  it('arithmetic on four floats, and lanes picked from two', () =>
    run(
      'arithmetic',
      {
        parameters: 3,
        body: ([a, b, to]) => {
          const [x, y] = [c.load(a), c.load(b)];
          return c.block(
            c.store(to, 0, c.add(x, y)),
            c.store(to, 16, c.sub(x, y)),
            c.store(to, 32, c.mul(x, y)),
            c.store(to, 48, c.div(x, y)),
            c.store(to, 64, c.min(x, y)),
            c.store(to, 80, c.max(x, y)),
            c.store(to, 96, c.and(x, c.greater(x, y))),
            c.store(to, 112, c.pick(x, y, [3, 4, 0, 7])),
            c.store(to, 128, c.loadSplat(a, 8)),
            c.store(to, 144, c.loadOne(b, 4)),
            c.store(to, 160, c.loadTwo(b, 4)),
            c.store(
              to,
              176,
              c.toFloat(
                c.divDouble(c.toDouble(x), c.mulDouble(c.two(2), c.addDouble(c.toDouble(y), c.two(1)))),
              ),
            ),
          );
        },
      },
      (call, tensor) => {
        const [a, b, out] = [tensor(1, -2, 3, 8), tensor(4, 0.5, 2, 16), tensor(...new Array(48).fill(9))];
        call(a, b, out);
        assert.deepEqual(
          [...out.dataSync()],
          [
            ...[5, -1.5, 5, 24],
            ...[-3, -2.5, 1, -8],
            ...[4, -1, 6, 128],
            ...[0.25, -4, 1.5, 0.5],
            ...[1, -2, 2, 8],
            ...[4, 0.5, 3, 16],
            ...[0, 0, 3, 0],
            ...[8, 4, 1, 16],
            ...[3, 3, 3, 3],
            ...[0.5, 0, 0, 0],
            ...[0.5, 2, 0, 0],
            ...[Math.fround(1 / 10), Math.fround(-2 / 3), 0, 0],
          ],
        );
      },
    ));

  it('stores only the lanes asked for', async () => {
    for (const lanes of [1, 2, 3, 4]) {
      await run(
        `lanes ${lanes}`,
        { parameters: 1, body: ([to]) => c.store(to, 4, c.four(7), lanes) },
        (call, tensor) => {
          const out = tensor(0, 0, 0, 0, 0, 0);
          call(out);
          assert.deepEqual(
            [...out.dataSync()],
            [0, 1, 2, 3, 4, 5].map((i) => (i >= 1 && i <= lanes ? 7 : 0)),
          );
        },
      );
    }
  });

  it('repeats as often as asked, also not at all', () =>
    run(
      'repeat',
      {
        parameters: 2,
        body: ([to, count], fresh) =>
          c.repeat(fresh.i32(), count, c.store(to, 0, c.four(1), 1), c.step(to, c.constant(4))),
      },
      (call, tensor) => {
        for (const count of [0, 1, 5]) {
          const out = tensor(0, 0, 0, 0, 0, 0);
          call(out, count);
          assert.equal(
            [...out.dataSync()].reduce((a, b) => a + b),
            count,
          );
        }
      },
    ));
});
