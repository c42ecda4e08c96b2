/** A task in a person's own file: made once, known by what it makes, never run where nobody asked for it. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { evaluateRuns } from '../../src/cli/commands/evaluate.js';
import { figure } from '../../src/cli/commands/figure.js';
import { play as playSystemOrModel } from '../../src/cli/commands/play.js';
import { table } from '../../src/cli/commands/table.js';
import { codeVariable } from '../../src/cli/document/code.js';
import { generatorOf } from '../../src/cli/document/generators.js';
import { endedAtOnce } from '../../src/cli/edge.js';
import { sized } from '../../src/cli/show/sized.js';
import { experimentFrom, sweepFrom } from '../../src/cli/source/source.js';
import { loadTask } from '../../src/data/load.js';
import { readGenerated } from '../../src/data/own/generated/generated.js';
import { openEngine } from '../../src/engine/index.js';
import type { Experiment } from '../../src/experiments/experiment.js';
import { dataDigestIn, readExperiment } from '../../src/runner/folder/record.js';
import { rescore } from '../../src/runner/results/rescore.js';
import { prepare } from '../../src/runner/run/prepare.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { planSweep } from '../../src/runner/sweep/plan.js';
import { environmentIn } from '../runner/tiny-run.js';
import { leftOf, refusal, rightOf, withStderr } from '../support/effects.js';

/** A module whose task counts, in a global, how often its function was called. */
const module = (body: string, more = ''): string => `
  import { dense, program, reshape } from 'drumhead';
  import { scale } from './scale.ts';
  const generate = (random, index, { split, settings }) => {
    globalThis.made = (globalThis.made ?? 0) + 1;
    ${body}
  };
  export default {
    name: 'mine/sum',
    task: { generate, train: 8, validation: 2, test: 3, settings: { noise: 0.5 } },
    model: program({ x: [2] }, ({ x }) => ({ guess: reshape()(dense(1)(x)) })),
    loss: { name: 'mean-squared' },
    training: { batch: 4, epochs: 1 },
    ${more}
  };`;
const good =
  'const x = [random.normal(), random.normal()]; return { x, sum: Float64Array.of(scale * (x[0] + x[1]) + settings.noise * random.normal())[0] };';

declare global {
  // Counted by the modules of this spec.
  var made: number | undefined;
}

