import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { decodeWith } from '../../../src/base/codec.js';
import { type SlurmOptions, slurmCodec } from '../../../src/runner/cluster/options.js';
import { queuedIn, queuedRuns } from '../../../src/runner/cluster/slurm-queue.js';
import { quoted, ranges, slurmScript } from '../../../src/runner/cluster/slurm-script.js';
import { inShard, shardFlag } from '../../../src/runner/sweep/shard.js';
import { right, sentence } from '../../support/either.js';

const optionsOf = (value: unknown): SlurmOptions => {
  const read = decodeWith(slurmCodec, 'options')(value);
  return right(read);
};
const problem = (value: unknown): string => {
  const read = decodeWith(slurmCodec, 'options')(value);
  return sentence(read);
};

describe('the script of an array job', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "drumhead script's "));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the script with a program in place of drumhead, which is written in the shell. */
  const run = (
    program: string,
    options: object,
    restarts: string,
    state = 'RUNNING',
  ): { code: number; requeued: string } => {
    const [own, scontrol] = [join(folder, 'own program'), join(folder, 'scontrol')];
    const asked = join(folder, 'asked');
    writeFileSync(own, `#!/bin/bash\n${program}\n`);
    writeFileSync(
      scontrol,
      `#!/bin/bash\n[ $1 = show ] && { echo JobState=$STATE; exit; }\necho "$@" > '${asked.replaceAll("'", "'\\''")}'\nexit 1\n`,
    );
    writeFileSync(asked, '');
    for (const file of [own, scontrol]) chmodSync(file, 0o755);
    const script = slurmScript(
      'my/sweep',
      { numbers: [3], of: 9 },
      { program: [own], cwd: folder, sweep: join(folder, 'the sweep'), more: ['--runs', 'a b'] },
      join(folder, 'logs'),
      optionsOf(options),
    );
    const env = {
      ...process.env,
      PATH: `${folder}:${process.env.PATH}`,
      SLURM_ARRAY_TASK_ID: '3',
      SLURM_ARRAY_JOB_ID: '77',
      SLURM_RESTART_COUNT: restarts,
      STATE: state,
    };
    const requeued = (): string => readFileSync(asked, 'utf8').trim();
    try {
      execFileSync('bash', ['-s'], { input: script, env, stdio: ['pipe', 'pipe', 'pipe'] });
      return { code: 0, requeued: requeued() };
    } catch (error) {
      return { code: Number(Object(error).status), requeued: requeued() };
    }
  };

  it('gives the task its part, whatever its paths hold', () => {
    const words = join(folder, 'words');
    const keep = `printf '%s\\n' "$@" > ${quoted(words)}`;
    assert.deepEqual(run(keep, { setup: ['export WHAT=set up'], cpus: 3 }, '0'), { code: 0, requeued: '' });
    assert.deepEqual(readFileSync(words, 'utf8').trim().split('\n'), [
      'sweep',
      join(folder, 'the sweep'),
      '--jobs',
      '1',
      '--workers',
      '3',
      '--runs',
      'a b',
      '--shard',
      '3/9',
    ]);
  });

  it('puts back what was stopped or died, as often as allowed, and nothing else', () => {
    for (const code of [130, 75]) {
      assert.deepEqual(run(`exit ${code}`, {}, '29'), { code, requeued: 'requeue 77_3' });
      assert.deepEqual(run(`exit ${code}`, {}, '30'), { code, requeued: '' });
      assert.deepEqual(run(`exit ${code}`, { restarts: 0 }, '0'), { code, requeued: '' });
      assert.deepEqual(run(`exit ${code}`, {}, '0', 'COMPLETING'), { code, requeued: '' });
    }
    mkdirSync(join(folder, 'logs'));
    writeFileSync(
      join(folder, 'logs', '77_3.log'),
      'slurmstepd: *** JOB 7 CANCELLED AT 1 DUE TO PREEMPTION ***\n',
    );
    assert.equal(run('exit 130', {}, '0', 'COMPLETING').requeued, 'requeue 77_3');
    for (const code of [1, 2, 137]) assert.deepEqual(run(`exit ${code}`, {}, '0'), { code, requeued: '' });
  });

  it('hands the signal before the time limit on, and waits until the state is saved', () => {
    const saved = join(folder, 'saved');
    const program = [
      "trap 'sleep 0.3; echo saved > saved; exit 130' TERM",
      // The script may not yet listen.
      'while true; do kill -USR1 $PPID; sleep 0.05; done',
    ].join('\n');
    assert.deepEqual(run(program, {}, '0'), { code: 130, requeued: 'requeue 77_3' });
    assert.equal(readFileSync(saved, 'utf8'), 'saved\n');
  });

  it('has the options that were asked for, and further ones as they are', () => {
    const script = slurmScript(
      'my/sweep',
      { numbers: [1, 2, 3, 7], of: 9 },
      { program: ['drumhead'], cwd: '/somewhere', sweep: 'runs/sweeps/my/sweep', more: [] },
      '/logs',
      optionsOf({
        partition: 'gpu',
        time: 30,
        memory: '4G',
        atOnce: 2,
        mail: 'me@here',
        lines: ['--exclusive'],
      }),
    );
    const lines = script.split('\n').filter((line) => line.startsWith('#SBATCH'));
    assert.deepEqual(lines, [
      '#SBATCH --job-name=drumhead-my-sweep',
      '#SBATCH --array=1-3,7%2',
      '#SBATCH --output=/logs/%A_%a.log',
      '#SBATCH --open-mode=append',
      '#SBATCH --signal=B:USR1@90',
      '#SBATCH --cpus-per-task=2',
      '#SBATCH --partition=gpu',
      '#SBATCH --time=30',
      '#SBATCH --mem=4G',
      '#SBATCH --mail-user=me@here',
      '#SBATCH --mail-type=END,FAIL',
      '#SBATCH --requeue',
      '#SBATCH --exclusive',
    ]);
    assert.equal(ranges([5, 1, 2, 9, 10, 11]), '1-2,5,9-11');
  });

  it('is not written from options that are none', () => {
    assert.match(problem({ partiton: 'gpu' }), /did you mean 'partition'/);
    assert.match(problem({ time: 'soon' }), /no time of Slurm's/);
    assert.match(problem({ cpus: 0, restarts: -1 }), /cpus.*\n.*restarts/s);
    assert.match(problem({ lines: ['rm -rf /'] }), /no option of sbatch/);
    assert.match(problem({ lines: ['--x\nrm -rf /'] }), /no option of sbatch/);
    assert.match(problem({ partition: 'a\nrm -rf /' }), /more than one line/);
    for (const time of ['90', '1:30:00', '2-12', '2-12:30']) assert.equal(optionsOf({ time }).time, time);
  });
});

