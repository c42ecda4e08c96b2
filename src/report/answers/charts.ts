/** Charts of a model's answers: confusion, calibration, predicted against true, score against difficulty. */

import type { Effect } from '../../base/error.js';
import {
  type Answers,
  type ClassAnswers,
  calibrationError,
  type GradedAnswers,
  type NumberAnswers,
  type SeriesAnswer,
  shareRight,
} from '../../experiments/scores/answers.js';
import { linearTicks, type Ticks } from '../axis.js';
import { type Chart, chartHead, chartSvg, lineColours, numberLabels } from '../chart.js';
import { hex, light, type Theme } from '../colours.js';
import { type Room, textWidth } from '../figures/layout.js';
import { betterWords } from '../scores.js';
import { scoreFigure } from '../tables/figures.js';
import { wordsOfScore } from '../tables/score-columns.js';
import { confusionChart, mostClasses } from './confusion.js';
import { seriesChart } from './series.js';
import { heading, type Layers, type Look, titled } from './titled.js';

/** A chart of answers: its name in files, a description for people who cannot see it, and its drawing. */
export interface AnswerChart {
  readonly name: 'confusion' | 'calibration' | 'predicted' | 'series' | 'difficulty';
  readonly alt: string;
  /** A caption of one or two sentences. */
  readonly caption: string;
  readonly draw: (look: Look) => Effect<string>;
}

const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;

const percent = (share: number): string => `${Number((100 * share).toFixed(share < 0.1 ? 1 : 0))} %`;

/** Which samples the chart shows, in words. */
const observed = ({ samples, of }: Pick<Answers, 'samples' | 'of'>): string =>
  samples === of
    ? plural(of, 'test sample')
    : `the first ${plural(samples, 'test sample')} of ${of.toLocaleString('en-US')}`;

const plotSide: Readonly<Record<Room, number>> = { wide: 300, narrow: 236 };

/** An axis: its title with the unit, and its ticks. */
interface Scale {
  readonly title: string;
  readonly ticks: Ticks;
}

const axisOf = (field: string, { title, ticks }: Scale) => ({
  field,
  type: 'quantitative' as const,
  title,
  scale: { domain: [...ticks.domain], nice: false, zero: false },
  axis: { values: [...ticks.values], ...numberLabels },
});

/** A plot with a title, lines below it, and layers on two axes. */
const plot = (
  { theme = light, room = 'wide' }: Look,
  title: string,
  lines: readonly string[],
  x: Scale,
  y: Scale,
  layers: (axes: { readonly x: ReturnType<typeof axisOf>; readonly y: ReturnType<typeof axisOf> }) => Layers,
): Chart => {
  const side = plotSide[room];
  const axes = { x: axisOf('x', x), y: axisOf('y', y) };
  // Beside the labels of the axis its title must have room.
  const label = Math.max(...y.ticks.values.map((value) => textWidth(`${Number(value.toPrecision(6))}`)));
  const [left, top] = [Math.max(64, label + 36), heading + 8 + 16 * (lines.length - 1)];
  return {
    spec: {
      ...chartHead(theme),
      width: side,
      height: side,
      layer: [
        // Draws nothing, but keeps the axes if nothing was measured.
        { data: { values: [] }, mark: { type: 'point' }, encoding: axes },
        ...layers(axes),
        ...titled(4 - left, 18 - top, title, lines, theme),
      ],
    },
    frame: {
      width: side,
      height: side,
      margins: {
        left,
        right: Math.max(18, Math.max(...lines.map((line) => textWidth(line))) - left - side + 8),
        top,
        bottom: 50,
      },
    },
  };
};

/** The line of perfect answers. */
const diagonal = (from: number, to: number, axes: object, theme: Theme): Layers => [
  {
    data: {
      values: [
        { x: from, y: from },
        { x: to, y: to },
      ],
    },
    mark: { type: 'line', strokeDash: [5, 4], strokeWidth: 1.2, color: hex(theme.muted) },
    encoding: axes,
  },
];

