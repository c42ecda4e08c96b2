/** Sessions are closed, and weights are looked at before they are used, also where the work with them fails. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { openSessions } from '../../src/compile/tfjs/session/share.js';
import { drumExperiments } from '../../src/drums/experiment.js';
import { compute, runDrums } from '../../src/drums/run.js';
import { program, zeros } from '../../src/dsl/index.js';
import { type Engine, openEngine } from '../../src/engine/index.js';
import { startOf, systemNamed } from '../../src/models/systems/index.js';
import { untrained } from '../../src/runner/export/index.js';
import { compute as computeRunnable } from '../../src/runner/import/compute.js';
import { modelWaves } from '../../src/runner/pictures/model-waves.js';
import { simulateSystem } from '../../src/runner/pictures/simulate.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { right } from '../support/either.js';
import { environmentOf, theRun, tiny } from './kill/tiny.js';

/** An engine that fails as soon as a session is at work on it. */
const failing = (engine: Engine): Engine => {
  const before = openSessions();
  const broken = (): never => {
    throw new Error('the engine of the spec');
  };
  const tf = new Proxy(engine.tf, {
    get: (target, name) => (name === 'tidy' && openSessions() > before ? broken : Reflect.get(target, name)),
  });
  return { ...engine, tf };
};

describe('sessions', () => {
  let runs = '';
  let engine: Engine;
  before(async () => {
    runs = await mkdtemp(join(tmpdir(), 'drumhead-sessions-'));
    engine = right(await openEngine('cpu')());
  });
  after(() => rm(runs, { recursive: true }));

  const watched = (run: string | null) => ({
    experiment: tiny,
    run,
    image: 0,
    frames: 4,
    delay: 50,
    cacheDir: join(runs, '.cache'),
  });

  const spec = right(systemNamed('wave', { height: 4, width: 4, steps: 4 }));
  const following = { frames: 2, seed: 0, field: 'y' };
  it('are closed if a start, a drum, a picture or an engine fails', async () => {
    const before = openSessions();
    const broken = failing(engine);
    const still = program({}, () => ({ still: zeros(2) }));
    const squares = drumExperiments['drums/squares'];
    const failures = {
      'a start': await simulateSystem(
        engine,
        spec,
        () => {
          throw new Error('the start of the spec');
        },
        following,
      )(),
      'a system': await simulateSystem(broken, spec, () => startOf(spec, 0), following)(),
      'a drum': await runDrums({ ...squares, drums: squares.drums.slice(0, 1) }, broken)(),
      'an output': await compute(engine, 'nothing')(still)(),
      'a picture': await modelWaves(broken, watched(null))(),
    };
    for (const [what, failure] of Object.entries(failures))
      assert.ok(E.isLeft(failure), `${what} should have failed`);
    assert.equal(openSessions(), before);
  });

  it('are closed after success', async () => {
    const before = openSessions();
    right(await simulateSystem(engine, spec, () => startOf(spec, 0), following)());
    right(await modelWaves(engine, watched(null))());
    const still = program({}, () => ({ still: zeros(2) }));
    right(
      await computeRunnable(
        { kind: 'program', trained: untrained(still, null, 0), unused: [] },
        {},
        1,
        'cpu',
      )(),
    );
    assert.equal(openSessions(), before);
  });

  it('of waves take the weights of a run only if they are those of its result', async () => {
    right(await runExperiment(tiny, 0)(environmentOf(runs))());
    const folder = await theRun(runs);
    right(await modelWaves(engine, watched(folder))());
    const file = join(folder, 'weights', 'weights.bin');
    const bytes = await readFile(file);
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(file, bytes);
    const refused = await modelWaves(engine, watched(folder))();
    assert.ok(E.isLeft(refused));
    assert.match(errorMessage(refused.left), /it is not what was written; the file is damaged or was edited/);
  });
});