describe('a task in a person’s own file', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const file = (): string => at('mine.ts');
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-generated-'));
    await writeFile(at('scale.ts'), 'export const scale = 2;');
    await writeFile(file(), module(good));
  });
  after(() => rm(folder, { recursive: true }));
  afterEach(() => {
    delete process.env[codeVariable];
  });

  const environment = () => ({ ...environmentIn(at('runs')), generatorOf });
  const quietly = async <A>(work: () => Promise<A>): Promise<A> => (await withStderr(work)).value;
  const read = (name = file()): Promise<Experiment> =>
    quietly(async () => (await rightOf(experimentFrom(name, 'full', {}))).experiment);
  const calls = async <A>(work: () => Promise<A>): Promise<readonly [A, number]> => {
    globalThis.made = 0;
    const value = await quietly(work);
    return [value, globalThis.made];
  };

  it('is data: the file, the counts, and the digest of the code and what it imports', async () => {
    const [{ task }, called] = await calls(() => read());
    assert.equal(called, 0);
    assert.ok(task.name === 'generated' && task.file === file() && /^[0-9a-f]{64}$/.test(task.code));
    await writeFile(at('scale.ts'), 'export const scale = 3;');
    const other = (await read()).task;
    await writeFile(at('scale.ts'), 'export const scale = 2;');
    const again = (await read()).task;
    assert.ok(other.name === 'generated' && again.name === 'generated');
    assert.notEqual(other.code, task.code);
    assert.deepEqual(again, task);
  });

  it('makes everything twice, once; then runs, tables and scores take the cache, and nothing else is run', async () => {
    const experiment = await read();
    const [finished, called] = await calls(() => rightOf(runExperiment(experiment, 0)(environment())));
    assert.equal(called, 2 * (8 + 2 + 3));
    assert.equal(finished.result.test.samples, 3);
    const digest = await dataDigestIn(finished.folder)();
    assert.match(digest ?? '', /^[0-9a-f]{64}$/);
    const kept = await rightOf(readExperiment(finished.folder));
    assert.deepEqual(kept.task, experiment.task);
    const [, more] = await calls(async () => {
      const task = async () => kept.task;
      const plan = {
        task: () => async () => ({ _tag: 'Right', right: await task() }) as const,
        split: 'test' as const,
      };
      assert.ok((await rightOf(rescore(finished.folder, plan, environment()))).ownTest);
      assert.match(
        await rightOf(table(file(), { preset: 'full', runs: at('runs'), format: 'terminal' })),
        /1 of 1/,
      );
      assert.ok((await rightOf(runExperiment(kept, 0)(environment()))).before);
    });
    assert.equal(more, 0);
    // Without the cache, nothing is made by a table, and a run is told what is missing.
    await rm(at('runs/.cache'), { recursive: true });
    const [said, none] = await calls(async () => {
      await rightOf(table(file(), { preset: 'full', runs: at('runs'), format: 'terminal' }));
      return refusal(loadTask(kept.task, { cacheDir: at('runs/.cache') }));
    });
    assert.equal(none, 0);
    assert.match(said, /mine\.ts: its data is not in the cache .*nothing is made here/);
    // The file makes the same again: the run goes on as the same.
    const [again, remade] = await calls(() => rightOf(runExperiment(kept, 0)(environment())));
    assert.deepEqual([again.folder, again.before, remade], [finished.folder, true, 26]);
  });

  it('is scored with other settings by their paths; its model is played, and what has no scores of classes is not drawn by them', async () => {
    const flags = { preset: 'full', engine: 'cpu', workers: '1', runs: at('runs') };
    const [scored, made] = await calls(() =>
      rightOf(
        evaluateRuns(at('runs/mine/sum'), {
          ...flags,
          split: 'test',
          json: true,
          set: ['task.settings.noise=0.25'],
        }),
      ),
    );
    assert.equal(made, 26);
    assert.match(scored, /"noise": 0\.25/);
    const play = () => playSystemOrModel(file(), { ...flags, seed: '0', fps: '16', frames: '4', set: [] });
    assert.match(await quietly(() => refusal(play())), /no waves to play: it has no output waves/);
    assert.match(
      await refusal(figure('parameters', [at('runs/mine')], { ...flags, out: at('figures') })),
      /foreground accuracy and IoU, and no run here has them; `drumhead figure scores`/,
    );
  });

  it('takes the cache when the file has changed, else says what is missing', async () => {
    const { task } = await read();
    const load = () => loadTask(task, { cacheDir: at('own-cache'), generatorOf });
    await quietly(() => rightOf(load()));
    await writeFile(file(), `${module(good)}\n// other`);
    const [, called] = await calls(() => rightOf(load()));
    assert.equal(called, 0);
    await rm(at('own-cache'), { recursive: true });
    assert.match(await refusal(load()), /the file that made it has changed since.*drumhead run .*mine\.ts/);
    await rm(file());
    assert.match(await refusal(load()), /the file that makes it is not there; put back one of both/);
    await writeFile(file(), module(good));
  });

  it('takes the cache when the file cannot be read, since the task says which code made its data', async () => {
    const { task } = await read();
    const load = () => loadTask(task, { cacheDir: at('unread'), generatorOf });
    await quietly(() => rightOf(load()));
    // Longer than Node reads, without taking room.
    await truncate(file(), 2 ** 31);
    const [, called] = await calls(() => rightOf(load()));
    assert.equal(called, 0);
    await rm(at('unread'), { recursive: true });
    assert.match(await refusal(load()), /mine\.ts: /);
    await writeFile(file(), module(good));
  });

  it('clears what a killed process left of its making, once nobody can be at it still', async () => {
    const [old, fresh] = ['0', '1'].map((digit) => `generated-${digit}.${randomUUID()}.tmp`);
    for (const name of [old, fresh]) {
      await mkdir(at(`left/${name}/train`), { recursive: true });
      await writeFile(at(`left/${name}/train/x.npy`), '');
    }
    const before = new Date(Date.now() - 25 * 3600_000);
    for (const inside of ['/train/x.npy', '/train', ''])
      await utimes(at(`left/${old}${inside}`), before, before);
    const { task } = await read();
    await quietly(() => rightOf(loadTask(task, { cacheDir: at('left'), generatorOf })));
    const there = await readdir(at('left'));
    assert.ok(!there.includes(old) && there.includes(fresh), there.join());
  });

  it('is refused where its function is not pure, throws, or gives no arrays of one form', async () => {
    let files = 0;
    for (const [body, says] of [
      [
        'globalThis.count = (globalThis.count ?? 0) + 1; return { x: [globalThis.count, 1], sum: 1 };',
        /sample \d of \w+ is another when it is made again in another order; draw from random alone/,
      ],
      ['return { x: [performance.now(), 1], sum: 1 };', /is another when it is made again/],
      ['return { x: [1, index === 5 ? NaN : 1], sum: 1 };', /sample 5 of train: value 1 of x is NaN/],
      [
        'return { x: index === 2 ? [1] : [1, 2], sum: 1 };',
        /sample 2 of train has sum \[\], x \[1\], the first has sum \[\], x \[2\]/,
      ],
      ['throw new Error("no luck");', /sample 0 of train: it threw no luck/],
      ['return [1, 2];', /it gives no arrays by name/],
      ['return { x: [[1], [2, 3]], sum: 1 };', /x has lists of other lengths in it/],
      ['return Promise.resolve({ x: [1, 2], sum: 1 });', /it gives a promise; a sample is given at once/],
      ['return { get x() { throw new Error("late"); }, sum: 1 };', /sample 0 of train: it threw late/],
      ['const x = []; x.push(x); return { x, sum: 1 };', /x has more than 16 lists in one another/],
      ['const x = [1]; x.push(x); return { x, sum: 1 };', /x has lists of other lengths in it/],
      ['return { x: [1, , 2], sum: 1 };', /x is undefined, no number/],
      ['return { x: [], sum: 1 };', /x is \[0\], which holds no value/],
      [
        'return { x: new Array(2 ** 32 - 1), sum: 1 };',
        /x has 4,294,967,295 values, and 67,108,864 is the limit for a sample/,
      ],
      ['return { constructor: 1 };', /'constructor' is no name of an array/],
      ['settings.noise = 2; return { x: [1, 2], sum: 1 };', /it threw Cannot assign to read only property/],
    ] as const) {
      // A module is read once by a process, so each has a file of its own.
      const wrong = at(`wrong-${++files}.ts`);
      await writeFile(wrong, module(body));
      const { task } = await read(wrong);
      const said = await quietly(() => refusal(loadTask(task, { cacheDir: at('cache'), generatorOf })));
      assert.match(said, says);
      assert.match(said, /^.*wrong-\d+\.ts: task\.generate: /);
    }
    assert.deepEqual(await readdir(at('cache')).catch(() => []), []);
  });

  it('is refused with what its function and the program have wrong, all at once', async () => {
    const wrong = at('all-wrong.ts');
    const more =
      "loss: { output: 'guess', targets: ['q'] }, scores: { mine: { output: 'gues', better: 'less' } },";
    await writeFile(wrong, module('return { x: [performance.now(), 1], sum: 1 };', more));
    const experiment = await read(wrong);
    const said = await quietly(() =>
      refusal(prepare(experiment, 0, { ...environmentIn(at('runs')), generatorOf, cache: at('cache') })),
    );
    for (const problem of [
      'task.generate: sample 2 of test is another when it is made again',
      "loss.targets.0: there is no input 'q'. There are: x",
      "scores.mine.output: there is no output 'gues'; did you mean 'guess'?",
    ])
      assert.ok(said.includes(problem), `${problem}\n${said}`);
    assert.match(said, /: 3 problems/);
  });

  it('is ended where its function never returns: after a time, and by Ctrl-C at once; nothing of it is kept', async () => {
    const made = async (name: string, body: string, limit: { sampleSeconds?: number }) => {
      await writeFile(at(name), module(body));
      const { task } = await read(at(name));
      assert.ok(task.name === 'generated');
      return quietly(() => leftOf(readGenerated(task, { cache: at('ended'), ...limit }, generatorOf)));
    };
    const late = await made(
      'loops.ts',
      'for (; index === 3; ) try { throw 0; } catch {} return { x: [1, 2], sum: 1 };',
      { sampleSeconds: 1 },
    );
    assert.match(
      errorMessage(late),
      /sample 3 of train: it takes more than 1 s, which is the limit; look for a loop without an end/,
    );
    // The signal comes as the terminal sends it, to a process that never comes to its listeners. The usual limit of a
    // minute stays: on a busy machine a signal takes longer than a fraction of a second.
    const stopped = await made('stopped.ts', "process.kill(process.pid, 'SIGINT'); for (;;);", {});
    assert.deepEqual(
      [stopped._tag, errorMessage(stopped)],
      ['Interrupted', 'stopped while the data was being prepared; nothing of it is kept'],
    );
    assert.deepEqual(await readdir(at('ended')), []);
  });

  it('leaves Ctrl-C to the system while its module is read, and listens again after', async () => {
    const listens = () => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
    const listener = () => {};
    process.on('SIGINT', listener);
    try {
      const before = listens();
      const during = await endedAtOnce(async () => E.right(listens()))();
      assert.deepEqual([during, listens()], [E.right(0), before]);
      assert.ok(before > 0);
    } finally {
      process.off('SIGINT', listener);
    }
  });

  it('runs no code under --no-code, nor for data that names it', async () => {
    const { task } = await read();
    process.env[codeVariable] = 'off';
    assert.match(
      await refusal(loadTask(task, { cacheDir: at('none'), generatorOf })),
      /mine\.ts: it is code, and --no-code runs none/,
    );
    delete process.env[codeVariable];
    const named = at('named.json');
    await writeFile(
      named,
      JSON.stringify({
        ...(await read()),
        task: { name: 'generated', file: 'mine.ts', train: 8, validation: 2, test: 3 },
      }),
    );
    const data = await read(named);
    assert.ok(data.task.name === 'generated' && data.task.file === file());
    assert.match(
      await refusal(loadTask(data.task, { cacheDir: at('none'), generatorOf })),
      /a file of data names this code.*--code lets it run/,
    );
    process.env[codeVariable] = 'on';
    assert.match(
      await quietly(() => refusal(loadTask(data.task, { cacheDir: at('none'), generatorOf }))),
      /settings|NaN/,
    );
  });

  it('is shown by a few of its samples, and a sweep over its settings makes each before the first run', async () => {
    const [known, called] = await calls(async () => rightOf(sized(await read())));
    assert.equal(called, 8);
    assert.deepEqual(known.sizes, { x: { shape: [2], integer: false }, sum: { shape: [], integer: false } });
    await writeFile(
      at('sweep.ts'),
      `import experiment from './mine.ts';
       export default { name: 'mine/noises', experiment, vary: { 'task.settings.noise': [0, 1] } };`,
    );
    const sweep = await quietly(() => rightOf(sweepFrom(at('sweep.ts'), 'full', {})));
    const engine = await rightOf(openEngine('cpu'));
    const [plan, made] = await calls(() =>
      rightOf(planSweep(sweep, engine, { runs: at('runs'), cache: at('runs/.cache'), generatorOf })),
    );
    assert.equal(made, 2 * 26);
    assert.ok(
      plan.length === 2 && plan.every((run) => run.folder !== null) && plan[0].folder !== plan[1].folder,
    );
    // The processes of the runs have no way to run code, and need none.
    for (const { member } of plan) await rightOf(prepare(member.experiment, 0, environmentIn(at('runs'))));
    assert.ok((await readFile(file(), 'utf8')).length > 0);
  });
});
