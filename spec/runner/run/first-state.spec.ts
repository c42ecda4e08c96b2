/** Runs that begin with the weights of another: what is taken by name, what stays as it begins, what is said of the rest. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import { conv, program } from '../../../src/dsl/index.js';
import { decodeExperiment, type Experiment } from '../../../src/experiments/experiment.js';
import type { RunEvent } from '../../../src/runner/environment.js';
import { readTrained } from '../../../src/runner/export/trained.js';
import { originOf } from '../../../src/runner/run/first-state.js';
import { type Finished, runExperiment } from '../../../src/runner/run/run.js';
import { rightOf } from '../../support/effects.js';
import { right, sentence } from '../../support/either.js';
import { environmentIn, trainTiny } from '../tiny-run.js';

const other = {
  name: 'tiny/after',
  task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 8, validation: 2, test: 3, seed: 5 },
  training: { batch: 8, epochs: 1, rate: 0.01 },
};
const model = { name: 'nwm', mid: 2, channels: 1, steps: 4, readout: 'linear' };

describe('a run that begins with the weights of another', () => {
  let runs = '';
  let first = '';
  before(async function () {
    this.timeout(60_000);
    runs = await mkdtemp(join(tmpdir(), 'begin-'));
    first = await trainTiny(runs);
  });
  after(() => rm(runs, { recursive: true, force: true }));

  const run = async (
    e: Experiment,
  ): Promise<{ readonly finished: Finished; readonly notes: readonly string[] }> => {
    const notes: string[] = [];
    const tell = (event: RunEvent): void => void (event.kind === 'note' && notes.push(event.message));
    return { finished: await rightOf(runExperiment(e, 0)({ ...environmentIn(runs), tell })), notes };
  };

  it('is searched at the configured path', async () => {
    const nowhere = await originOf(join(runs, 'nowhere'))();
    assert.match(E.isLeft(nowhere) ? errorMessage(nowhere.left) : '', /nowhere: there is no such/);
    const empty = await originOf(runs)();
    assert.match(E.isLeft(empty) ? errorMessage(empty.left) : '', /is not finished/);
  });

  it('takes them by name, leaves what is frozen to the bit, lists what does not fit, and has an identity of its own', async function () {
    this.timeout(60_000);
    const from = await rightOf(originOf(first));
    const groups = [{ match: 'omega/*', frozen: true }];
    const tuned = right(
      decodeExperiment({
        ...other,
        model: { ...model, hidden: [8] },
        training: { ...other.training, groups },
        notes: 'from shapes to shapes',
        from,
      }),
    );
    const { finished, notes } = await run(tuned);
    const [before, after] = [await rightOf(readTrained(first)), await rightOf(readTrained(finished.folder))];
    const names = Object.keys(before.parameters);
    const frozen = names.filter((name) => name.startsWith('omega/'));
    assert.ok(frozen.length > 0 && frozen.length < names.length);
    for (const name of frozen) assert.deepEqual(after.parameters[name], before.parameters[name]);
    assert.ok(
      names.some(
        (name) =>
          !frozen.includes(name) && String(after.parameters[name]) !== String(before.parameters[name]),
      ),
    );
    assert.match(
      notes.join('\n'),
      new RegExp(`begins with ${names.length} of its ${names.length} parameters`),
    );
    assert.match(
      await readFile(join(finished.folder, 'experiment.json'), 'utf8'),
      /"notes": "from shapes to shapes"/,
    );
    const { from: _, ...plain } = tuned;
    assert.notEqual((await run(plain)).finished.result.identity, finished.result.identity);

    const wider = await run(right(decodeExperiment({ ...other, model: { ...model, hidden: [4] }, from })));
    assert.match(wider.notes.join('\n'), /has these in another size, so that they begin as the seed says: /);
  });

  it('is refused where the run has other weights now, where nothing fits, and where a group matches nothing', async function () {
    this.timeout(60_000);
    const from = await rightOf(originOf(first));
    const said = async (draft: object): Promise<string> => {
      const made = decodeExperiment({ ...other, model: { ...model, hidden: [8] }, ...draft });
      const ran = E.isLeft(made) ? made : await runExperiment(made.right, 0)(environmentIn(runs))();
      return sentence(ran);
    };
    const moved = { ...from, weights: '0'.repeat(64) };
    assert.match(
      await said({ from: moved }),
      /its weights are not those that were meant \(0000000000000000, now /,
    );
    assert.match(await said({ from: { ...from, weights: 'x' } }), /from\.weights: it is not a SHA-256/);
    const stranger = program({ image: [16, 16, 3] }, ({ image }) => ({
      logits: conv(6, { name: 'own' })(image),
    }));
    assert.match(await said({ from, model: stranger }), /it has no parameter of these names and sizes/);
    const groups = [{ match: 'omga/*', frozen: true }];
    assert.match(
      await said({ training: { ...other.training, groups } }),
      /training\.groups\.0\.match: no parameter is named 'omga\/\*'; did you mean 'omega\/\*'\?/,
    );
    assert.match(
      await said({ training: { ...other.training, best: 'acuracy' } }),
      /training\.best: there is no score 'acuracy'; did you mean 'accuracy'\?/,
    );
  });
});
