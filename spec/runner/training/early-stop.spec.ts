import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { summary } from '../../../src/cli/commands/run.js';
import { statusTable } from '../../../src/cli/commands/status.js';
import { describeTraining } from '../../../src/experiments/training/training.js';
import { statusOf } from '../../../src/runner/results/status.js';
import { runExperiment } from '../../../src/runner/run/run.js';
import {
  earlyStopWords,
  endsEarly,
  epochsWithoutProgress,
  unwatchedWords,
} from '../../../src/runner/training/early-stop.js';
import type { EpochMetrics } from '../../../src/runner/training/state.js';
import { environmentOf, tiny } from '../kill/tiny.js';

const metrics = (losses: readonly (number | null)[]): readonly EpochMetrics[] =>
  losses.map((validationLoss, i) => ({
    epoch: i + 1,
    trainLoss: 1,
    rate: 0.1,
    validation: null,
    validationLoss,
  }));

/** The epoch at which a training with these losses ends; its last where nothing ends it. */
const end = (losses: readonly number[], patience: number, tolerance = 0, minimumEpochs = 0): number => {
  const settings = { patience, tolerance, minimumEpochs };
  const found = losses.findIndex((_, i) => endsEarly(settings, metrics(losses.slice(0, i + 1))));
  return found === -1 ? losses.length : found + 1;
};

const losses = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 12 });

describe('early stopping', () => {
  it('waits for the given number of epochs without a lower loss', () => {
    assert.equal(end([3, 2, 2, 2, 1], 2), 4);
    assert.equal(end([3, 2, 2.5, 1, 1, 1], 2), 6);
    assert.equal(end([3, 2, 1, 0.5], 1), 4);
  });

  it('does not take a little lower for progress', () => {
    assert.equal(end([1, 0.999, 0.998, 0.997], 2, 0.01), 3);
    // In all it has fallen far enough: the mark is what was last counted as better.
    assert.equal(end([1, 0.994, 0.988, 0.982], 2, 0.01), 4);
  });

  it('never ends before the fewest epochs', () => {
    assert.equal(end([1, 1, 1, 1, 1, 1], 1, 0, 5), 5);
  });

  it('says that a watched score had no value in any epoch, and what that did', () => {
    const scored = (values: readonly (number | null)[]): readonly EpochMetrics[] =>
      metrics([1, 1]).map((one, i) => ({ ...one, validation: { loss: 1, samples: 4, quotient: values[i] } }));
    const watched = { name: 'quotient', better: 'more' } as const;
    const asked = { best: 'quotient', patience: null };
    assert.equal(
      unwatchedWords(asked, scored([null, null]), watched),
      'no epoch has a validation quotient, so that the weights of the last one are kept; name a score that has values by training.best',
    );
    assert.match(
      String(unwatchedWords({ ...asked, patience: 3 }, scored([null, null]), watched)),
      /kept and training\.patience did nothing;/,
    );
    assert.equal(unwatchedWords(asked, scored([null, 0.5]), watched), null);
    const none = metrics([null, null]);
    assert.match(
      String(unwatchedWords({ best: 'loss', patience: 3 }, none)),
      /validation loss.*give the task validation samples$/,
    );
    assert.equal(unwatchedWords({ best: 'loss', patience: null }, none), null);
  });

  it('never ends without patience, or without a validation loss', () => {
    fc.assert(
      fc.property(losses, (some) => {
        assert.equal(endsEarly({ patience: null, tolerance: 0, minimumEpochs: 0 }, metrics(some)), false);
      }),
    );
    const none = metrics([null, null, null, null]);
    assert.equal(endsEarly({ patience: 1, tolerance: 0, minimumEpochs: 0 }, none), false);
  });

  it('counts from the last lowest loss, by the slow definition', () => {
    fc.assert(
      fc.property(losses, (some) => {
        // Without tolerance: how far the first of the smallest lies back.
        const lowest = some.indexOf(Math.min(...some));
        assert.equal(epochsWithoutProgress(some, 0), some.length === 0 ? 0 : some.length - 1 - lowest);
      }),
    );
  });

  it('ends no sooner with more patience, more epochs or less tolerance', () => {
    fc.assert(
      fc.property(
        losses,
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (some, p, tol) => {
          assert.ok(end(some, p + 1, tol) >= end(some, p, tol));
          assert.ok(end(some, p, tol, 5) >= end(some, p, tol));
          assert.ok(end(some, p, 0) >= end(some, p, tol));
        },
      ),
    );
  });

  it('says at which epoch and why; of a training that went to its end nothing', () => {
    const words = (some: readonly number[], settings: object = {}): string | null =>
      earlyStopWords({ epochs: 10, patience: 2, tolerance: 0, minimumEpochs: 0, ...settings }, metrics(some));
    assert.equal(
      words([3, 2, 2, 2]),
      'stopped early after epoch 4 of 10: no lower validation loss in 2 epochs',
    );
    assert.match(
      words([3, 2.99], { patience: 1, tolerance: 0.1 }) ?? '',
      /epoch 2 of 10: no validation loss lower by more than 0\.1 in 1 epoch$/,
    );
    assert.equal(words([3, 2, 1]), null);
    assert.equal(words([3, 2, 2, 2], { epochs: 4 }), null, 'its last epoch');
    assert.equal(words([3, 3, 3], { patience: null }), null);
  });
});

describe('the training in one line', () => {
  it('has early stopping as a rule, not as what happened', () => {
    const said = (tolerance: number): string =>
      describeTraining({ ...tiny.training, patience: 2, tolerance, minimumEpochs: 5 });
    assert.match(
      said(0.001),
      /stops early, from epoch 5 on, once the validation loss has not become better by more than 0\.001 for 2 epochs/,
    );
    assert.match(said(0), /has not become better for 2 epochs/);
    assert.doesNotMatch(said(0), /stopped/);
  });
});

describe('a run that stops early', () => {
  let runs = '';
  before(async () => {
    runs = await mkdtemp(join(tmpdir(), 'drumhead-early-'));
  });
  after(() => rm(runs, { recursive: true }));

  it('says so as it goes, in its result, its report, its summary and its status', async function () {
    this.timeout(240_000);
    // The tolerance is more than any loss can fall, so that the second epoch is no progress.
    const training = { ...tiny.training, epochs: 9, patience: 1, tolerance: 1 };
    const experiment = { ...tiny, training };
    const said: string[] = [];
    const environment = environmentOf(runs, {
      tell: (event) => {
        if (event.kind === 'note') said.push(event.message);
      },
    });
    const done = await runExperiment(experiment, 0)({ ...environment, pictures: true })();
    assert.ok(E.isRight(done), JSON.stringify(done));
    const words = 'stopped early after epoch 2 of 9: no validation loss lower by more than 1 in 1 epoch';
    assert.deepEqual(said, [words]);
    const { folder, result } = done.right;
    assert.equal(result.stoppedEarly, words);
    assert.match(await readFile(join(folder, 'report.html'), 'utf8'), new RegExp(`It ${words}`));
    assert.match(summary(false, [])(done.right), new RegExp(`^ {2}${words}$`, 'm'));
    const status = await statusOf(folder, true);
    assert.equal(status.state, 'finished');
    assert.match(statusTable([status]).replace(/\s+/g, ' '), /stopped early after epoch 2 of 9/);
  });
});
