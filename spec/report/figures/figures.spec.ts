import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { experimentNamed } from '../../../src/experiments/catalogue.js';
import type { PublishedRow } from '../../../src/experiments/published/index.js';
import {
  bandOf,
  barsChart,
  coursesChart,
  type Entry,
  gradedScores,
  parameterScores,
  placeOf,
  scoreBars,
  seedCourses,
} from '../../../src/report/figures/index.js';
import { phraseLines } from '../../../src/report/figures/layout.js';
import { dark, hex, light } from '../../../src/report/index.js';

const svgOf = async (task: TE.TaskEither<unknown, string>): Promise<string> => {
  const drawn = await task();
  assert.ok(E.isRight(drawn), JSON.stringify(drawn));
  return drawn.right;
};

const figures = { mean: 0.85, sd: 0.04, spread: null };
const row: PublishedRow = {
  dataset: 'MNIST',
  model: 'NWM',
  variant: 'linear',
  runs: 10,
  scores: {
    foregroundIou: figures,
    foregroundAccuracy: figures,
    iou: figures,
    accuracy: figures,
    loss: figures,
    foregroundLoss: figures,
  },
};

const entry = (family: string, variant: string, scores: readonly number[]): Entry => ({
  name: `${family} ${variant}`,
  task: 'MNIST',
  family,
  runs: scores.map((foregroundIou, seed) => ({ seed, scores: { foregroundIou, foregroundAccuracy: 0.5 } })),
  courses: scores.map((score, seed) => ({
    seed,
    epochs: [1, 2, 3].map((epoch) => ({
      epoch,
      train: { loss: 1 / epoch },
      validation: { foregroundIou: (score * epoch) / 3 },
    })),
  })),
  parameters: scores.length === 0 ? null : 50_000,
  published: family === 'NWM' ? row : null,
  publishedParameters: family === 'NWM' ? 54_855 : null,
});

const entries = [
  entry('NWM', 'linear', [0.8, 0.9]),
  entry('NWM', 'fft', []),
  entry('CNN, by layers', '8', [0.3]),
];

/** All data of a chart's first panel, layer by layer. */
const layersOf = (spec: object): readonly { readonly data?: { readonly values?: readonly object[] } }[] => {
  const [panels] = Object.entries(spec).flatMap(([name, value]) =>
    /concat$/.test(name) && Array.isArray(value) ? [value] : [],
  );
  return panels[0].layer;
};

