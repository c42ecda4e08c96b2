/** Fused kernels and op by op give other bits on one engine: two runs, everywhere told apart. */

import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { run } from '../../src/cli/commands/run.js';
import { statuses, statusTable } from '../../src/cli/commands/status.js';
import { sweep } from '../../src/cli/commands/sweep.js';
import { arithmetic, engineText, type Kernels, openEngine } from '../../src/engine/index.js';
import { fuseVariable } from '../../src/engine/names.js';
import { identityOf } from '../../src/experiments/identity.js';
import { sweepOf } from '../../src/experiments/sweep/sweep.js';
import { groupsOf } from '../../src/report/tables/groups.js';
import { readSweep } from '../../src/runner/folder/sweep-file.js';
import { groupedRun } from '../../src/runner/results/collected-runs.js';
import { collect } from '../../src/runner/results/collection.js';
import { runsTable } from '../../src/runner/results/query/index.js';
import { rescore } from '../../src/runner/results/rescore.js';
import { readRuns } from '../../src/runner/results/summary.js';
import { identityOn } from '../../src/runner/run/identity.js';
import { type Finished, runExperiment } from '../../src/runner/run/run.js';
import type { Job } from '../../src/runner/sweep/job.js';
import type { RunRequest } from '../../src/runner/sweep/messages.js';
import { runSweep, type SweepEvent } from '../../src/runner/sweep/run.js';
import { refusal, rightOf } from '../support/effects.js';
import { environmentOf, tiny } from './kill/tiny.js';