const calibrationChart = (found: ClassAnswers, look: Look): Chart => {
  const { theme = light } = look;
  const { calibration } = found;
  const all = calibration.reduce((sum, { count }) => sum + count, 0);
  const colour = hex(lineColours(theme).first);
  const share: Ticks = linearTicks(0, 1, 5);
  const values = calibration.map(({ confidence, right, count }) => ({
    x: confidence,
    y: right,
    size: 30 + 370 * (count / all),
  }));
  return plot(
    look,
    'Calibration',
    ['dots: answers about as sure; larger: more of them', 'broken line: as often right as sure'],
    { title: 'mean confidence, 0 to 1', ticks: share },
    { title: 'share that is right, 0 to 1', ticks: share },
    ({ x, y }) => [
      ...diagonal(0, 1, { x, y }, theme),
      { data: { values }, mark: { type: 'line', color: colour, strokeWidth: 1.6 }, encoding: { x, y } },
      {
        data: { values },
        mark: { type: 'circle', color: colour, opacity: 1 },
        encoding: { x, y, size: { field: 'size', type: 'quantitative', scale: null } },
      },
    ],
  );
};

const predictedChart = ({ pairs, count, explained }: NumberAnswers, look: Look): Chart => {
  const { theme = light } = look;
  const all = pairs.flat();
  const ticks = linearTicks(Math.min(...all), Math.max(...all), 5);
  const values = pairs.map(([x, y]) => ({ x, y }));
  return plot(
    look,
    'Predicted against true',
    [
      `${pairs.length === count ? plural(count, 'value') : `${pairs.length.toLocaleString('en-US')} of ${plural(count, 'value')}`}${explained === null ? '' : `; R² ${scoreFigure(explained)}`}`,
      'broken line: as they should be',
    ],
    { title: 'true value', ticks },
    { title: 'predicted value', ticks },
    ({ x, y }) => [
      ...diagonal(ticks.domain[0], ticks.domain[1], { x, y }, theme),
      {
        data: { values },
        mark: {
          type: 'circle',
          color: hex(lineColours(theme).first),
          opacity: pairs.length > 300 ? 0.35 : 0.7,
          size: pairs.length > 300 ? 14 : 26,
        },
        encoding: { x, y },
      },
    ],
  );
};