describe('parts of a sweep', () => {
  it('are each run once, whatever the number of parts', () => {
    for (const of of [1, 2, 3, 7, 20]) {
      const parts = Array.from({ length: of }, (_, i) => ({ part: i + 1, of }));
      for (let index = 0; index < 50; index++)
        assert.equal(parts.filter((shard) => inShard(shard)(index)).length, 1);
    }
  });

  it('are read from 2/8, and nothing else', () => {
    assert.deepEqual(shardFlag('2/8'), E.right({ part: 2, of: 8 }));
    for (const wrong of ['', '0/3', '4/3', '1', '1/', '1/0', '-1/3', '1/2/3', '1.5/2', '1/99999999'])
      assert.ok(E.isLeft(shardFlag(wrong)), wrong);
  });
});

describe('the queue', () => {
  const text =
    '12_[3-4,9%2]|PENDING|Resources\n12_1|RUNNING|None\n  13_1|PENDING|Priority\n14|RUNNING|None\n\n';

  it('names each task of an array', () => {
    assert.deepEqual([...queuedIn(text).keys()], ['12_3', '12_4', '12_9', '12_1', '13_1']);
    assert.deepEqual(queuedIn(text).get('12_9'), { state: 'PENDING', reason: 'Resources' });
    assert.equal(queuedIn('nothing of the kind').size, 0);
  });

  it('says of each run what its last job does', () => {
    const jobs = [
      { job: '12', numbers: [1, 3], of: 4 },
      { job: '13', numbers: [1], of: 4 },
    ];
    const found = queuedRuns(jobs, queuedIn(text), 6);
    assert.deepEqual(
      found.map((one) => one?.reason ?? null),
      ['Priority', null, 'Resources', null, 'Priority', null],
    );
  });
});
