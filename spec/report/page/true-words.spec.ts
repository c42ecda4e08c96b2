/** Sentences of a run's page, against runs of which they would be untrue. */

import assert from 'node:assert/strict';
import { light } from '../../../src/report/colours.js';
import { reportHtml } from '../../../src/report/page/page.js';
import type { RunReport } from '../../../src/report/page/run.js';
import { channelScale, rangeText, timeText } from '../../../src/report/scale.js';

const run = (more: Partial<RunReport> = {}): RunReport => ({
  name: 'a run',
  words: 'Words.',
  data: { words: 'Images.' },
  training: { epochs: [{ epoch: 1, train: { loss: 1 }, validation: { loss: 1 } }], best: 1 },
  test: {
    images: 9,
    scores: { loss: 0.5, accuracy: 0.75, iou: 0.6, foregroundAccuracy: 0.7, foregroundIou: 0.5 },
    baseline: { accuracy: 0.9, iou: 0.8, foregroundAccuracy: 0, foregroundIou: 0 },
  },
  reproduce: { commands: ['npx drumhead run x'] },
  ...more,
});
const withFloor = (accuracy: number): RunReport => ({
  ...run(),
  test: { images: 9, scores: { accuracy: 0.5 }, baseline: { accuracy: accuracy, iou: 0.2 } },
});

describe('what a run’s page says', () => {
  it('of a background that most pixels are, only where they are', () => {
    assert.match(reportHtml(withFloor(0.9)), /Most pixels are background/);
    assert.doesNotMatch(reportHtml(withFloor(0.3)), /Most pixels are background/);
  });

  it('of foreground and pixels, nothing where whole images have a class', () => {
    const page = reportHtml(run({ target: 'image' }));
    assert.doesNotMatch(page, /foreground|per pixel|each pixel/i);
    assert.match(page, /gives 75\.0 % their right class/);
    assert.match(page, /nats per image/);
  });

  it('of a run with scores of its own: these, their directions, and neither images nor background', () => {
    const page = reportHtml(
      run({
        target: 'sample',
        training: {
          epochs: [{ epoch: 1, train: { loss: 1 }, validation: { loss: 1, hits: 0.5 } }],
          best: 1,
          chosenBy: { name: 'hits', better: 'more' },
        },
        test: {
          images: 9,
          scores: { loss: 0.5, error: 0.0002, hits: 0.75 },
          own: [
            { name: 'error', words: 'mean of the output mse over the samples', better: 'less' },
            { name: 'hits', words: 'sum of a over that of b', better: 'more' },
          ],
        },
      }),
    );
    assert.match(page, /On 9 test samples that it never saw, its error is 0\.0002 \(less is better\)/);
    assert.match(page, /<tr class="chief"><th scope="row">error<\/th><td class="number">0\.0002</);
    assert.match(page, /sum of a over that of b; more is better/);
    assert.match(page, /where the validation hits was greatest/);
    assert.doesNotMatch(page, /foreground|per pixel|test image|\bNaN\b/);
  });

  it('of kept weights: the last ones where there was nothing to choose by', () => {
    const page = reportHtml(run({ training: { epochs: [{ epoch: 1, train: { loss: 1 } }] } }));
    assert.match(page, /weights of the last epoch were kept; there are no validation images/);
    assert.doesNotMatch(page, /validation loss was least/);
  });

  it('of what it could not show, at its top', () => {
    assert.match(
      reportHtml(run({ warnings: ['the waves <are> not drawn'] })),
      /the waves &lt;are&gt; not drawn/,
    );
    assert.doesNotMatch(reportHtml(run()), /Not all is shown/);
  });

  it('is light on paper, and dark on a screen alone', () => {
    const page = reportHtml(run());
    assert.match(page, /@media screen and \(prefers-color-scheme:dark\)/);
    assert.doesNotMatch(page, /media="\(prefers/);
    assert.equal(light.name, 'light');
  });
});

describe('the scale of a channel', () => {
  it('is that of the channel alone, about zero or about its offset, whatever is no number', () => {
    const two = Float32Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 0.01 : 50) * Math.sin(i));
    assert.ok(channelScale(two, 0, 2).end < 0.02 && channelScale(two, 1, 2).end > 40);
    const offset = channelScale(
      Float32Array.from({ length: 400 }, (_, i) => 100 + Math.sin(i)),
      0,
      1,
    );
    assert.ok(Math.abs(offset.centre - 100) < 0.1 && offset.end >= 1 && offset.end <= 1.1);
    assert.match(rangeText(offset), /^100\.\d+ ± 1(\.\d+)?$/);
    assert.deepEqual(channelScale([5, 5, 5], 0, 1), { centre: 0, end: 5 });
    assert.deepEqual(channelScale([Number.NaN, Number.POSITIVE_INFINITY], 0, 1), { centre: 0, end: 1 });
    assert.equal(rangeText({ centre: 0, end: 0.35 }), '±0.35');
  });

  it('and times have as many digits as their steps need', () => {
    assert.deepEqual([timeText(0.05, 0.05), timeText(1, 0.1), timeText(3, 1)], ['0.05', '1.0', '3.0']);
  });
});
