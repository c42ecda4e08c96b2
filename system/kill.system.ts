/**
 * A run that is killed, and one whose disk stops or is full at a change: tries every change in turn; `npm test` tries
 * some of them.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { killManyTimes } from '../spec/runner/kill/attempts.js';
import { failsAndGoesOn } from '../spec/runner/kill/fault-positions.js';
import { environmentOf, fingerprint, tiny } from '../spec/runner/kill/tiny.js';
import { runExperiment } from '../src/runner/run/run.js';

describe('a run that is killed, or whose disk fails', () => {
  let runs = '';
  let straight: Awaited<ReturnType<typeof fingerprint>>;
  before(async () => {
    runs = await mkdtemp(join(tmpdir(), 'drumhead-kill-'));
    assert.ok(E.isRight(await runExperiment(tiny, 0)(environmentOf(runs))()));
    straight = await fingerprint(runs);
  });
  after(() => rm(runs, { recursive: true }));

  it('goes on to the same bits, on one thread and on two', async () => {
    const forget = () => rm(join(runs, 'tiny'), { recursive: true, force: true });
    await forget();
    const survival = await killManyTimes(runs, 2026, 6, { threads: [1, 1, 1, 2], reach: 9 }, async () => {
      assert.deepEqual(await fingerprint(runs), straight);
      await forget();
    });
    assert.equal(survival.kills, 6);
    assert.ok(survival.finished >= 1);
  });

  it('goes on from what is there where it stops at any change', async () => {
    assert.ok((await failsAndGoesOn(runs, straight, 'dead', 1)) > 40);
  });

  it('says so and loses nothing where it is full at any write', async () => {
    assert.ok((await failsAndGoesOn(runs, straight, 'full', 1)) > 20);
  });
});