const difficultyChart = ({ score, bins }: GradedAnswers, better: string, look: Look): Chart => {
  const { theme = light } = look;
  const colour = hex(lineColours(theme).first);
  const ends = bins.flatMap(({ mean, error }) => [mean - error, mean + error]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = 0.08 * (high - low);
  const values = bins.map(({ at, mean, error }) => ({
    x: at,
    y: mean,
    low: mean - error,
    high: mean + error,
  }));
  const across = linearTicks(bins[0].at, bins[bins.length - 1].at, 5);
  const about = linearTicks(Math.max(low - room, low >= 0 ? 0 : low - room), high + room, 5);
  return plot(
    look,
    'Score against difficulty',
    ['dots: means; bars: one standard error', better],
    { title: 'difficulty of a sample, as its task counts it', ticks: across },
    { title: `${wordsOfScore(score)}, mean over samples`, ticks: about },
    ({ x, y }) => [
      { data: { values }, mark: { type: 'line', color: colour, strokeWidth: 1.6 }, encoding: { x, y } },
      {
        data: { values },
        mark: { type: 'rule', color: colour, strokeWidth: 1.4 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
      },
      { data: { values }, mark: { type: 'circle', color: colour, opacity: 1, size: 50 }, encoding: { x, y } },
    ],
  );
};

const placeWords: Readonly<Record<Answers['place'], string>> = {
  pixel: 'pixels',
  step: 'steps',
  sample: 'samples',
  value: 'values',
};

/** The most confused pair of classes, with its share of the true class; null if none is confused. */
const worstPair = ({ classes, confusion }: ClassAnswers): string | null => {
  const shares = confusion.flatMap((row, i) => {
    const all = row.reduce((a, b) => a + b, 0);
    return row.flatMap((count, j) => (i === j || count === 0 ? [] : [{ i, j, share: count / all }]));
  });
  const [most] = shares.sort((a, b) => b.share - a.share);
  return most === undefined
    ? null
    : `most often ${classes[most.i]} is taken for ${classes[most.j]} (${percent(most.share)} of it)`;
};

const ofClasses = (found: ClassAnswers, answers: Answers): readonly AnswerChart[] => {
  const right = shareRight(found);
  if (right === null) return [];
  const worst = worstPair(found);
  const what =
    answers.place === 'sample' ? observed(answers) : `${placeWords[answers.place]} of ${observed(answers)}`;
  const off = calibrationError(found).toFixed(3);
  return [
    ...(found.classes.length > mostClasses
      ? []
      : [
          {
            name: 'confusion' as const,
            alt: `Confusion matrix of ${found.classes.length} classes: ${percent(right)} of ${placeWords[answers.place]} are right${worst === null ? '' : `; ${worst}`}`,
            caption: `Which class is taken for which, over ${what}: ${percent(right)} are right${worst === null ? '' : `; ${worst}`}. Darker on light paper, lighter on dark: a larger share of the true class.`,
            draw: (look: Look) => chartSvg(confusionChart(found, look)),
          },
        ]),
    {
      name: 'calibration',
      alt: `Calibration: how often answers are right against how sure they are; expected calibration error ${off}`,
      caption: `How often an answer is right, against how sure the model is of it, over ${what}. Below the line it is too sure. Expected calibration error ${off}.`,
      draw: (look) => chartSvg(calibrationChart(found, look)),
    },
  ];
};

const ofNumbers = (found: NumberAnswers, answers: Answers): AnswerChart => {
  const words = `mean absolute error ${scoreFigure(found.meanAbsolute)}${found.explained === null ? '' : `, R² ${scoreFigure(found.explained)}`}`;
  return {
    name: 'predicted',
    alt: `Predicted values against true ones: ${words}`,
    caption: `What is predicted against what is true, over ${observed(answers)}: ${words}, in the units of the task. R² is 1 where all is predicted, 0 where the mean would do as well.`,
    draw: (look) => chartSvg(predictedChart(found, look)),
  };
};

const ofSeries = (series: readonly SeriesAnswer[]): AnswerChart => {
  const samples = new Set(series.map(({ sample }) => sample)).size;
  const seen = series.some(({ past }) => past.length > 0);
  return {
    name: 'series',
    alt: `Predicted and true numbers over time, of ${plural(samples, 'test sample')}: the best and the worst`,
    caption: `What is predicted (broken line) and what is true (solid) over time, of test samples with the least and the largest loss${seen ? '; what was seen is left of the upright line' : ''}.`,
    draw: (look) => chartSvg(seriesChart(series, look)),
  };
};

const ofDifficulty = (found: GradedAnswers, answers: Answers): AnswerChart => {
  const [first, last] = [found.bins[0], found.bins[found.bins.length - 1]];
  const words = `${wordsOfScore(found.score)} ${scoreFigure(first.mean)} at difficulty ${Number(first.at.toPrecision(3))}, ${scoreFigure(last.mean)} at ${Number(last.at.toPrecision(3))}`;
  return {
    name: 'difficulty',
    alt: `Score against difficulty: ${words}`,
    caption: `How the score of a sample depends on how hard the task says it is, over ${observed(answers)}: ${words}.`,
    draw: (look) => chartSvg(difficultyChart(found, betterWords(found.better), look)),
  };
};

/**
 * The charts of these answers.
 *
 * @example
 * answerCharts(answers).map(({ name }) => name)   // ['confusion', 'calibration']
 */
export const answerCharts = (answers: Answers): readonly AnswerChart[] => [
  ...(answers.classes === null ? [] : ofClasses(answers.classes, answers)),
  ...(answers.numbers === null ? [] : [ofNumbers(answers.numbers, answers)]),
  ...(answers.series === undefined || answers.series.length === 0 ? [] : [ofSeries(answers.series)]),
  ...(answers.graded === null || answers.graded.bins.length < 2
    ? []
    : [ofDifficulty(answers.graded, answers)]),
];
