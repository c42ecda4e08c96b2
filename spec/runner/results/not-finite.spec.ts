/** Weights whose answers are not finite: no reader makes classes, scores or pictures of them. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeError, type Effect } from '../../../src/base/error.js';
import { openEngine } from '../../../src/engine/index.js';
import { exportTrained, readTrained } from '../../../src/runner/export/index.js';
import { importInto } from '../../../src/runner/import/index.js';
import { modelWaves } from '../../../src/runner/pictures/model-waves.js';
import { observeImages, observeSamples, openRun } from '../../../src/runner/results/open-run.js';
import { rescore } from '../../../src/runner/results/rescore.js';
import { finiteAnswer } from '../../../src/runner/training/finite.js';
import { right, sentence } from '../../support/either.js';
import { environmentIn, trainTiny } from '../tiny-run.js';

describe('answers that are not finite', () => {
  let runs = '';
  let huge = '';
  before(async () => {
    runs = mkdtempSync(join(tmpdir(), 'drumhead-not-finite-'));
    const trained = right(await readTrained(await trainTiny(runs))());
    const parameters = Object.fromEntries(
      Object.entries(trained.parameters).map(([name, values]) => [name, values.map(() => 1e30)]),
    );
    right(await exportTrained({ ...trained, parameters }, 'program', join(runs, 'program'))());
    huge = join(runs, 'huge');
    right(await importInto(join(runs, 'program'), null, huge)());
  });
  after(() => rmSync(runs, { recursive: true }));

  it('are not scored', async () => {
    const task = (own: Parameters<Parameters<typeof rescore>[1]['task']>[0]) =>
      own === null ? TE.left(decodeError('task', 'none')) : TE.right(own);
    const said = sentence(await rescore(huge, { task, split: 'test' }, environmentIn(runs))());
    assert.match(said, /tiny\/sealed: the loss is NaN, since logits are not finite; no scores are given/);
  });

  it('are not drawn', async () => {
    const open = await openRun(huge, environmentIn(runs))();
    const engine = right(await openEngine('cpu')());
    const { experiment } = right(await readTrained(huge)());
    assert.ok(experiment !== null);
    const watched = { experiment, run: huge, image: 0, frames: 2, delay: 50, cacheDir: join(runs, '.cache') };
    const looks: readonly Effect<unknown>[] = [
      modelWaves(engine, watched),
      ...(open._tag === 'Right' ? [observeImages(open.right, [0]), observeSamples(open.right, [0])] : []),
    ];
    for (const look of looks)
      assert.match(sentence(await look()), /the (logits|waves) of image 0 are not finite/);
  });

  it('are told from those that exclude a class', () => {
    const [nan, most, least] = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    finiteAnswer({ logits: [1, least, 0, 2] }, 2, 1);
    for (const logits of [
      [0, 0, 1, nan],
      [0, 0, nan, 1],
      [0, 0, most, 1],
      [0, 0, least, least],
    ])
      assert.throws(() => finiteAnswer({ logits }, 2, 2, 5), /the logits of image 6 are not finite/);
    assert.throws(() => finiteAnswer({ waves: [0, most] }, 2, 1), /the waves of image 0 are not finite/);
  });
});
