import { ok, strictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import { encodeGif } from '../../../src/report/gif.js';
import { reportHtml } from '../../../src/report/page/page.js';
import { gifPicture, pngPicture, svgPicture } from '../../../src/report/page/picture.js';
import type { RunReport } from '../../../src/report/page/run.js';
import { encodePng } from '../../../src/report/png.js';
import { blank } from '../../../src/report/raster.js';
import { hostileText } from '../arbitraries.js';

const dot = blank(4, 2, [1, 2, 3]);
const png = encodePng(dot);
const gif = encodeGif({ frames: 1, frame: () => dot, delay: () => 50 });
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"></svg>';

/** A report with every part, all its texts made from one. */
const fullRun = (text: string): RunReport => ({
  name: text,
  words: text,
  settings: [{ label: text, value: text, note: text }],
  data: {
    words: text,
    facts: [{ label: text, value: text }],
    examples: pngPicture({ light: png, dark: png, alt: text }),
  },
  training: {
    epochs: [1, 2].map((epoch) => ({ epoch, validation: { loss: 1 / epoch } })),
    planned: 3,
    best: 2,
    seconds: 221,
    stopped: text,
    curves: svgPicture({ light: svg, alt: text }),
  },
  test: {
    images: 200,
    scores: { loss: 0.243, accuracy: 0.951, iou: 0.912, foregroundAccuracy: 0.783, foregroundIou: 0.571 },
    baseline: { accuracy: 0.8556, iou: 0.7538, foregroundAccuracy: 0, foregroundIou: 0 },
  },
  waves: { picture: gifPicture({ light: gif, alt: text }), words: text },
  predictions: pngPicture({ light: png, alt: text }),
  program: {
    diagram: svgPicture({ light: svg, alt: text }),
    mermaid: text,
    parameters: [{ name: text, shape: [3, 3, 2, 2], count: 36, initialiser: text, trainable: false }],
    cost: [{ label: text, value: text }],
  },
  reproduce: { commands: [text], note: text },
  environment: [{ label: text, value: text }],
  date: text,
});

/** The tags of a page, in order, with their attributes but without what is quoted in them. */
const skeleton = (page: string): string =>
  (page.replace(/<style>[^<]*<\/style>/, '').match(/<[^>]*>/g) ?? [])
    .map((tag) => tag.replace(/"[^"]*"/g, '""'))
    .join('');

describe('report/page', () => {
  it('cannot be broken by any text: the markup is the same whatever the texts are', () => {
    const plain = skeleton(reportHtml(fullRun('word')));
    fc.assert(
      fc.property(
        hostileText.filter((t) => t.trim() !== '' && !/\n\s*\n/.test(t)),
        (text) => strictEqual(skeleton(reportHtml(fullRun(text))), plain),
      ),
      { numRuns: 60 },
    );
  });

  it('asks for nothing outside itself and runs no script', () => {
    const page = reportHtml(fullRun('https://example.com/x.png'));
    ok(page.includes("default-src 'none'; img-src data:; style-src 'unsafe-inline'"));
    for (const [, url] of page.matchAll(/\s(?:src|srcset|href|action|data|poster)="([^"]*)"/g)) {
      ok(/^(?:#|data:image\/)/.test(url), url.slice(0, 60));
    }
    ok(!/<(?:script|link|iframe|object|embed)/i.test(page));
    ok(!/url\(|@import/.test(page));
  });

  it('tells the story from top to bottom', () => {
    const page = reportHtml(fullRun('word'));
    const headings = [...page.matchAll(/<h2>([^<]*)<\/h2>/g)].map((m) => m[1]);
    strictEqual(
      headings.join(' | '),
      'What was trained | On what data | How it went | How well it does | See the waves | Predictions | ' +
        'The program | Do it again | Run with',
    );
    ok(page.indexOf('Unfinished.') > 0 && page.indexOf('Unfinished.') < page.indexOf('<h2>'));
  });

  it('says how well it does beside the all-background answer, and that overall scores flatter', () => {
    const page = reportHtml(fullRun('word'));
    for (const part of [
      '0.571',
      '0.783',
      '0.912',
      '0.951',
      '0.243',
      '0.754',
      '85.6 %',
      '78.3 %',
      '200 test images',
      '3 min 41 s',
      'flatter',
    ]) {
      ok(page.includes(part), `${part} is missing`);
    }
  });

  it('leaves out what there is not, and never writes undefined or NaN', () => {
    const page = reportHtml({
      name: 'a/b',
      words: 'One paragraph.\n\nAnother.',
      data: { words: '' },
      training: { epochs: [], best: 4 },
      test: { images: 1, scores: { loss: Number.NaN, foregroundIou: null } },
      reproduce: { commands: ['npx drumhead run a/b'] },
    });
    ok(!/undefined|NaN|\[object/.test(page));
    ok(!page.includes('<figure') && !page.includes('id="program"') && !page.includes('id="waves"'));
    ok(page.includes('<p>One paragraph.</p>') && page.includes('<p>Another.</p>'));
    ok(page.includes('No epoch was finished.'));
  });

  it('holds its pictures byte for byte, at their size, with the dark one for dark', () => {
    const page = reportHtml(fullRun('word'));
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    ok(page.includes(`src="data:image/gif;base64,${base64(gif)}" alt="word" width="4"`));
    ok(page.includes(`src="data:image/png;base64,${base64(png)}" alt="word" width="2"`));
    ok(
      page.includes(
        `<source media="screen and (prefers-color-scheme: dark)" srcset="data:image/png;base64,${base64(png)}"`,
      ),
    );
    ok(
      page.includes(
        `data:image/svg+xml;base64,${base64(new TextEncoder().encode(svg))}" alt="word" width="30"`,
      ),
    );
  });

  it('names the split of each score that it shows', () => {
    const page = reportHtml(fullRun('word'));
    for (const words of [
      'test foreground IoU 0.571',
      '<dt>Test foreground IoU</dt>',
      '<dt>Test foreground accuracy</dt>',
      '<dt>Test loss</dt>',
      '<th scope="col" class="number">test</th>',
    ])
      ok(page.includes(words), words);
    const whole = reportHtml({ ...fullRun('word'), target: 'image' });
    ok(whole.includes('<dt>Test accuracy</dt>'));
  });

  it('gives the same bytes for the same run', () => {
    strictEqual(reportHtml(fullRun('word')), reportHtml(fullRun('word')));
  });
});