describe('fused kernels and op by op', () => {
  let runs = '';
  let before: string | undefined;
  beforeEach(async () => {
    runs = await mkdtemp(join(tmpdir(), 'drumhead-kernels-'));
    before = process.env[fuseVariable];
    delete process.env[fuseVariable];
  });
  afterEach(async () => {
    if (before === undefined) delete process.env[fuseVariable];
    else process.env[fuseVariable] = before;
    await rm(runs, { recursive: true });
  });

  const flags = () => ({ preset: 'full', engine: 'auto', runs, workers: '1', pictures: false });
  const trained = (kernels: Kernels): Promise<Finished> =>
    rightOf(runExperiment(tiny, 0)({ ...environmentOf(runs), kernels }));
  /** Trains for one epoch, then stops; gives the folder. */
  const begun = async (kernels: Kernels): Promise<string> => {
    const stop = new AbortController();
    let folder = '';
    const tell = (event: { readonly kind: string; readonly folder?: string }): void => {
      if (event.kind === 'start') folder = event.folder ?? '';
      if (event.kind === 'epoch') stop.abort();
    };
    const ended = await runExperiment(
      tiny,
      0,
    )({ ...environmentOf(runs, { tell }), kernels, signal: stop.signal })();
    assert.ok(E.isLeft(ended) && ended.left._tag === 'Interrupted');
    return folder;
  };
  const textOf = (folder: string, file: string): Promise<string> => readFile(join(folder, file), 'utf8');

  it('are two identities on wasm, the fused one as before, and one on engines without the choice', async () => {
    const [fused, plain] = [
      await rightOf(openEngine('wasm', 'fused')),
      await rightOf(openEngine('wasm', 'op by op')),
    ];
    assert.deepEqual([fused.fused, plain.fused], [true, false]);
    const of = (engine: typeof fused): string => identityOn(engine, tiny, { program: 'p', seed: 0 });
    assert.notEqual(of(fused), of(plain));
    assert.equal(
      of(fused),
      identityOf(tiny, { program: 'p', seed: 0, engine: 'wasm, fused', arithmetic: arithmetic.wasm }),
    );
    const cpu = await Promise.all(
      (['fused', 'op by op'] as const).map((one) => rightOf(openEngine('cpu', one))),
    );
    assert.equal(of(cpu[0]), of(cpu[1]));
    process.env[fuseVariable] = 'off';
    assert.equal(of(await rightOf(openEngine('wasm'))), of(plain));
    process.env[fuseVariable] = 'no';
    assert.match(await refusal(openEngine('wasm')), /DRUMHEAD_FUSE.*'no' is neither on nor off/);
  });

  it('are two runs, never each other’s finished one, and each says what computed it', async () => {
    const fused = await trained('fused');
    const plain = await trained('op by op');
    assert.ok(!plain.before && plain.folder !== fused.folder);
    assert.notEqual(plain.result.weights.sha256, fused.result.weights.sha256);
    assert.deepEqual([(await trained('op by op')).before, (await trained('fused')).before], [true, true]);
    assert.match(await textOf(plain.folder, 'environment.json'), /"kernels": "op by op"/);
    assert.match(await textOf(fused.folder, 'environment.json'), /"kernels": "fused"/);
    // What was released recorded no kernels, and says nothing of them.
    assert.equal(engineText('wasm', { number: 1, kernels: null }), 'wasm, arithmetic 1');

    const found = await rightOf(readRuns(runs));
    const byFolder = new Map(found.runs.map((one) => [one.folder, one.kernels]));
    assert.deepEqual([byFolder.get(fused.folder), byFolder.get(plain.folder)], ['fused', 'op by op']);
    const table = runsTable(found.runs, () => []);
    assert.equal(table.columns.kernels, 'VARCHAR');
    assert.deepEqual(table.rows.map(({ kernels }) => kernels).sort(), ['fused', 'op by op']);

    const collection = await rightOf(collect(runs, runs, async () => assert.fail('a folder needs no name')));
    assert.match(collection.notes.join(), /with fused kernels and runs op by op stand here together/);
    assert.deepEqual(
      groupsOf(collection.runs.map(groupedRun))
        .map(({ name }) => name)
        .sort(),
      [
        `tiny/killed (wasm, arithmetic ${arithmetic.wasm})`,
        `tiny/killed (wasm, op by op, arithmetic ${arithmetic.wasm})`,
      ],
    );
    // A name means one of them, and always the same.
    const named = await rightOf(
      collect('tiny/killed', runs, async () => E.right(sweepOf({ ...tiny, seeds: [0] }))),
    );
    assert.deepEqual(
      named.runs.map(({ record }) => record?.kernels),
      ['fused'],
    );

    const states = await rightOf(statuses(undefined, { runs }));
    assert.deepEqual(states.map(({ kernels, engine }) => `${engine}, ${kernels}`).sort(), [
      'wasm, fused',
      'wasm, op by op',
    ]);
    assert.equal(statusTable(states).match(/finished, op by op/g)?.length, 1);

    // Scored again by what computed it: the same to the last bit.
    const plan = { task: () => async () => E.right(tiny.task), split: 'test' as const };
    for (const { folder, result } of [plain, fused])
      assert.deepEqual((await rightOf(rescore(folder, plan, environmentOf(runs)))).scores, result.test);
  });

  it('do not go on with each other’s checkpoint, which stays', async () => {
    const [plain, fused] = [await begun('op by op'), await begun('fused')];
    assert.match(await textOf(plain, 'checkpoint.json'), /"kernels": ?"op by op"/);
    for (const name of await readdir(fused)) if (name.startsWith('checkpoint')) await rm(join(fused, name));
    for (const name of await readdir(plain))
      if (name.startsWith('checkpoint')) await cp(join(plain, name), join(fused, name));
    const kept = await textOf(fused, 'checkpoint.json');
    assert.match(
      await refusal(runExperiment(tiny, 0)({ ...environmentOf(runs), kernels: 'fused' })),
      /it was computed op by op, and this run computes with fused kernels, .*--fuse off .*Nothing was touched/,
    );
    assert.equal(await textOf(fused, 'checkpoint.json'), kept);
  });

  it('a run folder goes on with what it was begun with, or says how', async () => {
    const folder = await begun('op by op');
    process.env[fuseVariable] = 'on';
    assert.match(
      await refusal(run(folder, flags())),
      /it was begun op by op, and with fused kernels its bits would differ: leave --fuse and DRUMHEAD_FUSE out/,
    );
    delete process.env[fuseVariable];
    await rightOf(run(folder, flags()));
    const made = await rightOf(readRuns(runs));
    assert.deepEqual(
      made.runs.map((one) => [one.folder, one.state, one.kernels]),
      [[folder, 'finished', 'op by op']],
    );
    // Finished, it may be run otherwise: that is a run of its own.
    process.env[fuseVariable] = 'on';
    await rightOf(run(folder, flags()));
    assert.equal((await rightOf(readRuns(runs))).runs.length, 2);
  });

  it('are recorded for a sweep, passed to its processes, and used again with its folder', async () => {
    const asked: RunRequest[] = [];
    const job: Job = async (request) => {
      asked.push(request);
      return { kind: 'stopped', message: 'not run' };
    };
    const events: SweepEvent[] = [];
    const environment = {
      ...environmentOf(runs),
      jobs: 1,
      job,
      tell: (event: SweepEvent) => void events.push(event),
    };
    const one = sweepOf({ ...tiny, seeds: [0] });
    await rightOf(runSweep(one)({ ...environment, kernels: 'op by op' }));
    const record = await rightOf(readSweep(runs, tiny.name));
    const plain = record.runs[0].folder;
    assert.deepEqual([record.engine, record.kernels], ['wasm', 'op by op']);
    const plans = () => events.flatMap((event) => (event.kind === 'plan' ? [event.engine] : []));
    const notes = () => events.flatMap((event) => (event.kind === 'note' ? [event.message] : []));
    assert.deepEqual([plans(), notes()], [['wasm, op by op'], []]);

    const sweepFlags = { preset: 'full', engine: 'auto', runs, pictures: false };
    await sweep(join(runs, 'sweeps', ...tiny.name.split('/')), sweepFlags, job)();
    assert.equal((await rightOf(readSweep(runs, tiny.name))).runs[0].folder, plain);

    await rightOf(runSweep(one)(environment));
    const now = await rightOf(readSweep(runs, tiny.name));
    assert.ok(now.kernels === null && now.runs[0].folder !== plain);
    assert.match(notes().join(), /was run on wasm, op by op before, and is on wasm now/);
    assert.deepEqual(
      asked.map(({ kernels }) => kernels),
      ['op by op', 'op by op', 'fused'],
    );
  });
});
