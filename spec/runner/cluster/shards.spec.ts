/** Parts of a sweep beside each other, and runs that are brought from another machine's folder. */

import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { defect, errorMessage } from '../../../src/base/error.js';
import {
  mapSweep,
  type Sweep,
  seedsAxis,
  sweepOf,
  trainingAxis,
  vary,
} from '../../../src/experiments/sweep/sweep.js';
import { type Collected, collectRuns } from '../../../src/runner/cluster/collect.js';
import { toSubmit } from '../../../src/runner/cluster/plan.js';
import { inFolder } from '../../../src/runner/folder/ongoing/lock.js';
import { readSweepFile, sweepPath } from '../../../src/runner/folder/sweep-file.js';
import { runExperiment } from '../../../src/runner/run/run.js';
import type { Job } from '../../../src/runner/sweep/job.js';
import { runSweep, type SweepEnvironment, type SweepOutcome } from '../../../src/runner/sweep/run.js';
import { right } from '../../support/either.js';
import { environmentOf, tiny } from '../kill/tiny.js';

const grid: Sweep = pipe(
  sweepOf(tiny),
  mapSweep(trainingAxis('epochs').set(1)),
  vary(trainingAxis('rate'), [0.01, 0.02, 0.03]),
  mapSweep(seedsAxis.set(2)),
);

