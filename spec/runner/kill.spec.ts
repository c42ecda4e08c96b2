/** Killed at any moment, a run goes on to the same bits; a disk that fails costs nothing that was kept. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { breakDisk } from '../../bench/break/disk.js';
import { errorMessage } from '../../src/base/error.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { killManyTimes } from './kill/attempts.js';
import { failsAndGoesOn } from './kill/fault-positions.js';
import { environmentOf, fingerprint, theRun, tiny } from './kill/tiny.js';

type Fingerprint = Awaited<ReturnType<typeof fingerprint>>;

describe('a run that is killed', () => {
  let runs = '';
  let straight: Fingerprint;
  const run = () => runExperiment(tiny, 0)(environmentOf(runs))();
  const forget = () => rm(join(runs, 'tiny'), { recursive: true, force: true });

  before(async () => {
    runs = await mkdtemp(join(tmpdir(), 'drumhead-kill-'));
    const done = await run();
    assert.ok(E.isRight(done), E.isLeft(done) ? errorMessage(done.left) : '');
    straight = await fingerprint(runs);
  });
  beforeEach(forget);
  after(() => rm(runs, { recursive: true }));

  it('goes on to the same bits, on one thread and on two', async function () {
    this.timeout(600_000);
    // `npm run test:system` kills it six times.
    const survival = await killManyTimes(runs, 2026, 2, { threads: [1, 2], reach: 9 }, async () => {
      assert.deepEqual(await fingerprint(runs), straight);
      await forget();
    });
    assert.equal(survival.kills, 2);
    assert.ok(survival.finished >= 1);
  });

  // `npm run test:system` tries every change and every write.
  it('whose disk stops at a change goes on from what is there', async function () {
    this.timeout(600_000);
    const positions = await failsAndGoesOn(runs, straight, 'dead', 9);
    assert.ok(positions > 40, `${positions} changes`);
  });

  it('whose disk is full says so and loses nothing', async function () {
    this.timeout(600_000);
    const positions = await failsAndGoesOn(runs, straight, 'full', 7);
    assert.ok(positions > 20, `${positions} writes`);
  });

  it('whose disk fails once to read a header ends well, and the next run removes the values that it left', async () => {
    const counted = breakDisk(runs, { kind: 'none' });
    assert.ok(E.isRight(await run().finally(counted.mend)));
    const passed: string[] = [];
    // The last save and what follows it: no later save of the same run tidies up after them.
    const story = counted.story();
    for (let at = counted.calls() - 45; at <= counted.calls(); at++) {
      if (!/checkpoint/.test(story[at - 1])) continue;
      await forget();
      const disk = breakDisk(runs, { kind: 'error', at, code: 'EMFILE', lasts: false });
      const done = await run().finally(disk.mend);
      assert.match(disk.where(), /checkpoint/);
      if (E.isRight(done)) passed.push(disk.where());
      assert.ok(E.isRight(await run()));
      assert.deepEqual(await fingerprint(runs), straight, disk.where());
    }
    assert.ok(passed.length > 0, 'no fault was passed over');
  });

  it('and is finished is tidied when it is met again; not where a living process works', async () => {
    assert.ok(E.isRight(await run()));
    const folder = await theRun(runs);
    const dead = `lock-999999999-x-${randomUUID()}-${encodeURIComponent(hostname())}`;
    const left = [
      'progress.json',
      `result.json.${randomUUID()}.tmp`,
      join('weights', `a.${randomUUID()}.tmp`),
      'failure.json',
      'checkpoint-1-0.bin',
    ];
    for (const name of [dead, ...left]) await writeFile(join(folder, name), '');
    const elsewhere = `lock-1-x-${randomUUID()}-another-machine`;
    await writeFile(join(folder, elsewhere), '');
    assert.ok(E.isRight(await run()));
    const names = await readdir(folder, { recursive: true });
    for (const name of [elsewhere, ...left]) assert.ok(names.includes(name), `${name} was another's`);
    await rm(join(folder, elsewhere));
    assert.ok(E.isRight(await run()));
    assert.deepEqual(await fingerprint(runs), straight);
  });
});
