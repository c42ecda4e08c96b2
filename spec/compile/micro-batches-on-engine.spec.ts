import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { microBatchesOnEngine } from '../../src/compile/micro-batches-on-engine.js';
import type { Program } from '../../src/dsl/index.js';
import { buildModel, decodeModel } from '../../src/models/catalogue.js';

const machine = (settings: Record<string, unknown>, side: number): Program => {
  const model = decodeModel({ name: 'nwm', ...settings });
  const built = E.isRight(model)
    ? buildModel(model.right, { height: side, width: side, channels: 1, classes: 11 })
    : model;
  if (E.isLeft(built)) throw new Error(JSON.stringify(built.left));
  return built.right;
};

const on = (limitBytes: number, fused: boolean) => ({ name: 'wasm' as const, limitBytes, fused });

describe('cutting for an engine', () => {
  it('of fused kernels: two parts, though op by op not one sample fits', () => {
    const program = machine({ channels: 16, hidden: 'linear_smaller4' }, 128);
    const limit = 3072 * 2 ** 20;
    assert.ok(E.isLeft(microBatchesOnEngine(program, 4, on(limit, false), false)));
    assert.deepEqual(microBatchesOnEngine(program, 4, on(limit, true), false), E.right([2, 2]));
    assert.deepEqual(microBatchesOnEngine(program, 64, on(limit, true), false), E.right([32, 32]));
  });

  it('is the same with and without kernels where everything fits', () => {
    const program = machine({ steps: 5 }, 8);
    const limit = 2 ** 30;
    assert.deepEqual(
      microBatchesOnEngine(program, 5, on(limit, true), false),
      microBatchesOnEngine(program, 5, on(limit, false), false),
    );
  });

  it('refuses what even kernels have no room for, and a batch that must stay whole', () => {
    const program = machine({ steps: 5 }, 8);
    assert.ok(E.isLeft(microBatchesOnEngine(program, 4, on(100_000, true), false)));
    assert.ok(E.isLeft(microBatchesOnEngine(program, 4096, on(2 ** 24, true), true)));
  });
});
