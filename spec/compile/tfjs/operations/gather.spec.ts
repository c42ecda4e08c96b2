/** Long sums by number keep their digits, on every engine and in exported graphs. */

import assert from 'node:assert/strict';
import { type Engine, opByOp, openEngine, openSession, program, scatter } from '../../../../src/index.js';
import { right } from '../../../support/either.js';

describe('scatter on engines', () => {
  const count = 50_000;
  const p = program({ x: [count] }, ({ x }) => ({ y: scatter(0, new Array<number>(count).fill(1), 3)(x) }));
  const inputs = { x: new Float32Array(count).fill(1000.1) };

  for (const name of ['cpu', 'wasm'] as const)
    it(`adds ${count} numbers into one place on ${name} within the bound of sums`, async () => {
      const engine: Engine = opByOp(right(await openEngine(name)()));
      const session = right(openSession(engine, p, {}));
      const { y } = (await session.infer({ count: 1, inputs }, ['y'])).outputs;
      session.close();
      const exact = count * Math.fround(1000.1);
      assert.ok(Math.abs(y[1] - exact) <= 68 * 2 ** -24 * exact, `${y[1]} instead of ${exact}`);
      assert.deepEqual([y[0], y[2]], [0, 0]);
    });
});
