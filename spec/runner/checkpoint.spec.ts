import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { ParameterDeclaration } from '../../src/dsl/index.js';
import { restoreCheckpoint, saveCheckpoint } from '../../src/runner/checkpoint.js';
import type { TrainState } from '../../src/runner/state.js';

const declared: readonly ParameterDeclaration[] = [
  { name: 'conv1/weight', shape: [2, 3], init: { kind: 'constant', value: 0 }, trainable: true },
  { name: 'norm/mean', shape: [3], init: { kind: 'constant', value: 0 }, trainable: false },
];

const values = (salt: number, length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.cos(i * salt));

const state = (epoch: number, step: number): TrainState => ({
  epoch,
  step,
  lossSum: 0.1 + epoch / 3,
  parameters: { 'conv1/weight': values(epoch + 1, 6), 'norm/mean': values(epoch + 2, 3) },
  optimiser: {
    step: 7,
    mean: { 'conv1/weight': values(3, 6) },
    square: { 'conv1/weight': values(4, 6) },
  },
  best: {
    epoch: 1,
    loss: 1 / 3,
    parameters: { 'conv1/weight': values(5, 6), 'norm/mean': values(6, 3) },
  },
  history: [{ epoch: 1, trainLoss: 2 / 3, rate: 0.001, validation: null }],
});

describe('checkpoints', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-checkpoint-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const save = async (s: TrainState): Promise<void> => {
    const saved = await saveCheckpoint(folder, declared, s)();
    assert.ok(E.isRight(saved));
  };

  it('give the same state back, bit for bit', async () => {
    await save(state(2, 5));
    assert.deepEqual(await restoreCheckpoint(folder, declared)(), { state: state(2, 5), notes: [] });
  });

  it('give nothing where there is none', async () => {
    assert.deepEqual(await restoreCheckpoint(folder, declared)(), { state: null, notes: [] });
  });

  it('keep the newest and the one before, and nothing else', async () => {
    for (const epoch of [1, 2, 3, 4]) await save(state(epoch, 0));
    const bins = (await readdir(folder)).filter((name) => name.endsWith('.bin')).sort();
    assert.deepEqual(bins, ['checkpoint-3-0.bin', 'checkpoint-4-0.bin']);
  });

  it('fall back to the one before when the values are damaged, and say so', async () => {
    await save(state(1, 0));
    await save(state(2, 0));
    const bytes = await readFile(join(folder, 'checkpoint-2-0.bin'));
    bytes[5] ^= 1;
    await writeFile(join(folder, 'checkpoint-2-0.bin'), bytes);
    const restored = await restoreCheckpoint(folder, declared)();
    assert.deepEqual(restored.state, state(1, 0));
    assert.match(restored.notes[0], /the one before it is taken.*checksum/);
  });

  it('fall back when the header is cut short', async () => {
    await save(state(1, 0));
    await save(state(2, 0));
    await writeFile(join(folder, 'checkpoint.json'), '{"version": 1, "epo');
    assert.deepEqual((await restoreCheckpoint(folder, declared)()).state, state(1, 0));
  });
});