describe('parts of a sweep', () => {
  let runs = '';
  let done: string[] = [];
  // the runs of the first test, which the others copy
  const made = mkdtempSync(join(tmpdir(), 'drumhead-shards-made-'));
  beforeEach(() => {
    runs = mkdtempSync(join(tmpdir(), 'drumhead-shards-'));
    done = [];
  });
  afterEach(() => rmSync(runs, { recursive: true }));
  after(() => rmSync(made, { recursive: true }));

  const inThisProcess: Job = async ({ experiment, seed }, tell) => {
    done.push(`${experiment.training.rate} ${seed}`);
    const { folder } = right(
      await runExperiment(experiment, seed)({ ...environmentOf(runs), engine: 'wasm' })(),
    );
    tell({ kind: 'begins', folder, epochs: 1 });
    return { kind: 'finished', folder, before: false, foregroundIou: null };
  };
  const sweep = async (changes: Partial<SweepEnvironment>): Promise<SweepOutcome> => {
    const { tell: _, ...environment } = environmentOf(runs);
    return right(
      await runSweep(grid)({
        ...environment,
        engine: 'wasm',
        jobs: 1,
        job: inThisProcess,
        tell: () => {},
        ...changes,
      })(),
    );
  };
  const part = (number: number, changes: Partial<SweepEnvironment> = {}) =>
    sweep({ shard: { part: number, of: 2 }, ...changes });

  it('do each run once, at the same time, and leave one record of all', async () => {
    const [one, two] = await Promise.all([part(1), part(2)]);
    assert.deepEqual([one.finished, one.total, two.finished, two.total], [3, 3, 3, 3]);
    assert.deepEqual(done.sort(), ['0.01 0', '0.01 1', '0.02 0', '0.02 1', '0.03 0', '0.03 1']);
    await part(1);
    const record = right(await readSweepFile(sweepPath(runs, grid.name))());
    assert.ok(record.places.every(({ folder }) => folder !== null && existsSync(join(runs, folder))));
    assert.equal(done.length, 6);
    assert.equal((await sweep({})).finished, 6);
    cpSync(runs, made, { recursive: true });
  });

  it('leave a run that another process works on, and say whose process died', async () => {
    const first = right(
      await toSubmit(grid, { engine: 'wasm', runs, cache: join(runs, '.cache'), arraySize: 1000 })(),
    );
    const [{ folder }] = first.plan;
    assert.deepEqual(
      [first.parts, first.open.length, first.queued],
      [{ numbers: [1, 2, 3, 4, 5, 6], of: 6 }, 6, 0],
    );
    const job: Job = async () => ({ kind: 'failed', message: 'its process died of SIGKILL', lost: true });
    const outcome = right(
      await inFolder(
        folder ?? '',
        TE.tryCatch(() => part(1, { job }), defect),
      )(),
    );
    assert.deepEqual([outcome.elsewhere, outcome.failed.length, outcome.unfinished], [1, 2, 0]);
    assert.ok(outcome.failed.every(({ lost }) => lost));
  });

  it('are as many as an array may have', async () => {
    const setting = { engine: 'wasm', runs, cache: join(runs, '.cache'), arraySize: 4 } as const;
    assert.deepEqual(right(await toSubmit(grid, setting)()).parts, { numbers: [1, 2, 3, 4], of: 4 });
    cpSync(made, runs, { recursive: true });
    const record = right(await readSweepFile(sweepPath(runs, grid.name))());
    for (const index of [0, 1, 3, 4, 5])
      rmSync(join(runs, record.places[index].folder ?? ''), { recursive: true });
    assert.deepEqual(right(await toSubmit(grid, setting)()).parts, { numbers: [1, 2, 4], of: 4 });
  });

  describe('that another machine finished', () => {
    let here = '';
    beforeEach(() => {
      here = mkdtempSync(join(tmpdir(), 'drumhead-collect-'));
      cpSync(made, runs, { recursive: true });
    });
    afterEach(() => rmSync(here, { recursive: true }));
    const collect = async (): Promise<Collected> =>
      right(await collectRuns(grid, runs, { engine: 'wasm', runs: here, cache: join(here, '.cache') })());
    const placeOf = (index: number): string =>
      right(E.right(JSON.parse(readFileSync(sweepPath(here, grid.name), 'utf8')).places[index].folder));

    it('are looked for in a folder that is there', async () => {
      const setting = { engine: 'wasm', runs: here, cache: join(here, '.cache') } as const;
      const nowhere = await collectRuns(grid, join(here, 'nowhere'), setting)();
      assert.match(E.isLeft(nowhere) ? errorMessage(nowhere.left) : '', /nowhere: there is no such/);
      assert.ok(!existsSync(sweepPath(here, grid.name)));
    });

    it('are copied by identity, once', async () => {
      const later = right(await readSweepFile(sweepPath(made, grid.name))()).places.slice(3);
      for (const { folder } of later) rmSync(join(runs, folder ?? ''), { recursive: true });
      assert.deepEqual(await collect(), { total: 6, before: 0, copied: 3, missing: 3, notes: [] });
      cpSync(made, runs, { recursive: true });
      assert.deepEqual(await collect(), { total: 6, before: 3, copied: 3, missing: 0, notes: [] });
      assert.deepEqual(await collect(), { total: 6, before: 6, copied: 0, missing: 0, notes: [] });
    });

    it('are left where they are damaged, hold a link, or were begun here', async () => {
      await collect();
      const places = [0, 1, 2].map(placeOf);
      for (const place of places) rmSync(join(here, place), { recursive: true });
      const weights = join(runs, places[0], 'weights', 'weights.bin');
      writeFileSync(weights, Buffer.concat([readFileSync(weights), Buffer.from('x')]));
      mkdirSync(join(here, places[1]), { recursive: true });
      writeFileSync(join(here, places[1], 'mine.txt'), 'mine');
      symlinkSync('/etc', join(runs, places[2], 'elsewhere'));
      const { copied, notes } = await collect();
      assert.equal(copied, 1);
      assert.equal(notes.length, 2);
      assert.match(notes.join('\n'), /weights.*begun here too|begun here too.*weights/s);
      assert.ok(!existsSync(join(here, places[2], 'elsewhere')));
      assert.equal(readFileSync(join(here, places[1], 'mine.txt'), 'utf8'), 'mine');
    });

    it('are left where a file is in them that is larger than any of a run: nothing of it is copied', async () => {
      await collect();
      const place = placeOf(0);
      rmSync(join(here, place), { recursive: true });
      const film = join(runs, place, 'film.mp4');
      writeFileSync(film, '');
      truncateSync(film, 2 ** 41);
      const { copied, notes } = await collect();
      assert.equal(copied, 0);
      assert.match(
        notes.join(),
        /film\.mp4 is 2,097,152 MiB large, and 1,024 MiB is the limit for a file of a run/,
      );
      assert.ok(!existsSync(join(here, place)));
    });

    it('are left where another run lies under their name', async () => {
      await collect();
      const [one, other] = [placeOf(0), placeOf(1)];
      for (const place of [one, other]) rmSync(join(here, place), { recursive: true });
      rmSync(join(runs, one), { recursive: true });
      cpSync(join(runs, other), join(runs, one), { recursive: true });
      const { copied, notes } = await collect();
      assert.equal(copied, 1);
      assert.match(notes.join(), /another run than its name says/);
    });
  });
});
