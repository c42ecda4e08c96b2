/** A disk that fails at one change after the other; mended, the same command ends as if nothing had been. */

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import { runExperiment } from '../../../src/runner/run/run.js';
import { breakDisk, type Fault } from './faulty-disk.js';
import { environmentOf, fingerprint, tiny } from './tiny.js';

const run = (runs: string) => runExperiment(tiny, 0)(environmentOf(runs))();
const forget = (runs: string) => rm(join(runs, 'tiny'), { recursive: true, force: true });

const says = {
  dead: /the disk could not read or write it/,
  full: /the disk is full; free some space/,
} as const;

/** How many changes, or writes, an untouched run makes: the positions of a fault. */
const positionsOf = async (runs: string, kind: keyof typeof says): Promise<number> => {
  await forget(runs);
  const disk = breakDisk({ kind, at: Number.POSITIVE_INFINITY });
  const done = await run(runs).finally(disk.mend);
  assert.ok(E.isRight(done));
  return disk.count();
};

/**
 * Tries a fault at every `stride`-th position, and the last.
 *
 * @param straight what a run without faults leaves
 * @returns how many positions there are
 */
export const failsAndGoesOn = async (
  runs: string,
  straight: Awaited<ReturnType<typeof fingerprint>>,
  kind: keyof typeof says,
  stride: number,
): Promise<number> => {
  const positions = await positionsOf(runs, kind);
  for (let at = 1; at <= positions; at = at < positions ? Math.min(at + stride, positions) : at + 1) {
    const fault: Fault = { kind, at };
    await forget(runs);
    const disk = breakDisk(fault);
    const failed = await run(runs).finally(disk.mend);
    if (E.isLeft(failed)) {
      assert.equal(failed.left._tag, 'FileError');
      assert.match(errorMessage(failed.left), says[kind]);
    }
    const again = await run(runs);
    assert.ok(E.isRight(again), E.isLeft(again) ? errorMessage(again.left) : '');
    assert.deepEqual(await fingerprint(runs), straight, JSON.stringify(fault));
  }
  return positions;
};
