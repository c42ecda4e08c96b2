/** Charts and pictures of answers: what is in them, in both themes and rooms; and arrays as pictures. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { PNG } from 'pngjs';
import type { Answers } from '../../../src/experiments/scores/answers.js';
import { answerCharts } from '../../../src/report/answers/charts.js';
import { mostClasses } from '../../../src/report/answers/confusion.js';
import { examplesFigure, examplesPng } from '../../../src/report/answers/examples.js';
import { arrayPanel, colouringOf, lineOf, panelName } from '../../../src/report/array-panels.js';
import { classColour } from '../../../src/report/colours.js';
import { dark, light } from '../../../src/report/index.js';
import { pixel } from '../../../src/report/raster.js';
import { right } from '../../support/either.js';

const classes = ['cat', 'dog', 'a very long name of a class <b>'];
const answers: Answers = {
  samples: 30,
  of: 40,
  place: 'sample',
  classes: {
    classes,
    confusion: [
      [9, 1, 0],
      [0, 10, 0],
      [5, 0, 5],
    ],
    calibration: [
      { count: 10, confidence: 0.45, right: 0.5 },
      { count: 20, confidence: 0.95, right: 0.95 },
    ],
  },
  numbers: null,
  graded: {
    score: 'accuracy',
    better: 'more',
    bins: [
      { count: 20, at: 1, from: 1, to: 1, mean: 0.9, error: 0.05 },
      { count: 10, at: 4, from: 2, to: 6, mean: 0.5, error: 0.1 },
    ],
  },
};

describe('charts of answers', () => {
  it('say what they show, on axes with their units, in both themes and rooms', async () => {
    const charts = answerCharts(answers);
    assert.deepEqual(
      charts.map(({ name }) => name),
      ['confusion', 'calibration', 'difficulty'],
    );
    assert.match(
      charts[0].alt,
      /3 classes: 80 % of samples are right; most often a very .* for cat \(50 % of it\)/,
    );
    assert.match(charts[0].caption, /the first 30 test samples of 40/);
    assert.match(charts[1].alt, /calibration error 0\.017/);
    assert.match(charts[2].alt, /accuracy 0\.900 at difficulty 1, 0\.500 at 4/);
    for (const chart of charts)
      for (const room of ['wide', 'narrow'] as const)
        for (const theme of [light, dark]) {
          const svg = right(await chart.draw({ theme, room })());
          assert.ok(Number(/width="(\d+)/.exec(svg)?.[1]) <= (room === 'narrow' ? 360 : 640), chart.name);
          assert.doesNotMatch(svg, /<b>|NaN/);
        }
    assert.match(right(await charts[1].draw({})()), /mean confidence, 0 to 1/);
    const graded = { ...(answers.graded ?? assert.fail()), score: 'absoluteError' };
    const [ofErrors] = answerCharts({ ...answers, classes: null, graded });
    assert.match(ofErrors.caption, /: absolute error 0\.900 at difficulty 1/);
    assert.match(right(await ofErrors.draw({})()), /absolute error, mean over samples/);
  });

  it('leave out a matrix of too many classes, answers that nobody asked for, and a single difficulty', () => {
    const many = Array.from({ length: mostClasses + 1 }, (_, k) => `${k}`);
    const confusion = many.map((_, i) => many.map((__, j) => (i === j ? 1 : 0)));
    const of = { ...answers, graded: null, classes: { classes: many, confusion, calibration: [] } };
    assert.deepEqual(
      answerCharts(of).map(({ name }) => name),
      ['calibration'],
    );
    const none = { classes: ['a'], confusion: [[0]], calibration: [] };
    assert.deepEqual(answerCharts({ ...answers, classes: none, graded: null }), []);
  });

  it('draw numbers over time, whatever they are: one of a rank, all the same, not finite', async () => {
    const one = {
      sample: 3,
      rank: 'best' as const,
      column: 1,
      columns: 1,
      every: 1,
      past: [1, 2],
      truth: [3, 4, 5],
      predicted: [3, 3, Number.NaN],
    };
    const still = { ...one, rank: 'worst' as const, past: [], truth: [0, 0, 0], predicted: [0, 0, 0] };
    for (const series of [
      [one],
      [one, still],
      [one, { ...one, sample: 4 }, still, { ...still, sample: 5 }],
    ]) {
      const [chart] = answerCharts({ ...answers, classes: null, graded: null, series });
      assert.equal(chart.name, 'series');
      for (const room of ['wide', 'narrow'] as const) {
        const svg = right(await chart.draw({ room })());
        assert.ok(Number(/width="(\d+)/.exec(svg)?.[1]) <= (room === 'narrow' ? 360 : 640));
        assert.doesNotMatch(svg, /NaN/);
        assert.match(svg, /best: test sample 3</);
        assert.equal(new Set(svg.match(/\w+: test sample \d/g)).size, series.length);
      }
    }
    assert.deepEqual(answerCharts({ ...answers, classes: null, graded: null, series: [] }), []);
  });

  it('draw numbers on the square that holds them', async () => {
    const numbers = {
      count: 2,
      pairs: [
        [-1, 2],
        [3, 0.5],
      ] as const,
      meanAbsolute: 2.75,
      explained: -1.1,
    };
    const [chart, ...others] = answerCharts({
      ...answers,
      place: 'value',
      classes: null,
      numbers,
      graded: null,
    });
    assert.deepEqual(others, []);
    assert.match(chart.alt, /mean absolute error 2\.750, R² −?-?1\.100/);
    assert.match(right(await chart.draw({})()), /predicted value/);
  });
});

describe('arrays as pictures', () => {
  it('are strips, lines of a long sequence, fields, frames of films, and words for single numbers', () => {
    const signed = { kind: 'signed', end: 1 } as const;
    const sizes = (shape: readonly number[]): readonly number[] | null => {
      const made = arrayPanel(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape, signed);
      return made === null ? null : [made.width, made.height];
    };
    assert.equal(sizes([]), null);
    assert.deepEqual(sizes([9]), [9, 1]);
    assert.deepEqual(sizes([9, 4]), [9, 4]);
    assert.deepEqual(sizes([784, 1]), [28, 28]);
    assert.deepEqual(sizes([20, 30]), [30, 20]);
    assert.deepEqual(sizes([5, 6, 2]), [6, 5]);
    assert.deepEqual(sizes([3, 5, 6, 1]), [20, 5]);
    assert.equal(lineOf(500, 1), 44);
    assert.equal(panelName('x', [784, 1], signed), 'x, lines of 28 steps');
    assert.equal(panelName('x', [20, 5, 6, 2], signed), 'x, channel 1 of 2, 12 of 20 frames');
  });

  it('have the colours of classes, of shares from 0 to 1, or of signs', () => {
    const labels = colouringOf({ integer: true, classes: ['a', 'b'] }, [0, 1]);
    const drawn = arrayPanel([0, 1], [2], labels);
    assert.ok(drawn !== null);
    assert.deepEqual([pixel(drawn, 0, 0), pixel(drawn, 1, 0)], [classColour(0), classColour(1)]);
    assert.deepEqual(colouringOf({ integer: false }, [0, 0.5, 1]), { kind: 'shares' });
    assert.deepEqual(colouringOf({ integer: false }, [-0.5, 1.3]), { kind: 'signed', end: 1.3 });
  });
});

describe('samples with their answers', () => {
  const forms = {
    sequence: { shape: [4, 1], integer: false },
    target: { shape: [4], integer: true, classes },
    difficulty: { shape: [], integer: true, aside: true as const },
  };
  const example = {
    name: 'best: test sample 3',
    note: 'loss 0.1',
    arrays: {
      sequence: Float32Array.from([0, 1, 0, 1]),
      target: Float32Array.from([0, 1, 2, 0]),
      difficulty: Float32Array.from([7]),
    },
    answer: Float32Array.from([9, 0, 0, 0, 9, 0, 9, 0, 0, 9, 0, 0]),
  };
  const picture = { examples: [example], forms, asked: { against: 'target', classes } };

  it('stand beside each other, with scores and numbers in words, and a key of the classes', () => {
    const figure = right(examplesFigure({ ...picture, alt: 'samples' }));
    assert.deepEqual(
      figure.groups[0].stills.map(({ name }) => name),
      ['sequence', 'target, true', 'target, answered'],
    );
    assert.equal(figure.groups[0].note, 'loss 0.1; difficulty 7');
    assert.deepEqual(
      figure.keys[0].entries.map(({ name }) => name),
      classes,
    );
    const { width, height } = PNG.sync.read(Buffer.from(right(examplesPng({ ...picture, theme: dark }))));
    assert.ok(width > 600 && height > 100);
  });

  it('show classes of a small picture at the size of the picture', () => {
    const plane = { ...forms, sequence: { shape: [4, 4, 3], integer: false } };
    const arrays = {
      sequence: new Float32Array(48).fill(0.5),
      target: new Float32Array(16),
      difficulty: Float32Array.from([7]),
    };
    const small = {
      examples: [{ ...example, arrays, answer: new Float32Array(48) }],
      forms: { ...plane, target: { shape: [4, 4], integer: true, classes } },
      asked: picture.asked,
    };
    const [{ stills }] = right(examplesFigure({ ...small, alt: '' })).groups;
    assert.equal(stills.length, 4);
    assert.deepEqual([...new Set(stills.map(({ wide }) => `${wide.width} ${wide.height}`))], ['112 112']);
  });

  it('say single answers in words, and show numbers with their difference', () => {
    const whole = {
      ...picture,
      forms: { ...forms, target: { shape: [], integer: true, classes } },
      examples: [
        {
          ...example,
          arrays: { ...example.arrays, target: Float32Array.from([2]) },
          answer: Float32Array.from([5, 0, 0]),
        },
      ],
    };
    const [group] = right(examplesFigure({ ...whole, alt: '' })).groups;
    assert.match(group.note, /^true a very long name of a class <b>, answered cat, 99 % sure; loss/);
    const film = {
      examples: [
        { ...example, arrays: { film: new Float32Array(12) }, answer: new Float32Array(12).fill(1) },
      ],
      forms: { film: { shape: [3, 2, 2, 1], integer: false } },
      asked: { against: 'film', classes: null },
    };
    assert.deepEqual(
      right(examplesFigure({ ...film, alt: '' })).groups[0].stills.map(({ name }) => name),
      ['film, true', 'film, answered', 'answered − true'],
    );
    assert.ok(E.isRight(examplesPng(film)));
  });
});
