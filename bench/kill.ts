/**
 * Kills a training at random moments, many times, and compares what comes out with a training that was left alone.
 *
 *     npm run kill:long            50 kills
 *     npm run kill:long -- 200 7   200 kills, drawn from seed 7
 *
 * A kill comes after a random event of the training, in the middle of a random write, or before a random rename; the
 * attempts work on one thread and on two in turn.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt, killManyTimes } from '../spec/runner/kill/attempts.js';
import { fingerprint } from '../spec/runner/kill/tiny.js';

const [kills = 50, seed = 1] = process.argv.slice(2).map(Number);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const runs = await mkdtemp(join(tmpdir(), 'drumhead-kill-'));
const forget = (): Promise<void> => rm(join(runs, 'tiny'), { recursive: true, force: true });
try {
  const alone = await attempt(runs, 1, null);
  assert.equal(alone.code, 0, alone.said);
  const straight = await fingerprint(runs);
  say('left alone, on one thread:');
  for (const [name, hash] of Object.entries(straight.hashes)) say(`  ${hash}  ${name}`);
  await forget();

  let same = 0;
  const survival = await killManyTimes(
    runs,
    seed,
    kills,
    { threads: [1, 2], reach: 18 },
    async (attempts) => {
      assert.deepEqual(await fingerprint(runs), straight);
      same++;
      say(`run ${same}: killed ${attempts.length - 1} times, then the same bytes`);
      await forget();
    },
  );
  const deaths = new Map<string, number>();
  for (const { killed, death } of survival.attempts)
    if (killed && death !== null) deaths.set(death.kind, (deaths.get(death.kind) ?? 0) + 1);
  say(`${survival.kills} kills in ${survival.finished} runs, all of them the same bytes at the end`);
  for (const [kind, count] of deaths) say(`  ${count} killed ${kind.replace(/^kill /, '')}`);
} finally {
  await rm(runs, { recursive: true });
}
