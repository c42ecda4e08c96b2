import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../../src/base/error.js';
import type { ParameterDeclaration } from '../../../../src/dsl/index.js';
import type { Arithmetic } from '../../../../src/engine/index.js';
import {
  type Restored,
  restoreCheckpoint,
  saveCheckpoint,
} from '../../../../src/runner/folder/ongoing/checkpoint.js';
import type { TrainState } from '../../../../src/runner/training/state.js';
import { right } from '../../../support/either.js';

const declared: readonly ParameterDeclaration[] = [
  { name: 'conv1/weight', shape: [2, 3], init: { kind: 'constant', value: 0 }, trainable: true },
  { name: 'norm/mean', shape: [3], init: { kind: 'constant', value: 0 }, trainable: false },
];

const arithmetic: Arithmetic = { number: 1, kernels: null };

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
    const saved = await saveCheckpoint(folder, declared, s, arithmetic)();
    assert.ok(E.isRight(saved));
  };

  const restore = async (): Promise<Restored> => {
    const restored = await restoreCheckpoint(folder, declared, arithmetic)();
    return right(restored);
  };

  const damage = async (name: string): Promise<void> => {
    const bytes = await readFile(join(folder, name));
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(join(folder, name), bytes);
  };

  it('give the same state back, bit for bit', async () => {
    await save(state(2, 5));
    assert.deepEqual(await restore(), { state: state(2, 5), notes: [] });
  });

  it('are empty if there are none', async () => {
    assert.deepEqual(await restore(), { state: null, notes: [] });
  });

  it('keep the newest and the one before, and nothing else', async () => {
    for (const epoch of [1, 2, 3, 4]) await save(state(epoch, 0));
    const bins = (await readdir(folder)).filter((name) => name.endsWith('.bin')).sort();
    assert.deepEqual(bins, ['checkpoint-3-0.bin', 'checkpoint-4-0.bin']);
  });

  it('fall back to the one before when the values are damaged, and say so', async () => {
    await save(state(1, 0));
    await save(state(2, 0));
    await damage('checkpoint-2-0.bin');
    const restored = await restore();
    assert.deepEqual(restored.state, state(1, 0));
    assert.match(restored.notes[0], /the one before it is taken.*checksum/);
  });

  it('fall back when the header is cut short', async () => {
    await save(state(1, 0));
    await save(state(2, 0));
    await writeFile(join(folder, 'checkpoint.json'), '{"version": 1, "epo');
    assert.deepEqual((await restore()).state, state(1, 0));
  });

  it('fall back when a digit of the header was changed, though it is JSON still', async () => {
    await save(state(1, 0));
    await save(state(2, 0));
    const header = await readFile(join(folder, 'checkpoint.json'), 'utf8');
    await writeFile(join(folder, 'checkpoint.json'), header.replace('"lossSum": 0.7', '"lossSum": 0.8'));
    const restored = await restore();
    assert.deepEqual(restored.state, state(1, 0));
    assert.match(restored.notes[0], /checksum is wrong/);
  });

  it('do not let a damaged one push the whole one out', async () => {
    await save(state(1, 0));
    await save(state(2, 0));
    await damage('checkpoint-2-0.bin');
    await restore();
    // It is put aside: the one kept next takes its place, and the whole one is still the one before.
    await save(state(2, 3));
    await damage('checkpoint-2-3.bin');
    assert.deepEqual((await restore()).state, state(1, 0));
  });

  it('all damaged say that the training begins again', async () => {
    await save(state(1, 0));
    await save(state(2, 0));
    await damage('checkpoint-1-0.bin');
    await damage('checkpoint-2-0.bin');
    const restored = await restore();
    assert.equal(restored.state, null);
    assert.equal(restored.notes.length, 2);
    assert.match(restored.notes[1], /the training begins again/);
  });

  it('kept twice at the same place leave the one before as it was', async () => {
    await save(state(1, 0));
    await save(state(2, 0));
    await save(state(2, 0));
    await damage('checkpoint-2-0.bin');
    assert.deepEqual((await restore()).state, state(1, 0));
  });

  // A folder where the file should be is what a disk can refuse to read, also to an administrator.
  for (const name of ['checkpoint.json', 'checkpoint-2-0.bin'])
    it(`that the disk does not give (${name}) stop the run, and nothing is moved`, async () => {
      await save(state(1, 0));
      await save(state(2, 0));
      await rm(join(folder, name));
      await mkdir(join(folder, name));
      const before = (await readdir(folder)).sort();
      const refused = await restoreCheckpoint(folder, declared, arithmetic)();
      assert.ok(E.isLeft(refused) && refused.left._tag === 'FileError');
      assert.match(errorMessage(refused.left), /it is a folder, not a file/);
      assert.deepEqual((await readdir(folder)).sort(), before);
    });

  it('whose values are gone count as damaged', async () => {
    await save(state(1, 0));
    await save(state(2, 0));
    await rm(join(folder, 'checkpoint-2-0.bin'));
    const restored = await restore();
    assert.deepEqual(restored.state, state(1, 0));
    assert.match(restored.notes[0], /its values, checkpoint-2-0\.bin, are gone/);
  });

  it('put aside keep their values through all later saves', async () => {
    for (const damagedEpoch of [2, 4]) {
      await save(state(damagedEpoch - 1, 0));
      await save(state(damagedEpoch, 0));
      await damage('checkpoint.json');
      await restore();
    }
    for (const epoch of [5, 6, 7]) await save(state(epoch, 0));
    assert.deepEqual((await readdir(join(folder, 'damaged-1'))).sort(), [
      'checkpoint-2-0.bin',
      'checkpoint.json',
    ]);
    assert.deepEqual((await readdir(join(folder, 'damaged-2'))).sort(), [
      'checkpoint-4-0.bin',
      'checkpoint.json',
    ]);
    assert.deepEqual((await restore()).state, state(7, 0));
  });

  it('are kept where the one before cannot be read: no values go', async () => {
    await save(state(1, 0));
    await save(state(2, 0));
    await damage('checkpoint.before.json');
    await save(state(2, 0));
    const names = await readdir(folder);
    assert.ok(names.includes('checkpoint-1-0.bin') && names.includes('checkpoint-2-0.bin'));
  });

  it('of a newer drumhead are refused and left as they are', async () => {
    await save(state(1, 0));
    const path = join(folder, 'checkpoint.json');
    const later = (await readFile(path, 'utf8')).replace(/"format": \d+/, '"format": 999');
    await writeFile(path, later);
    const refused = await restoreCheckpoint(folder, declared, arithmetic)();
    assert.ok(E.isLeft(refused));
    assert.match(errorMessage(refused.left), /newer drumhead/);
    assert.equal(await readFile(path, 'utf8'), later);
  });
});
