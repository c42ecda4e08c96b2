/** A run that augments its samples: the same bits when it was stopped, another run than without, and refused where it cannot. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { decodeExperiment } from '../../../src/experiments/experiment.js';
import { prepare } from '../../../src/runner/run/prepare.js';
import { runExperiment } from '../../../src/runner/run/run.js';
import { refusal, rightOf } from '../../support/effects.js';
import { right } from '../../support/either.js';
import { environmentIn } from '../tiny-run.js';

const of = (more: object) =>
  right(
    decodeExperiment({
      name: 'tiny/augmented',
      task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 12, validation: 2, test: 3 },
      model: { name: 'nwm', mid: 2, channels: 1, steps: 3, readout: 'linear', hidden: [8] },
      training: { batch: 4, epochs: 2 },
      ...more,
    }),
  );

describe('a run with augment', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-augmented-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('has the same weights after a stop in the middle of an epoch', async () => {
    const experiment = of({ augment: { shift: 3, turn: true, flip: ['horizontal'], noise: 0.1 } });
    const whole = await rightOf(runExperiment(experiment, 0)(environmentIn(join(folder, 'whole'))));
    const stop = new AbortController();
    let steps = 0;
    const stopping = {
      ...environmentIn(join(folder, 'parts')),
      signal: stop.signal,
      tell: ({ kind }: { readonly kind: string }) => {
        if (kind === 'step' && ++steps === 4) stop.abort();
      },
    };
    assert.match(await refusal(runExperiment(experiment, 0)(stopping)), /stopped|continue|again/i);
    const parts = await rightOf(runExperiment(experiment, 0)(environmentIn(join(folder, 'parts'))));
    assert.equal(parts.result.weights.sha256, whole.result.weights.sha256);
    assert.deepEqual(parts.result.test, whole.result.test);
    const plain = await rightOf(prepare(of({}), 0, environmentIn(join(folder, 'whole'))));
    assert.notEqual(plain.folder, whole.folder);
    // What changes nothing is no other run.
    const idle = await rightOf(prepare(of({ augment: {} }), 0, environmentIn(join(folder, 'whole'))));
    assert.equal(idle.folder, plain.folder);
  });

  it('is refused before any sample is made where its task cannot take it', async () => {
    const adding = of({
      task: { name: 'adding', length: 8, train: 8 },
      model: { name: 'cnn' },
      augment: { flip: ['vertical'] },
    });
    assert.match(await refusal(prepare(adding, 0, environmentIn(folder))), /catalogue needs an array image/);
    const wrong = decodeExperiment({ ...of({}), augment: { flop: 1, flip: ['up'], shift: -1 } });
    assert.ok(E.isLeft(wrong) && wrong.left._tag === 'DecodeError');
    assert.match(
      wrong.left.problems.join('\n'),
      /augment\.flop: there is no such field.*\n.*augment\.shift: -1 is not.*\n.*augment\.flip\.0: "up" is not one of/s,
    );
  });
});
