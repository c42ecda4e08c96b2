import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrumExperiment } from '../../../src/drums/index.js';
import { type DrumRun, runDrumExperiment } from '../../../src/runner/drums/run.js';
import { right, sentence } from '../../support/either.js';

const square = (side: number) =>
  ({
    name: `L = ${side}`,
    shape: { kind: 'square', side },
    strike: [0.5, 0.5],
    microphone: [0.5, 0.5],
  }) as const;

const experiment: DrumExperiment = {
  drums: [square(6), square(9)],
  speed: 1,
  dt: 0.5,
  steps: 1024,
  window: 'hann',
  tones: 1,
};

describe('runs of drums', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-drums-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (changes: Partial<DrumRun> = {}) => {
    const told: string[] = [];
    const outcome = runDrumExperiment({
      name: 'drums/two-squares',
      experiment,
      folder: join(folder, 'run'),
      engine: 'cpu',
      tell: (event) => {
        if ('message' in event) told.push(event.message);
      },
      signal: new AbortController().signal,
      ...changes,
    })();
    return outcome.then((result) => ({ result, told }));
  };

  it('leaves a folder with results, pictures, sounds and a report, and is not run twice', async () => {
    const { result, told } = await run();
    const { report, summary } = right(result);
    assert.match(summary, /area of 2 squares/);
    assert.deepEqual(told.slice(0, 2), ['striking drum 1 of 2: L = 6', 'striking drum 2 of 2: L = 9']);
    assert.deepEqual(readdirSync(join(folder, 'run')).sort(), [
      'areas-dark.png',
      'areas-dark.svg',
      'areas.png',
      'areas.svg',
      'environment.json',
      'experiment.json',
      'report.html',
      'results.json',
      'sounds',
      'timing.json',
      'waves-dark.gif',
      'waves.gif',
    ]);
    assert.ok(readFileSync(report, 'utf8').includes('drums/two-squares'));
    const results = JSON.parse(readFileSync(join(folder, 'run', 'results.json'), 'utf8'));
    assert.equal(results.drums[0].area.theory, 36);

    const again = await run();
    assert.deepEqual(right(again.result), { report, summary });
    assert.deepEqual(again.told, ['this run is finished; nothing was run again']);

    // Half of the results gone is no result: it begins again, and is stopped here.
    writeFileSync(join(folder, 'run', 'results.json'), '{"identity":');
    const stop = new AbortController();
    stop.abort();
    assert.equal((await run({ signal: stop.signal })).told[0], 'striking drum 1 of 2: L = 6');
  });

  it('refuses a name that is not catalogued, and stops when asked to', async () => {
    const unknown = await runDrumExperiment({
      name: 'drums/sqares',
      folder,
      engine: 'cpu',
      tell: () => undefined,
      signal: new AbortController().signal,
    })();
    assert.match(sentence(unknown), /did you mean 'drums\/squares'/);
    const stopped = new AbortController();
    stopped.abort();
    assert.match(sentence((await run({ signal: stopped.signal })).result), /stopped/);
    assert.ok(!readdirSync(join(folder, 'run')).includes('results.json'));
  });
});
