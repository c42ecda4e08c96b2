import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { maskedCrc, scalarRecord } from '../../../src/formats/tensorboard/event.js';
import { scalarsOf, writeEvents } from '../../../src/runner/folder/events.js';
import type { EpochMetrics } from '../../../src/runner/training/state.js';
import { crc32cByBits, readEvents } from './read-events.js';

const epoch = (n: number): EpochMetrics => ({
  epoch: n,
  trainLoss: 1 / n,
  rate: 0.001,
  validation: {
    loss: 0.5 / n,
    foregroundLoss: null,
    accuracy: 0.9,
    iou: 0.8,
    foregroundAccuracy: 0.7,
    foregroundIou: n / 10,
    classMeanIou: 0.5,
    dice: 0.4,
    images: 12,
    imagesWithoutForeground: 0,
  },
});
const history = (epochs: number): readonly EpochMetrics[] =>
  Array.from({ length: epochs }, (_, i) => epoch(i + 1));

describe('event files for TensorBoard', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-events-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const file = (): string => join(folder, 'events.out.tfevents.0.drumhead');
  const write = async (epochs: number): Promise<void> =>
    assert.ok(E.isRight(await writeEvents(folder, history(epochs))()));
  it('do not follow a link, so that a file elsewhere stays as it is', async () => {
    const other = join(folder, 'of-a-person');
    await writeFile(other, 'mine');
    await symlink(other, file());
    const refused = await writeEvents(folder, history(2))();
    assert.ok(E.isLeft(refused) && refused.left._tag === 'FileError');
    assert.match(refused.left.message, /it is a link/);
    assert.equal(await readFile(other, 'utf8'), 'mine');
  });

  const steps = async (): Promise<readonly number[]> => {
    const [first, ...rest] = readEvents(await readFile(file()));
    assert.equal(first.version, 'brain.Event:2');
    return rest.map(({ step }) => step);
  };

  it('have the checksums of TensorFlow', () => {
    // RFC 3720, B.4: thirty-two zeros, ones, and 0 to 31.
    assert.equal(crc32cByBits(new Uint8Array(32)), 0x8a9136aa);
    assert.equal(crc32cByBits(new Uint8Array(32).fill(255)), 0x62a8ab43);
    assert.equal(crc32cByBits(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
    // How the files of TensorFlow itself begin: a record of 24 bytes, `18 00 00 00 00 00 00 00 a3 7f 4b 22`.
    assert.equal(maskedCrc(Uint8Array.of(24, 0, 0, 0, 0, 0, 0, 0)), 0x224b7fa3);
  });

  it('can be read back by another reader', () =>
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: 0, max: 4e9 }),
        fc.nat({ max: 2 ** 40 }),
        fc.dictionary(fc.string({ minLength: 1, unit: 'grapheme' }), fc.float({ noNaN: true }), {
          maxKeys: 6,
        }),
        (wallTime, step, scalars) => {
          const [event] = readEvents(scalarRecord({ wallTime, step, scalars }));
          assert.equal(event.wallTime, wallTime);
          assert.equal(event.step, step);
          assert.deepEqual(Object.entries(event.scalars), Object.entries(scalars));
        },
      ),
    ));

  it('hold each epoch once, with the scores that there are', async () => {
    await write(3);
    assert.deepEqual(await steps(), [1, 2, 3]);
    const event = readEvents(await readFile(file()))[2];
    assert.deepEqual(Object.keys(event.scalars).sort(), [
      'loss/train',
      'loss/validation',
      'training/rate',
      'validation/accuracy',
      'validation/classMeanIou',
      'validation/dice',
      'validation/foregroundAccuracy',
      'validation/foregroundIou',
      'validation/iou',
    ]);
    assert.equal(event.scalars['loss/train'], 0.5);
    assert.deepEqual(scalarsOf({ ...epoch(1), validation: null }), {
      'loss/train': 1,
      'training/rate': 0.001,
    });
  });

  it('grow in place, so that a reader that has them open goes on', async () => {
    await write(1);
    const { ino } = await stat(file());
    const begin = await readFile(file());
    await write(2);
    await write(2);
    assert.equal((await stat(file())).ino, ino);
    assert.ok((await readFile(file())).subarray(0, begin.length).equals(begin));
    assert.deepEqual(await steps(), [1, 2]);
  });

  it('cut off anywhere by a kill, or longer than what was kept, come right again', async () => {
    await write(3);
    const whole = await readFile(file());
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: whole.length }),
        fc.integer({ min: 1, max: 4 }),
        async (length, epochs) => {
          await writeFile(file(), whole.subarray(0, length));
          await write(epochs);
          assert.deepEqual(
            await steps(),
            history(epochs).map((metrics) => metrics.epoch),
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});
