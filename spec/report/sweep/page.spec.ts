import assert from 'node:assert/strict';
import { pngPicture } from '../../../src/report/index.js';
import { wavesCaption } from '../../../src/report/page/results.js';
import { type SweepReport, sweepReportHtml } from '../../../src/report/sweep/index.js';

const picture = pngPicture({ light: new Uint8Array([137, 80, 78, 71]), alt: 'a picture' });
const report: SweepReport = {
  name: 'paper/<script>alert(1)</script>',
  words: 'What was asked.',
  verdict: '1 of 2 runs are finished.',
  tiles: [{ label: 'Runs', value: '1', note: 'of 2' }],
  settings: [{ label: 'model', value: 'nwm' }],
  published: true,
  tables: [
    {
      title: 'means',
      columns: [
        { name: 'experiment', align: 'left' },
        { name: 'IoU', align: 'right' },
      ],
      groups: [
        [
          { kind: 'chief', cells: ['a/b', '0.900'] },
          { kind: 'beside', cells: ['  published', '<0.98>'] },
        ],
      ],
      notes: ['1 of 2 runs are finished.'],
    },
  ],
  foreground: true,
  bars: [{ score: 'foreground IoU', picture }],
  curves: [{ score: 'foreground IoU', picture }],
  graded: [],
  waves: [{ name: 'a/b, seed 0', href: 'x" onclick="y', picture }],
  answers: [],
  predictions: [{ name: 'a/b, seed 0', href: null, picture }],
  leftOut: 3,
  runs: [
    {
      experiment: 'a/b',
      seed: 0,
      state: 'finished',
      epochs: 4,
      planned: 4,
      chief: { words: 'foreground IoU', value: 0.9 },
      href: '../r.html',
    },
    {
      experiment: 'a/b',
      seed: 1,
      state: 'unfinished',
      epochs: 2,
      planned: 4,
      chief: { words: 'foreground IoU', value: null },
      href: null,
    },
    {
      experiment: 'a/b',
      seed: 2,
      state: 'not begun',
      epochs: 0,
      planned: 4,
      chief: { words: 'foreground IoU', value: null },
      href: null,
    },
  ],
  commands: ['npx drumhead sweep paper'],
  environment: [],
  notes: ['left out: one folder'],
};

describe('the report of a sweep', () => {
  const page = sweepReportHtml(report);

  it('tells the story from what was asked to how to do it again', () => {
    const order = [
      'What was asked',
      'The numbers',
      'At a glance',
      'How they learnt',
      'See the waves',
      'Predictions',
      'Every run',
      'Do it again',
    ];
    const places = order.map((heading) => page.indexOf(`<h2>${heading}`));
    assert.ok(
      places.every((place) => place > 0),
      String(places),
    );
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      places,
    );
    for (const words of [
      '2 of 4 epochs',
      'not begun',
      '3 more would have made this page too large',
      '../r.html',
    ])
      assert.ok(page.includes(words), words);
  });

  it('asks for nothing but itself, and runs nothing', () => {
    assert.match(page, /default-src 'none'/);
    assert.doesNotMatch(page, /<script|<link|<iframe| on\w+="y/);
    for (const [, source] of page.matchAll(/(?:src|srcset)="([^"]*)"/g)) assert.match(source, /^data:/);
  });

  it('escapes every text', () => {
    assert.ok(page.includes('&lt;script&gt;'));
    assert.ok(page.includes('&lt;0.98&gt;'));
  });

  it('says of its pictures what they show', () => {
    const whole = sweepReportHtml({ ...report, parameters: picture });
    // The same words as on the page of a run: the colours are the same.
    assert.ok(whole.includes(wavesCaption));
    assert.doesNotMatch(whole, /symmetric about zero|figures at their ends|not at 0/);
    assert.match(whole, /in figures at the right/);
    assert.match(whole, /it need not begin at 0/);
  });

  it('names each score where runs are of several, and speaks of a foreground only where there is one', () => {
    const line = { ...report.runs[0], chief: { words: 'error', value: 0.125 } };
    const mixed = sweepReportHtml({
      ...report,
      runs: [...report.runs, line],
      curves: [...report.curves, { score: 'error', picture }],
    });
    assert.match(mixed, />test score</);
    assert.match(mixed, />error 0\.125</);
    assert.match(mixed, /Error on the validation samples over the epochs/);
    const alone = sweepReportHtml({ ...report, foreground: false, tables: [], curves: [], runs: [line] });
    assert.match(alone, /data-head="test error">0\.125</);
    assert.doesNotMatch(alone, /foreground/i);
  });

  it('has models of one task against how hard samples are, and says how many are drawn', () => {
    const graded = (models: number, better: 'more' | 'less' = 'more') =>
      sweepReportHtml({
        ...report,
        graded: [{ task: 'mazes', score: 'foreground IoU', better, picture, models }],
      });
    assert.match(graded(3), /Where a line falls, what is learnt/);
    assert.match(graded(3, 'less'), /Where a line rises, what is learnt/);
    assert.match(graded(3), /How they take what is hard/);
    assert.match(graded(3), /on mazes: foreground IoU of its test samples/);
    assert.doesNotMatch(graded(3), /best at the hardest/);
    assert.match(graded(12), /Of 12 models the 8 best at the hardest samples/);
    assert.ok(!page.includes('How they take what is hard'));
  });

  it('leaves out what there is not', () => {
    const bare = sweepReportHtml({ ...report, tables: [], waves: [], predictions: [], runs: [] });
    for (const heading of ['The numbers', 'See the waves', 'Predictions', 'Every run', 'What it costs'])
      assert.ok(!bare.includes(heading), heading);
  });
});
