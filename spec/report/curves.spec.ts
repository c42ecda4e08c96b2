import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { PNG } from 'pngjs';
import { errorMessage } from '../../src/base/error.js';
import { svgPng } from '../../src/report/chart.js';
import { dark, hex, light } from '../../src/report/colours.js';
import { type CurvesPicture, learningCurves } from '../../src/report/curves.js';
import type { EpochScores } from '../../src/report/scores.js';

const epochsOf = (count: number): readonly EpochScores[] =>
  Array.from({ length: count }, (_, i) => ({
    epoch: i + 1,
    train: { loss: 1 / (i + 1) },
    validation: {
      loss: 1.1 / (i + 1),
      accuracy: 0.9,
      foregroundAccuracy: i / count,
      foregroundIou: i / count / 2,
    },
  }));

const svgOf = async (picture: CurvesPicture): Promise<string> => {
  const result = await learningCurves(picture)();
  if (E.isLeft(result)) throw new Error(errorMessage(result.left));
  return result.right;
};

describe('report/curves', () => {
  it('names axes, units and lines, and marks the best epoch', async () => {
    const svg = await svgOf({ epochs: epochsOf(12), best: 9 });
    for (const words of [
      '>Loss<',
      'mean cross-entropy, nats per pixel',
      'Scores on the validation images',
      'share, 0 to 1',
      '>epoch<',
      'training',
      'validation',
      'foreground IoU',
      'foreground accuracy',
      'accuracy, all pixels',
      'best: epoch 9',
    ]) {
      ok(svg.includes(words), `${words} is missing`);
    }
    ok(svg.includes('Inter, system-ui, sans-serif'));
  });

  it('draws the scores that an experiment declares, a panel each, with their directions', async () => {
    const own = ['error', 'hits', 'far', 'none', 'fifth'].map((name, i) => ({
      name,
      words: '',
      better: i === 1 ? ('more' as const) : ('less' as const),
    }));
    const epochs = [1, 2].map((epoch) => ({
      epoch,
      train: { loss: 1 },
      validation: { loss: 1, error: 0.00042, hits: 0.5, far: 70 },
    }));
    const picture = { epochs, own, lossUnit: 'total / count' };
    const [wide, narrow] = [await svgOf(picture), await svgOf({ ...picture, narrow: true })];
    for (const svg of [wide, narrow]) {
      for (const words of ['>Loss<', '>error<', '>hits<', '>far<', '0.00042 ', '70.00 '])
        ok(svg.includes(words), `${words} is missing`);
      strictEqual(svg.split('less is better<').length, 3);
      strictEqual(svg.split('more is better<').length, 2);
      ok(!svg.includes('foreground IoU') && !svg.includes('fifth'));
    }
    const sizeOf = (svg: string) => /width="(\d+)" height="(\d+)"/.exec(svg)?.slice(1).map(Number) ?? [];
    const [[width, height], [thin, tall]] = [sizeOf(wide), sizeOf(narrow)];
    ok(width > height * 0.9 && tall > 2 * thin, `${width}x${height}, ${thin}x${tall}`);
    ok(!(await svgOf({ ...picture, own: own.slice(3, 4) })).includes('>none<'), 'nothing was measured');
  });

  it('gives the same text for the same run', async () => {
    strictEqual(await svgOf({ epochs: epochsOf(5) }), await svgOf({ epochs: epochsOf(5) }));
  });

  it('leaves out what was not measured', async () => {
    const svg = await svgOf({
      epochs: [
        { epoch: 1, train: { loss: 0.5 } },
        { epoch: 2, train: { loss: null } },
      ],
    });
    ok(svg.includes('0.50'));
    ok(!svg.includes('foreground IoU') && !svg.includes('best: epoch') && !svg.includes('NaN'));
  });

  it('draws any numbers of epochs, also none, and values that are not finite', async () => {
    const score = fc.option(fc.double({ min: 0, max: 1 }), { nil: null });
    const loss = fc.option(fc.double({ min: -5, max: 1e9 }), { nil: null });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(loss, loss, score), { maxLength: 40 }), async (rows) => {
        const epochs = rows.map(([train, validation, foregroundIou], i) => ({
          epoch: i + 1,
          train: { loss: train },
          validation: { loss: validation, foregroundIou },
        }));
        const svg = await svgOf({ epochs, best: 1 });
        ok(!/NaN|Infinity/.test(svg), /.{0,80}(?:NaN|Infinity).{0,40}/.exec(svg)?.[0]);
      }),
      { numRuns: 12 },
    );
  });

  it('becomes a PNG in the shipped typeface, on the paper of its theme, with text in it', async () => {
    for (const theme of [light, dark]) {
      const svg = await svgOf({ epochs: epochsOf(3), theme });
      const png = svgPng(svg, 2);
      ok(E.isRight(png));
      const { width, height, data } = PNG.sync.read(Buffer.from(png.right));
      const [, w, h] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
      deepStrictEqual([width, height], [2 * Number(w), 2 * Number(h)]);
      strictEqual(hex([data[0], data[1], data[2]]), hex(theme.paper));
      // The title's corner: ink appears there only when the letters are drawn.
      let inked = 0;
      for (let y = 0; y < 100; y++) {
        for (let x = 0; x < 300; x++) if (data[4 * (y * width + x)] !== data[0]) inked++;
      }
      ok(inked > 100, `${inked} inked pixels`);
    }
  });

  it('says what is wrong with an SVG that is none', () => {
    ok(E.isLeft(svgPng('<svg')));
  });
});
