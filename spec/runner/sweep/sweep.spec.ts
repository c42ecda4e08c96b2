/** Sweeps: many runs at a time in processes of their own. Most of it with jobs that compute nothing. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeError, errorMessage } from '../../../src/base/error.js';
import { fileLimits } from '../../../src/base/limits.js';
import { decodeExperiment, withTraining } from '../../../src/experiments/experiment.js';
import {
  mapSweep,
  type Sweep,
  seedsAxis,
  sweepOf,
  trainingAxis,
  vary,
} from '../../../src/experiments/sweep/sweep.js';
import { encodePicture } from '../../../src/formats/png/png.js';
import { sealed } from '../../../src/runner/folder/seal.js';
import { readSweep, sweepPath } from '../../../src/runner/folder/sweep-file.js';
import { collect } from '../../../src/runner/results/collection.js';
import { sweepsIn } from '../../../src/runner/results/query/index.js';
import { statusOf } from '../../../src/runner/results/status.js';
import { runExperiment } from '../../../src/runner/run/run.js';
import { type Job, processJob } from '../../../src/runner/sweep/job.js';
import type { Outcome, RunRequest } from '../../../src/runner/sweep/messages.js';
import { runSweep, type SweepEnvironment, type SweepEvent } from '../../../src/runner/sweep/run.js';
import { refusal } from '../../support/effects.js';
import { right } from '../../support/either.js';
import { asNobody } from '../../support/nobody.js';
import { environmentOf, tiny } from '../kill/tiny.js';

const grid: Sweep = pipe(
  sweepOf(tiny),
  vary(trainingAxis('rate'), [0.01, 0.02, 0.03]),
  mapSweep(seedsAxis.set(2)),
);
const rates = ({ experiment }: RunRequest): number => experiment.training.rate;
const done: Outcome = { kind: 'finished', folder: 'somewhere', before: false, foregroundIou: 0.5 };

describe('a sweep', () => {
  let runs = '';
  let events: SweepEvent[] = [];
  beforeEach(async () => {
    runs = await mkdtemp(join(tmpdir(), 'drumhead-sweep-'));
    events = [];
  });
  afterEach(() => rm(runs, { recursive: true }));

  const sweep = async (job: Job, changes: Partial<SweepEnvironment> = {}, value: Sweep = grid) => {
    const { tell: _, ...environment } = environmentOf(runs);
    const tell = (event: SweepEvent): void => void events.push(event);
    const ended = await runSweep(value)({ ...environment, engine: 'cpu', jobs: 2, job, tell, ...changes })();
    return right(ended);
  };
  /** Leaves a run finished in its folder, as far as a sweep looks. */
  const finishIn = async (folder: string): Promise<void> => {
    const score = { loss: 1, foregroundLoss: 1, accuracy: 1, iou: 1, foregroundAccuracy: 1 };
    const rest = { foregroundIou: 0.5, classMeanIou: 1, dice: 1, images: 2, imagesWithoutForeground: 0 };
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    await mkdir(join(folder, 'weights'), { recursive: true });
    await writeFile(join(folder, 'weights', 'weights.bin'), '');
    const result = {
      identity: 'x',
      name: tiny.name,
      seed: 0,
      epoch: 1,
      epochs: 4,
      test: { ...score, ...rest },
      weights: { parameters: 0, sha256: empty },
    };
    await writeFile(join(folder, 'result.json'), JSON.stringify(sealed(result)));
  };

  it('runs each member from each seed, a few at a time, first seeds first', async () => {
    let now = 0;
    let most = 0;
    const asked: (readonly [number, number])[] = [];
    const job: Job = async (request) => {
      asked.push([rates(request), request.seed]);
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return done;
    };
    const { total, finished, failed, unfinished } = await sweep(job);
    assert.deepEqual([total, finished, failed.length, unfinished], [6, 6, 0, 0]);
    assert.equal(most, 2);
    assert.deepEqual(asked, [
      [0.01, 0],
      [0.02, 0],
      [0.03, 0],
      [0.01, 1],
      [0.02, 1],
      [0.03, 1],
    ]);
  });

  it('says that it writes its record anew where that cannot be read', async () => {
    const notes = async (): Promise<string> => {
      events = [];
      await sweep(async () => done);
      return events.flatMap((event) => (event.kind === 'note' ? [event.message] : [])).join();
    };
    assert.doesNotMatch(await notes(), /record/);
    assert.doesNotMatch(await notes(), /record/);
    await writeFile(sweepPath(runs, tiny.name), '{');
    assert.match(await notes(), /the record of \S+ cannot be read and is written anew.*sweep\.json/);
    assert.doesNotMatch(await notes(), /record/);
    // Above the limit of its kind.
    await truncate(sweepPath(runs, tiny.name), fileLimits.json + 1);
    assert.match(await notes(), /the record of \S+ cannot be read and is written anew.*limit/);
    assert.doesNotMatch(await notes(), /record/);
  });

  it('leaves a record that the system refuses to read, and stops', async () => {
    await sweep(async () => done);
    const path = sweepPath(runs, tiny.name);
    const held = await readFile(path);
    for (const [each, mode] of [
      [runs, 0o777],
      [dirname(path), 0o777],
      [path, 0],
    ] as const)
      await chmod(each, mode);
    for (const engine of ['cpu', 'auto'] as const) {
      const work = runSweep(grid)({
        ...environmentOf(runs),
        engine,
        jobs: 1,
        tell: () => {},
        job: async () => done,
      });
      const said = await asNobody(() => refusal(work));
      if (said !== null) assert.match(said, /sweep\.json: permission denied/);
    }
    await chmod(path, 0o600);
    assert.deepEqual(await readFile(path), held);
  });

  it('writes where its runs lie before the first begins, for tables and figures', async () => {
    let during: unknown;
    await sweep(async () => {
      during ??= await readSweep(runs, tiny.name)();
      return done;
    });
    assert.ok(typeof during === 'object');
    const record = await readSweep(runs, tiny.name)();
    assert.ok(E.isRight(record));
    assert.deepEqual(record.right.sweep, grid);
    assert.equal(record.right.engine, 'cpu');
    assert.deepEqual(
      record.right.runs.map(({ member, seed }) => [member.axes.rate, seed]),
      [0, 1].flatMap((seed) => [0.01, 0.02, 0.03].map((rate) => [rate, seed])),
    );
    await writeFile(sweepPath(runs, tiny.name), '{"sweep": ');
    assert.ok(E.isLeft(await readSweep(runs, tiny.name)()));
  });

  it('survives a failed run, names it, and tries it again the next time', async () => {
    const job: Job = async (request) =>
      rates(request) === 0.02 && request.seed === 1 ? { kind: 'failed', message: 'it diverged' } : done;
    const { finished, failed } = await sweep(job);
    assert.equal(finished, 5);
    assert.deepEqual(
      failed.map(({ run, message }) => [run.member.axes.rate, run.seed, message]),
      [[0.02, 1, 'it diverged']],
    );
    assert.equal((await sweep(async () => done)).failed.length, 0);
  });

  it('continues, and does not run finished runs again', async () => {
    const plan = (): readonly (string | null)[] =>
      events.flatMap((event) => (event.kind === 'plan' ? event.plan.map(({ folder }) => folder) : []));
    await sweep(async () => done);
    for (const folder of plan().slice(0, 4)) await finishIn(folder ?? assert.fail());
    let ran = 0;
    const { finished } = await sweep(async () => {
      ran++;
      return done;
    });
    assert.equal(ran, 2);
    assert.equal(finished, 6);
  });

  it('stops when it is told to, and begins nothing more', async () => {
    const stop = new AbortController();
    let ran = 0;
    const job: Job = async (_, __, signal) => {
      if (++ran === 3) stop.abort();
      return signal.aborted ? { kind: 'stopped', message: 'stopped' } : done;
    };
    const { finished, unfinished } = await sweep(job, { signal: stop.signal, jobs: 1 });
    assert.deepEqual([finished, unfinished, ran], [2, 4, 3]);
  });

  it('runs a run once that two members with different names share', async () => {
    const twice: Sweep = {
      name: 'tiny/twice',
      members: [
        { axes: { name: 'a' }, experiment: { ...tiny, name: 'tiny/a' } },
        { axes: { name: 'b' }, experiment: { ...tiny, name: 'tiny/b' } },
      ],
    };
    let ran = 0;
    const job: Job = async () => {
      ran++;
      return done;
    };
    const { finished } = await sweep(job, {}, twice);
    assert.deepEqual([ran, finished], [1, 2]);
    const record = await readSweep(runs, 'tiny/twice')();
    assert.ok(E.isRight(record));
    assert.equal(new Set(record.right.runs.map(({ folder }) => folder)).size, 1);
  });

  it('makes a run of files once, whatever its folder is called and whatever does nothing', async () => {
    const dataset = join(runs, 'data');
    const paths = [dataset, `${dataset}/`, join(runs, 'x', '..', 'data'), join(runs, 'link')];
    const pairs = Array.from({ length: 6 }, (_, i) => ({
      height: 8,
      width: 8,
      channels: 1 as const,
      values: Uint8Array.from({ length: 64 }, (_, at) => (at + i) % 2),
    }));
    for (const kind of ['images', 'masks']) {
      await mkdir(join(dataset, kind), { recursive: true });
      for (const [i, picture] of pairs.entries())
        await writeFile(join(dataset, kind, `${i}.png`), Buffer.from(encodePicture(picture)));
    }
    await symlink(dataset, join(runs, 'link'));
    const own = (folder: string, tolerance: number, seeds: readonly number[]) => {
      const read = decodeExperiment({
        ...{ name: 'own/files', task: { name: 'png', folder }, model: { name: 'cnn', layers: 1 }, seeds },
        training: { batch: 2, epochs: 1, tolerance },
      });
      return right(read);
    };
    const members = paths.map((path, i) => ({
      axes: { path: i },
      experiment: own(
        path,
        i / 10,
        Array.from({ length: i + 1 }, (_, seed) => seed),
      ),
    }));
    const asked: number[] = [];
    const job: Job = async ({ seed }) => {
      asked.push(seed);
      await new Promise((resolve) => setImmediate(resolve));
      return { ...done, folder: join(runs, `seed-${seed}`) };
    };
    const { total, finished } = await sweep(job, {}, { name: 'own/files', members });
    assert.deepEqual([total, finished, asked.sort()], [10, 10, [0, 1, 2, 3]]);
    const record = await readSweep(runs, 'own/files')();
    assert.ok(E.isRight(record));
    assert.equal(new Set(record.right.runs.map(({ folder }) => folder)).size, 4);
    const folders = record.right.sweep.members.map(
      ({ experiment: { task } }) => task.name === 'png' && task.folder,
    );
    assert.deepEqual(new Set(folders).size, 1);
    const found = await collect('own/files', runs, TE.left(decodeError('none', 'none')))();
    assert.ok(E.isRight(found));
    assert.match(found.right.notes.join(), /4 runs stand here in 10 places/);
  });

  it('whose labels disagree with its members is refused before anything runs, and when it is read', async () => {
    const lying = mapSweep((experiment) => withTraining(experiment, { rate: 0.5 }))(grid);
    const { tell: _, ...environment } = environmentOf(runs);
    const job: Job = async () => assert.fail('something ran');
    const ended = await runSweep(lying)({ ...environment, engine: 'cpu', jobs: 1, job, tell: () => {} })();
    assert.ok(E.isLeft(ended));
    assert.match(
      errorMessage(ended.left),
      /members\.0: the axis rate says 0\.01, but the experiment holds 0\.5/,
    );
    await mkdir(dirname(sweepPath(runs, 'old')), { recursive: true });
    await writeFile(
      sweepPath(runs, 'old'),
      JSON.stringify(sealed({ sweep: { ...lying, name: 'old' }, engine: 'cpu', places: [] })),
    );
    const read = await readSweep(runs, 'old')();
    assert.ok(E.isLeft(read));
    assert.match(errorMessage(read.left), /the axis rate says 0\.01.*its labels are not what ran/s);
    const found = await sweepsIn(runs)();
    assert.ok(E.isRight(found) && found.right.notes.length === 1);
    assert.match(
      found.right.notes[0],
      /^left out, so that no run is told to be of old: .*its labels are not what ran/,
    );
  });

  it('reports settings without effect, unless that was done already', async () => {
    const idle = pipe(sweepOf(tiny), vary(trainingAxis('weightDecay'), [0.1, 0.2]));
    const job: Job = async () => done;
    const notes = () => events.flatMap((event) => (event.kind === 'note' ? [event.message] : []));
    await sweep(job, {}, grid);
    assert.deepEqual(notes(), []);
    await sweep(job, { remarked: true }, idle);
    assert.deepEqual(notes(), []);
    await sweep(job, {}, idle);
    const [first, second, ...others] = notes();
    assert.match(first, /^training\.weightDecay does nothing here: only adamw/);
    assert.match(second, /^these members are the same runs, .*0\.1\); .*0\.2\)$/);
    assert.deepEqual(others, []);
  });

  it('goes on with the engine that auto found when it began, and says so where that is not here', async () => {
    const engines: string[] = [];
    const job: Job = async (request) => {
      engines.push(`${request.engine}: ${request.why}`);
      return { kind: 'failed', message: 'for a test' };
    };
    const one = { ...grid, members: grid.members.slice(0, 1) };
    await sweep(job, { engine: 'cpu' }, one);
    await sweep(job, { engine: 'auto' }, one);
    assert.deepEqual(
      [...new Set(engines)],
      ['cpu: asked for by name', `cpu: auto: ${grid.name} began on it`],
    );
    const path = sweepPath(runs, grid.name);
    await writeFile(path, JSON.stringify(sealed({ sweep: one, engine: 'tensorflow', places: [] })));
    const { tell: _, ...environment } = environmentOf(runs);
    const ended = await runSweep(one)({ ...environment, engine: 'auto', jobs: 1, job, tell: () => {} })();
    assert.match(
      E.isLeft(ended) ? errorMessage(ended.left) : '',
      /^engine tensorflow: .* began on it, and goes on where it is; here: .*; another --engine makes other runs$/,
    );
  });

  it('is run by one process at a time', async () => {
    const outcomes: boolean[] = [];
    const job: Job = async () => {
      const { tell: _, ...environment } = environmentOf(runs);
      const other = runSweep(grid)({
        ...environment,
        engine: 'cpu',
        jobs: 1,
        job: async () => done,
        tell: () => {},
      });
      outcomes.push(E.isLeft(await other()));
      return done;
    };
    await sweep(job, { jobs: 1 }, { ...grid, members: grid.members.slice(0, 1) });
    assert.deepEqual(outcomes, [true, true]);
  });

  it('in processes: one is killed, the other ends, and going on gives the bits of a run that was left alone', async () => {
    // Long enough that nobody is at the end before the other is killed.
    const pair: Sweep = pipe(
      sweepOf(withTraining(tiny, { epochs: 15 })),
      vary(trainingAxis('rate'), [0.01, 0.02]),
    );
    const wasm = { engine: 'wasm' as const };
    const folderOfSecond = (): string => {
      const plan = events.find((event) => event.kind === 'plan');
      return (plan?.kind === 'plan' ? plan.plan[1].folder : null) ?? assert.fail();
    };
    const killWorker = (): void => {
      const lock = readdirSync(folderOfSecond()).find((name) => name.startsWith('lock-'));
      process.kill(Number((lock ?? assert.fail('nobody works there')).split('-')[1]), 'SIGKILL');
    };
    // Killed from outside, once it is at work, by the id that its folder tells.
    const first = await sweep(
      (request, tell, signal) => {
        let killed = false;
        return processJob(
          request,
          (news) => {
            tell(news);
            if (news.kind !== 'epoch' || rates(request) !== 0.02 || killed) return;
            killed = true;
            killWorker();
          },
          signal,
        );
      },
      wasm,
      pair,
    );
    assert.equal(first.finished, 1);
    assert.match(first.failed[0].message, /its process died of SIGKILL/);
    const folder = first.failed[0].run.folder ?? assert.fail();
    assert.equal((await statusOf(folder, true)).state, 'unfinished');

    const second = await sweep(processJob, wasm, pair);
    assert.deepEqual([second.finished, second.failed.length], [2, 0]);
    assert.equal((await statusOf(folder, true)).state, 'finished');
    const weights = await readFile(join(folder, 'weights', 'weights.bin'));
    await rm(folder, { recursive: true });
    const alone = await runExperiment(pair.members[1].experiment, 0)(environmentOf(runs))();
    assert.ok(E.isRight(alone));
    assert.ok(weights.equals(await readFile(join(folder, 'weights', 'weights.bin'))));
  });
});
