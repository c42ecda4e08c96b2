/** The scheduling of a sweep costs the same for each run, however many there are. `npm run bench:cluster` has 100,000. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { queuedRuns } from '../../../src/runner/cluster/slurm-queue.js';

const script = fileURLToPath(new URL('../../../bench/cluster/index.ts', import.meta.url));

describe('a sweep on a cluster whose nodes fail', () => {
  it('comes to its end, with as many operations on files a run when there are four times as many', function () {
    this.timeout(300_000);
    // It counts by wrapping the file system of its process.
    const said = execFileSync(
      process.execPath,
      ['--import', 'tsx', script, '--runs', '40', '160', '--nodes', '4', '--sample', '1', '--restarts', '1'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    assert.match(
      said,
      /^160 runs, 4 nodes: all finished .* ([2-9]|\d\d+) submissions, [1-9]\d* dead nodes, [1-9]\d* preemptions$/m,
    );
    for (const part of [
      'plan, nothing done',
      'submit',
      'a task',
      'status, with the queue',
      'plan, most done',
      'plan, all but done',
    ])
      assert.ok(said.includes(`  ${part}`), said);
  });

  it('asks the newest job first, and those alone that have tasks in the queue', () => {
    const task = (state: string) => ({ state, reason: 'None' });
    const jobs = [
      { job: '1', numbers: [1, 2, 3], of: 3 },
      { job: '2', numbers: [2], of: 3 },
      { job: '3', numbers: [1, 3], of: 4 },
    ];
    const queue = new Map([
      ['1_2', task('A')],
      ['2_2', task('B')],
      ['3_1', task('C')],
      ['9_1', task('D')],
    ]);
    assert.deepEqual(
      queuedRuns(jobs, queue, 6).map((found) => found?.state ?? null),
      ['C', 'B', null, null, 'C', null],
    );
  });
});
