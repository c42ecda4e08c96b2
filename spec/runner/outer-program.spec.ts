/** Programs that are not drumhead's: each has an end, and what it does becomes a value. */

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { queueOf, submit } from '../../src/runner/cluster/slurm-queue.js';
import { outerProgram } from '../../src/runner/outer-program.js';

describe('a program that is not drumhead’s', () => {
  let folder = '';
  const path = process.env.PATH;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-outer-'));
    process.env.PATH = `${folder}${delimiter}${path}`;
  });
  after(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });
  const program = (name: string, script: string): string => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
    return join(folder, name);
  };
  const hangs = "trap '' TERM HUP INT; while :; do sleep 0.1; done";

  it('is ended where it does not end by itself, even if it refuses signals; a child that it leaves is not waited for', async () => {
    const late = E.left({ kind: 'late', seconds: 0.2 });
    assert.deepEqual(await outerProgram(program('hangs', hangs), [], { seconds: 0.2 }), late);
    const child = program('child', 'echo 5; sleep 3 & exit');
    assert.deepEqual(await outerProgram(child, [], { seconds: 0.2 }), E.right('5\n'));
  });

  it('is absent, answers, fails with its words, or says too much', async () => {
    const failed = (said: string) => E.left({ kind: 'failed', said });
    assert.deepEqual(await outerProgram('drumhead-no-such-program', []), E.left({ kind: 'absent' }));
    assert.deepEqual(await outerProgram('cat', ['-'], { input: 'a\n' }), E.right('a\n'));
    assert.deepEqual(await outerProgram(program('fails', 'echo why >&2; exit 3'), []), failed('why'));
    assert.deepEqual(await outerProgram('yes', []), failed('it says more than 16 MiB'));
    writeFileSync(join(folder, 'shut'), '');
    assert.match(JSON.stringify(await outerProgram(join(folder, 'shut'), [])), /EACCES/);
  });

  it('of Slurm is named, with what to do, where it hangs or refuses', async () => {
    const jobs = [{ job: '7', numbers: [1], of: 1 }];
    const said = async (): Promise<string> => {
      const found = await queueOf(jobs, 0.2)();
      return E.isLeft(found) ? errorMessage(found.left) : `${found.right.size} tasks`;
    };
    program('squeue', hangs);
    assert.match(
      await said(),
      /^squeue did not answer within 0\.2 seconds and was ended; ask again when `sinfo` answers/,
    );
    program('squeue', 'echo slurm_load_jobs error: Unable to contact slurm controller >&2; exit 1');
    assert.match(await said(), /^squeue refuses: slurm_load_jobs error: Unable to contact/);
    program('squeue', 'echo slurm_load_jobs error: Invalid job id specified >&2; exit 1');
    assert.equal(await said(), '0 tasks');
    program('squeue', "echo '7_1|PENDING|Resources'");
    assert.equal(await said(), '1 tasks');
    program('sbatch', hangs);
    const sweep = join(folder, 'sweep');
    mkdirSync(join(sweep, 'slurm'), { recursive: true });
    const made = await submit(sweep, '', { numbers: [1], of: 1 }, 0.2)();
    assert.match(
      E.isLeft(made) ? errorMessage(made.left) : '',
      /^sbatch did not answer within 0\.2 seconds and was ended; see with `squeue --me` whether it took the job/,
    );
  });
});
