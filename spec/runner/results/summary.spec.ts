import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Effect, errorMessage, unknownName } from '../../../src/base/error.js';
import { experimentNamed } from '../../../src/experiments/catalogue.js';
import type { Experiment } from '../../../src/experiments/experiment.js';
import { scoresOf, tallies } from '../../../src/experiments/scores/scores.js';
import { runsOf, type Sweep, smallerSweep, sweepOf } from '../../../src/experiments/sweep/sweep.js';
import { sweepNamed } from '../../../src/experiments/sweep/sweeps.js';
import { writeSweep } from '../../../src/runner/folder/sweep-file.js';
import { collect } from '../../../src/runner/results/collection.js';
import { sweepsIn } from '../../../src/runner/results/query/index.js';
import { readRun, readRuns } from '../../../src/runner/results/summary.js';
import { rightOf } from '../../support/effects.js';
import { right } from '../../support/either.js';

const missing = unknownName('sweep', 'x', []);
const nothing: Effect<Sweep> = TE.left(missing);
const paper: Effect<Sweep> = TE.fromEither(sweepNamed('paper/tetrominoes'));

const scores = { ...scoresOf(tallies.empty), foregroundIou: 0.5, images: 3 };
const epoch = (n: number) => JSON.stringify({ epoch: n, trainLoss: 1 / n, rate: 0.1, validation: null });

describe('run folders, read', () => {
  let runs = '';
  const write = (folder: string, name: string, content: unknown): void => {
    mkdirSync(join(runs, folder), { recursive: true });
    writeFileSync(join(runs, folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const begun = (folder: string, experiment: Experiment, seed: number, epochs: number): void => {
    write(folder, 'experiment.json', { ...experiment, seeds: [seed] });
    write(folder, 'environment.json', { engine: 'wasm', versions: {} });
    write(folder, 'metrics.ndjson', Array.from({ length: epochs }, (_, i) => `${epoch(i + 1)}\n`).join(''));
  };
  const result = (seed: number) => ({
    identity: `id${seed}`,
    name: 'x',
    seed,
    epoch: 2,
    epochs: 3,
    test: scores,
    weights: { parameters: 7, sha256: '' },
  });

  beforeEach(() => {
    runs = mkdtempSync(join(tmpdir(), 'drumhead-runs-'));
    const linear = right(experimentNamed('tetrominoes/nwm-linear', 'full'));
    begun('tetrominoes/nwm-linear/seed-0', linear, 0, 3);
    write('tetrominoes/nwm-linear/seed-0', 'result.json', result(0));
    begun('tetrominoes/nwm-linear/seed-1', linear, 1, 2);
    write('.cache/x', 'experiment.json', 'not a run');
  });
  afterEach(() => rmSync(runs, { recursive: true }));

  it('show finished runs and the progress of others', async () => {
    const found = await rightOf(readRuns(runs));
    assert.deepEqual(found.notes, []);
    assert.deepEqual(
      found.runs.map(({ seed, state, epochs, parameters, engine, history }) => [
        seed,
        state,
        epochs,
        parameters,
        engine,
        history.length,
      ]),
      [
        [0, 'finished', 3, 7, 'wasm', 3],
        [1, 'unfinished', 2, null, 'wasm', 2],
      ],
    );
    assert.equal(found.runs[0].scores?.foregroundIou, 0.5);
  });

  it('may be one run themselves', async () => {
    const found = await rightOf(readRuns(join(runs, 'tetrominoes/nwm-linear/seed-0')));
    assert.equal(found.runs.length, 1);
  });

  it('leave out damaged runs, with a sentence, and keep the rest', async () => {
    write('broken', 'experiment.json', '{"name": ');
    write('tetrominoes/nwm-linear/seed-1', 'result.json', '{"identity": 3}');
    const found = await rightOf(readRuns(runs));
    assert.equal(found.runs.length, 1);
    assert.equal(found.notes.length, 2);
    for (const note of found.notes) assert.match(note, /^left out: .*(experiment|result)\.json/);
  });

  it('forgive a last line cut short by a kill, and no other', async () => {
    const folder = 'tetrominoes/nwm-linear/seed-1';
    write(folder, 'metrics.ndjson', `${epoch(1)}\n${epoch(2).slice(0, 20)}`);
    assert.equal((await rightOf(readRun(join(runs, folder)))).history.length, 1);
    write(folder, 'metrics.ndjson', `${epoch(1).slice(0, 20)}\n${epoch(2)}\n`);
    const refused = await readRun(join(runs, folder))();
    assert.ok(E.isLeft(refused));
    assert.match(errorMessage(refused.left), /metrics\.ndjson line 1/);
  });

  it('are collected for a sweep, with the members that never ran', async () => {
    const { runs: collected, sweep } = await rightOf(collect('paper/tetrominoes', runs, paper));
    assert.equal(collected.length, runsOf(right(sweepNamed('paper/tetrominoes'))).length);
    assert.equal(sweep?.name, 'paper/tetrominoes');
    assert.deepEqual(
      collected.flatMap(({ record }) => (record === null ? [] : [record.state])),
      ['finished', 'unfinished'],
    );
    const other = await rightOf(collect('paper/tetrominoes', runs, TE.map(smallerSweep('small'))(paper)));
    assert.ok(other.runs.every(({ record }) => record === null));
  });

  it('are collected for one experiment and for a folder; what is no name is refused', async () => {
    const linear = TE.fromEither(pipe(experimentNamed('tetrominoes/nwm-linear', 'full'), E.map(sweepOf)));
    assert.equal((await rightOf(collect('tetrominoes/nwm-linear', runs, linear))).runs.length, 10);
    assert.equal((await rightOf(collect(runs, runs, nothing))).runs.length, 2);
    const refused = await collect('paper/tetromino', runs, nothing)();
    assert.ok(E.isLeft(refused));
    assert.ok(refused.left._tag === 'UnknownName' && refused.left.name === missing.name);
  });

  it('are collected from the record of a sweep, each by the folder that it names', async () => {
    const sweep = right(sweepNamed('paper/tetrominoes'));
    await rightOf(
      writeSweep(runs, {
        sweep,
        engine: 'wasm',
        places: [
          { member: 0, seed: 1, folder: 'tetrominoes/nwm-linear/seed-1' },
          { member: 0, seed: 0, folder: 'tetrominoes/nwm-linear/seed-0' },
          { member: 3, seed: 0, folder: null },
        ],
      }),
    );
    const { runs: collected } = await rightOf(collect('paper/tetrominoes', runs, nothing));
    assert.deepEqual(
      collected.map(({ seed, record }) => [seed, record?.state ?? null]),
      [
        [1, 'unfinished'],
        [0, 'finished'],
        [0, null],
      ],
    );
    const { sweepsOf, notes } = await rightOf(sweepsIn(runs));
    assert.deepEqual(notes, []);
    assert.deepEqual(sweepsOf(join(runs, 'tetrominoes/nwm-linear/seed-0')), ['paper/tetrominoes']);
  });
});