describe('figures of many runs', () => {
  it('draw a bar where there are runs with its mean in figures, a dot for every seed, a diamond where something was published', () => {
    const values = layersOf(barsChart({ entries }).spec).map(({ data }) => data?.values ?? []);
    const [, bars, dots, , diamonds] = values;
    assert.deepEqual(
      bars.map((bar) => 'value' in bar && Number(bar.value).toFixed(3)),
      ['0.850', '0.300'],
    );
    assert.equal(dots.length, 3);
    assert.equal(diamonds.length, 2);
    for (const text of ['0.850 ± 0.071', '0.300'])
      assert.ok(
        values.flat().some((item) => 'text' in item && item.text === text),
        text,
      );
    assert.ok(values.flat().some((item) => 'text' in item && item.text === 'no finished run'));
  });

  it('promise a standard deviation only where there are several seeds', () => {
    const wordsOf = (few: readonly Entry[]): string => JSON.stringify(barsChart({ entries: few }).spec);
    assert.match(wordsOf(entries), /mean over seeds, in figures with its standard deviation/);
    assert.doesNotMatch(wordsOf(entries.slice(2)), /in figures with its standard deviation/);
  });

  it('have the name of every bar beside its middle, and every bar begin at 0', async () => {
    for (const few of [entries.slice(0, 1), entries]) {
      const svg = await svgOf(scoreBars({ entries: few }));
      const names = [
        ...svg.matchAll(
          /aria-label="text: (?:NWM linear|NWM fft|CNN, by layers 8)"[^>]*translate\([\d.-]+,([\d.-]+)\)/g,
        ),
      ].map(([, y]) => Number(y));
      const bars = [
        ...svg.matchAll(
          /role="graphics-symbol"[^>]*roledescription="rect mark"[^>]*d="M([\d.-]+),([\d.-]+)h([\d.]+)v([\d.]+)/g,
        ),
      ];
      assert.ok(bars.length > 0 && names.length >= bars.length);
      for (const [, from, top, , height] of bars) {
        assert.equal(Number(from), 0);
        const middle = Number(top) + Number(height) / 2;
        // The baseline of a text lies a third of its size below its middle.
        assert.ok(
          names.some((name) => Math.abs(name - middle) < 6),
          `${middle} of ${names}`,
        );
      }
    }
  });

  it('say what they show, in both themes, and the same for the same runs', async () => {
    for (const theme of [light, dark]) {
      const drawings = [
        await svgOf(scoreBars({ entries, theme })),
        await svgOf(seedCourses({ entries, theme })),
        await svgOf(parameterScores({ entries, theme })),
      ];
      for (const svg of drawings) {
        assert.ok(svg.includes(hex(theme.paper)));
        assert.doesNotMatch(svg, /NaN|undefined/);
      }
      const [bars, courses, parameters] = drawings;
      for (const words of ['Test foreground IoU', 'MNIST', 'linear', 'CNN, by layers', 'published'])
        assert.ok(bars.includes(words), words);
      for (const words of ['NWM linear', '2 seeds', '1 seed', 'no run yet', 'epoch'])
        assert.ok(courses.includes(words), words);
      for (const words of ['parameters, thousands', 'ours', 'waves (NWM)'])
        assert.ok(parameters.includes(words), words);
      assert.equal(await svgOf(scoreBars({ entries, theme })), bars);
    }
  });

  it('are drawn without any run, and with names that are markup', async () => {
    const evil = [{ ...entry('<b>&', '"x"', [0.1]), task: '</svg>' }];
    for (const some of [[], evil]) {
      for (const draw of [scoreBars, seedCourses, parameterScores]) {
        const svg = await svgOf(draw({ entries: some }));
        assert.equal(svg.split('</svg>').length, 2);
        assert.ok(!svg.includes('<b>'));
      }
    }
  });

  it('have the name of the axis under every panel, also above a row that is not full', async () => {
    const many = Array.from({ length: 6 }, (_, i) => entry('NWM', `v${i}`, [0.5]));
    const svg = await svgOf(seedCourses({ entries: many }));
    assert.equal(svg.match(/>epoch</g)?.length, 6);
  });

  it('have ticks that differ for models of a few hundred numbers, and whole numbers of alike experiments', async () => {
    const alike = ['linear · 1', 'linear · 2'].map((variant, i) => ({
      ...entry('ConvGRU', variant, [0.5]),
      parameters: 1000 + 150 * i,
    }));
    const svg = await svgOf(parameterScores({ entries: alike }));
    const ticks = [...svg.matchAll(/>(\d[\d.]*)<\/text>/g)].map(([, text]) => text);
    const across = ticks.filter((text) => Number(text) >= 0.9 && Number(text) < 2 && text !== '1');
    assert.ok(new Set(across).size >= 2, `${ticks}`);
    const bars = await svgOf(scoreBars({ entries: alike }));
    for (const { name } of alike) assert.ok(bars.includes(`>${name}<`), name);
  });

  it('keep the names of models apart and in their panel, however close their marks are', async () => {
    const many = Array.from({ length: 15 }, (_, i) => ({
      ...entry('CNN', `v${i}`, [0]),
      runs: [{ seed: 0, scores: { foregroundIou: i % 3 === 0 ? 0 : 0.01 * i, foregroundAccuracy: 0.5 } }],
    }));
    const svg = await svgOf(parameterScores({ entries: many }));
    const places = [...svg.matchAll(/translate\(([\d.-]+),([\d.-]+)\)"[^>]*>CNN v\d+: [\d.]+</g)];
    assert.equal(places.length, 2 * many.length);
    for (const side of [places.slice(0, 15), places.slice(15)]) {
      assert.equal(new Set(side.map(([, x]) => x)).size, 1);
      const heights = side.map(([, , y]) => Number(y)).sort((a, b) => a - b);
      for (let i = 1; i < heights.length; i++) assert.ok(heights[i] - heights[i - 1] > 14.9, `${heights}`);
      assert.ok(heights[0] >= -4 && heights[14] <= 250, `${heights}`);
    }
  });

  it('have a row of panels for every five experiments', () => {
    const many = Array.from({ length: 11 }, (_, i) => entry('NWM', `v${i}`, [0.5]));
    const { frame } = coursesChart({ entries: many });
    assert.ok(frame.height > 3 * 100 && frame.width > 5 * 140);
  });

  it('have names that end before the next panel: a long path is broken at a slash', () => {
    const names = ['horn', 'unicornn', 'wave-rnn', 'cornn', 'linoss'];
    const many = names.map((name) => ({ ...entry('NWM', name, [0.5]), name: `zoo/sequence-class/${name}` }));
    const drawn = JSON.stringify(coursesChart({ entries: many }).spec);
    for (const name of names) assert.ok(!drawn.includes(`zoo/sequence-class/${name}`), name);
    assert.match(drawn, /zoo\/sequence-class\/".*"unicornn"/);
    // Bold letters are wider than others: this one ran into its neighbour.
    const bold = names.map(() => ({ ...entry('NWM', 'akorn', [0.5]), name: 'zoo/segmentation/akorn' }));
    assert.ok(!JSON.stringify(coursesChart({ entries: bold }).spec).includes('zoo/segmentation/akorn'));
  });
});

describe('the band over seeds', () => {
  const line = (...values: readonly number[]) => values.map((value, i) => ({ epoch: i + 1, value }));

  it('goes from the least to the greatest, as far as every seed went', () => {
    assert.deepEqual(bandOf([line(0.1, 0.2, 0.6), line(0.3, 0.4)]), [
      { epoch: 1, value: 0.2, low: 0.1, high: 0.3 },
      { epoch: 2, value: 0.30000000000000004, low: 0.2, high: 0.4 },
    ]);
    assert.deepEqual(bandOf([]), []);
  });
});

describe('places in the figures', () => {
  it('follow the settings, not the name', () => {
    const found = experimentNamed('multi-mnist/unet-3', 'small');
    assert.ok(E.isRight(found));
    assert.deepEqual(placeOf({ ...found.right, name: 'my/own' }), {
      task: 'Multi-MNIST',
      family: 'U-Net, by width',
    });
  });
});

describe('labels in the figures', () => {
  it('lose nothing and go on lines between their phrases, else at slashes', () => {
    const lines = (letters: number): readonly string[] =>
      phraseLines('tetrominoes/nwm-linear (rate 0.002, steps 8) (wasm, op by op)', letters);
    assert.deepEqual(lines(20), ['tetrominoes/nwm-', 'linear (rate 0.002,', 'steps 8) (wasm,', 'op by op)']);
    assert.deepEqual(lines(30), ['tetrominoes/nwm-linear', '(rate 0.002, steps 8) (wasm,', 'op by op)']);
    assert.deepEqual(phraseLines('abcdefghijklmnopqrstuvwxyz', 20), ['abcdefghijklmnopqrst', 'uvwxyz']);
  });

  it('stand above their bars on a phone, each whole', () => {
    const name = `${'long/'.repeat(12)}end (rate 0.002)`;
    const { spec, frame } = barsChart({ entries: [{ ...entry('NWM', 'fft', [0.5]), name }], room: 'narrow' });
    const texts = layersOf(spec)
      .flatMap(({ data }) => data?.values ?? [])
      .flatMap((item) => ('text' in item ? [String(item.text)] : []));
    const from = texts.findIndex((text) => text.startsWith('long/'));
    const parts = texts.slice(from, texts.findIndex((text) => text.endsWith('0.002)')) + 1);
    assert.ok(parts.length > 1 && frame.height > 100);
    assert.equal(parts.join('').replaceAll(' ', ''), name.replaceAll(' ', ''));
  });

  it('draw models against difficulty with a name beside each line, also where all end at one place', async () => {
    const bin = (at: number, mean: number) => ({ count: 9, at, from: at, to: at, mean, error: 0.02 });
    const lines = ['nwm', 'hgru', 'a-very-long-name-of-a-model-that-does-not-fit'].map((name, i) => ({
      name,
      bins: [bin(3, 0.9), bin(9, 0.6 - 0.1 * i), bin(20, 0.2)],
    }));
    for (const room of ['wide', 'narrow'] as const) {
      const svg = await svgOf(
        gradedScores({ task: 'mazes', score: 'foregroundIou', better: 'more', lines, room }),
      );
      for (const text of ['>nwm<', '>hgru<', '>mazes: foreground IoU against difficulty<'])
        assert.ok(svg.includes(text), text);
      assert.doesNotMatch(svg, /NaN/);
    }
  });
});
