/** Killed at any moment, a run goes on to the same bits; a disk that fails costs nothing that was kept. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe as describeError } from '../../src/base/error.js';
import { runExperiment } from '../../src/runner/run.js';
import { killManyTimes } from './kill/attempts.js';
import { breakDisk, type Fault } from './kill/faulty-disk.js';
import { environmentOf, fingerprint, tiny } from './kill/tiny.js';

type Fingerprint = Awaited<ReturnType<typeof fingerprint>>;

describe('a run that is killed', () => {
  let runs = '';
  let straight: Fingerprint;
  const run = () => runExperiment(tiny, 0)(environmentOf(runs))();
  const forget = () => rm(join(runs, 'tiny'), { recursive: true, force: true });

  before(async () => {
    runs = await mkdtemp(join(tmpdir(), 'drumhead-kill-'));
    const done = await run();
    assert.ok(E.isRight(done), E.isLeft(done) ? describeError(done.left) : '');
    straight = await fingerprint(runs);
  });
  beforeEach(forget);
  after(() => rm(runs, { recursive: true }));

  it('goes on to the same bits, on one thread and on two', async () => {
    const survival = await killManyTimes(runs, 2026, 6, { threads: [1, 1, 1, 2], reach: 9 }, async () => {
      assert.deepEqual(await fingerprint(runs), straight);
      await forget();
    });
    assert.equal(survival.kills, 6);
    assert.ok(survival.finished >= 1);
  });

  /** The disk fails in the middle; mended, the same command ends as if nothing had been. */
  const failsAndGoesOn = async (fault: Fault, says: RegExp): Promise<void> => {
    await forget();
    const disk = breakDisk(fault);
    const failed = await run().finally(disk.mend);
    if (E.isLeft(failed)) {
      assert.equal(failed.left._tag, 'FileError');
      assert.match(describeError(failed.left), says);
    }
    const again = await run();
    assert.ok(E.isRight(again), E.isLeft(again) ? describeError(again.left) : '');
    assert.deepEqual(await fingerprint(runs), straight);
  };

  it('whose disk stops at any change goes on from what is there', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 70 }), (at) =>
        failsAndGoesOn({ kind: 'dead', at }, /the disk of the spec/),
      ),
      { numRuns: 4, endOnFailure: true },
    ));

  it('whose disk is full says so and loses nothing', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 32 }), (at) =>
        failsAndGoesOn({ kind: 'full', at }, /the disk is full; free some space/),
      ),
      { numRuns: 3, endOnFailure: true },
    ));
});
