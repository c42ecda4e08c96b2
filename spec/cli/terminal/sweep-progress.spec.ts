/** What a sweep says while it works. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { statusTable } from '../../../src/cli/commands/status.js';
import { plainTeller } from '../../../src/cli/terminal/progress.js';
import { lineWithin, plainSweepTeller, stepWords } from '../../../src/cli/terminal/sweep-progress.js';
import { experimentNamed } from '../../../src/experiments/catalogue.js';
import type { Measures } from '../../../src/experiments/scores/measures.js';
import { notBegun } from '../../../src/runner/results/status.js';
import type { Assignment } from '../../../src/runner/sweep/plan.js';
import type { SweepEvent } from '../../../src/runner/sweep/run.js';

const found = experimentNamed('tetrominoes/nwm-linear', 'small');
assert.ok(E.isRight(found));
const member = { axes: {}, experiment: found.right };
const { epochs } = found.right.training;
const run = (index: number, name: string): Assignment => ({
  index,
  member,
  name,
  seed: index,
  folder: null,
  result: null,
  work: 1,
});
const [first, second] = [run(0, 'mine (rate 0.001)'), run(1, 'mine (rate 0.01)')];
const end = (of: Assignment): SweepEvent => ({
  kind: 'end',
  run: of,
  outcome: { kind: 'finished', folder: 'x', before: false, foregroundIou: 0.9996 },
});

describe('the progress of a sweep', () => {
  it('names each run by its label and each score by its split', () => {
    const lines: string[] = [];
    const { tell } = plainSweepTeller(
      (line) => lines.push(line),
      () => 0,
    );
    const events: readonly SweepEvent[] = [
      { kind: 'plan', plan: [first, second], engine: 'wasm' },
      { kind: 'begin', run: first },
      {
        kind: 'news',
        run: first,
        news: { kind: 'epoch', epoch: 1, trainLoss: 1.23456, validationLoss: null, foregroundIou: 0.5 },
      },
      end(first),
      { kind: 'end', run: second, outcome: { kind: 'failed', message: 'it diverged' } },
    ];
    for (const event of events) tell(event);
    assert.deepEqual(lines.slice(0, 3), [
      '2 runs on wasm, 0 finished before',
      'mine (rate 0.001), seed 0: begins',
      `mine (rate 0.001), seed 0: epoch 1 of ${epochs}  train loss 1.235  validation loss –  validation foreground IoU 0.500`,
    ]);
    assert.match(
      lines[3],
      /^mine \(rate 0\.001\), seed 0: finished, test foreground IoU 0\.9996 {2}\(1 of 2/,
    );
    assert.match(lines[4], /^mine \(rate 0\.01\), seed 1: FAILED: it diverged/);
  });

  it('shows the loss alone where an experiment has no score beside it', () => {
    const epoch = {
      kind: 'epoch',
      epoch: 1,
      trainLoss: 1,
      validationLoss: 0.5,
      foregroundIou: null,
    } as const;
    const lines: string[] = [];
    const print = (line: string): void => {
      lines.push(line);
    };
    const sweep = plainSweepTeller(print, () => 0);
    const single = plainTeller(print, () => 0);
    const ofStep = { kind: 'step', epoch: 2, loss: 1, secondsLeft: 9 } as const;
    const of = { ...ofStep, done: 1, total: 2, samplesPerSecond: 1 };
    for (const news of [epoch, { ...epoch, chief: { name: 'loss', value: 0.5 } }]) {
      sweep.tell({ kind: 'news', run: first, news });
      single.tell(news);
      assert.deepEqual(lines.splice(0), [
        `mine (rate 0.001), seed 0: epoch 1 of ${epochs}  train loss 1.000  validation loss 0.500`,
        'epoch 1  train loss 1.0000  validation loss 0.5000',
      ]);
      assert.deepEqual(stepWords(of, 25, news), [
        'epoch 2 of 25  train loss 1.000  validation loss 0.500  9s left',
        '2/25  val. loss 0.500  9s',
      ]);
    }
    assert.deepEqual(stepWords(of, 25, undefined), ['epoch 2 of 25  train loss 1.000  9s left', '2/25  9s']);
    assert.deepEqual(stepWords(of, 25, { ...epoch, foregroundIou: 0.5 }), [
      'epoch 2 of 25  train loss 1.000  validation foreground IoU 0.500  9s left',
      '2/25  val. fg. IoU 0.500  9s',
    ]);
    single.tell({ ...epoch, foregroundIou: 0.5 });
    single.tell({ ...epoch, chief: { name: 'accuracy', value: null } });
    assert.deepEqual(lines, [
      'epoch 1  train loss 1.0000  validation loss 0.5000  validation foreground IoU 0.500',
      'epoch 1  train loss 1.0000  validation loss 0.5000  validation accuracy -',
    ]);
  });

  it('has a line a run at 80 columns, which keeps what tells the runs apart', () => {
    const name = 'multi-mnist/a-rather-long-name (readout linear, rate 0.001), seed 3';
    const words = 'epoch 12 of 25  train loss 1.234  validation foreground IoU 0.512  1 min 20 s left';
    for (const width of [40, 80, 120, 200]) {
      const line = lineWithin(width, name, words, '12/25  val. fg. IoU 0.512  1 min 20 s');
      assert.ok(line.length + 13 <= width, `${width}: ${line}`);
      if (width >= 80) assert.match(line, /0\.001\), seed 3 /);
    }
    assert.equal(lineWithin(200, name, words), `${name}  ${words}`);
  });

  it('is a line a run in the status at 80 columns too, with every problem whole below', () => {
    const one = notBegun('x', {
      name: 'mine',
      label: 'mine (readout linear, rate 0.001, steps 50)',
      seed: 0,
      epochs: 25,
    });
    const failed = { ...one, state: 'failed' as const, problem: 'the loss is not a number after step 17' };
    const text = statusTable([one, { ...failed, seed: 1 }], 80);
    for (const line of text.split('\n')) assert.ok(line.length <= 80, line);
    assert.equal(text.split('\n').filter((line) => /rate 0\.001, steps 50\) +[01] /.test(line)).length, 2);
    assert.match(text.replace(/\s+/g, ' '), /seed 1, failed: the loss is not a number after step 17/);
    assert.match(statusTable([one]), /validation foreground IoU +test foreground IoU/);
    // A score stands under its own name, or has it beside it where runs have several.
    const last = (scores: Measures) => ({
      ...one,
      last: { epoch: 1, trainLoss: 0.5, rate: 0.1, validation: { loss: 0.4, ...scores } },
    });
    const missed = last({ error: 0.3, samples: 8 });
    for (const width of [undefined, 80]) {
      assert.match(statusTable([missed, one], width), / error/);
      assert.doesNotMatch(statusTable([missed, one], width), /IoU/);
      const both = statusTable([missed, last({ foregroundIou: 0.2, images: 8 })], width);
      assert.match(both, / error 0\.3\d* *\n/);
      assert.match(both, / foreground IoU 0\.2\d* *(\n|$)/);
    }
    // The time that is left has a head where any run has some.
    assert.doesNotMatch(statusTable([one]), /time left/);
    const [, , head, , row] = statusTable([{ ...one, secondsLeft: 113 }]).split('\n');
    assert.match(head, / time left$/);
    assert.match(row, / about 1 ?m\w* 53 ?s$/);
  });
});
