/** Scores against difficulty: models of one task on one pair of axes, one line for each. */

import type { Effect } from '../../base/error.js';
import type { HardBin } from '../../experiments/scores/answers.js';
import type { Better } from '../../experiments/scores/measures.js';
import { linearTicks } from '../axis.js';
import { type Chart, chartHead, chartSvg, lineColours, numberLabels } from '../chart.js';
import { hex, light, mix, type Rgb, type Theme } from '../colours.js';
import { betterWords } from '../scores.js';
import { wordsOfScore } from '../tables/score-columns.js';
import { pointsOf, type Room, textWidth, withinPoints } from './layout.js';
import { lineBetween, signAt, textAt } from './parts.js';

/** The score of one model on samples of similar difficulty. */
export interface GradedLine {
  readonly name: string;
  readonly bins: readonly HardBin[];
}

/** Models of one task. */
export interface GradedPicture {
  readonly task: string;
  readonly score: string;
  readonly better: Better;
  readonly lines: readonly GradedLine[];
  readonly theme?: Theme;
  readonly room?: Room;
}

/** The most lines that can be distinguished; the models that are best at the hardest samples are drawn. */
export const mostGradedLines = 8;

/** Lines differ in hue, in lightness and in dashes, so that they are distinguishable without colour vision. */
const dashes: readonly (readonly number[])[] = [
  [1, 0],
  [7, 4],
  [2, 4],
];

const colourOf = (i: number, theme: Theme): Rgb => {
  const { first, second, third } = lineColours(theme);
  const base = [first, second, third][i % 3];
  return i < 3 ? base : mix(theme.ink, base, i < 6 ? 0.6 : 0.35);
};

const last = ({ bins }: GradedLine): HardBin => bins[bins.length - 1];

/** Names at the ends of their lines, moved apart so that they do not overlap. */
const apart = (wanted: readonly number[], height: number, step: number): readonly number[] => {
  const order = wanted.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y);
  const placed: number[] = [];
  for (const [k, { y }] of order.entries()) placed.push(k === 0 ? y : Math.max(y, placed[k - 1] + step));
  const over = Math.max(0, (placed.at(-1) ?? 0) - height);
  for (let k = placed.length - 1; k >= 0; k--) {
    const most = k === placed.length - 1 ? placed[k] - over : placed[k + 1] - step;
    placed[k] = Math.min(placed[k], most);
  }
  const out: number[] = [];
  for (const [k, { i }] of order.entries()) out[i] = placed[k];
  return out;
};

/** The chart as data, before it is drawn. */
export const gradedChart = ({
  task,
  score,
  better,
  lines: all,
  theme = light,
  room = 'wide',
}: GradedPicture): Chart => {
  const sign = better === 'more' ? -1 : 1;
  const lines = [...all].sort((a, b) => sign * (last(a).mean - last(b).mean)).slice(0, mostGradedLines);
  const words = wordsOfScore(score);
  const bins = lines.flatMap((line) => line.bins);
  const ends = bins.flatMap(({ mean, error }) => [mean - error, mean + error]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const across = linearTicks(Math.min(...bins.map(({ at }) => at)), Math.max(...bins.map(({ at }) => at)), 5);
  const up = linearTicks(low >= 0 ? Math.max(0, low - 0.05 * (high - low)) : low, high, 5);
  // Names are beside the lines if there is room, else below the axis.
  const beside = room === 'wide';
  const names = lines.map(({ name }) => withinPoints(name, beside ? 240 : 250));
  const right = beside ? Math.max(...names.map((name) => textWidth(name))) + 30 : 16;
  const [left, top] = [58, 62];
  const [width, height] = [Math.min(460, pointsOf[room] - left - right - 8), 250];
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    title: 'difficulty of a sample, as its task counts it',
    scale: { domain: [...across.domain], nice: false, zero: false },
    axis: { values: [...across.values], ...numberLabels },
  };
  const y = {
    field: 'y',
    type: 'quantitative' as const,
    title: `${words}, mean over samples`,
    scale: { domain: [...up.domain], nice: false, zero: false },
    axis: { values: [...up.values], ...numberLabels },
  };
  const placeOf = ([from, to]: readonly number[], value: number): number => (value - from) / (to - from);
  const heights = lines.map((line) => height * (1 - placeOf(up.domain, last(line).mean)));
  const labels = apart(heights, height, 15);
  return {
    spec: {
      ...chartHead(theme),
      width,
      height,
      layer: [
        { data: { values: [] }, mark: { type: 'point' as const }, encoding: { x, y } },
        ...lines.flatMap((line, i) => {
          const colour = colourOf(i, theme);
          const values = line.bins.map(({ at, mean, error }) => ({
            x: at,
            y: mean,
            low: mean - error,
            high: mean + error,
          }));
          return [
            {
              data: { values },
              mark: {
                type: 'line' as const,
                color: hex(colour),
                strokeWidth: 1.8,
                strokeDash: [...dashes[i % dashes.length]],
              },
              encoding: { x, y },
            },
            {
              data: { values },
              mark: { type: 'rule' as const, color: hex(colour), strokeWidth: 1, opacity: 0.6 },
              encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
            },
            {
              data: { values },
              mark: { type: 'circle' as const, color: hex(colour), opacity: 1, size: 26 },
              encoding: { x, y },
            },
            ...(beside
              ? [
                  lineBetween(
                    width * placeOf(across.domain, last(line).at) + 4,
                    heights[i],
                    width + 12,
                    labels[i],
                    colour,
                  ),
                  textAt(width + 16, labels[i], names[i], colour),
                ]
              : [
                  signAt(0, height + 58 + 17 * i, colour, { shape: 'circle', filled: true, size: 40 }),
                  textAt(12, height + 58 + 17 * i, names[i], colour),
                ]),
          ];
        }),
        textAt(4 - left, 16 - top, `${task}: ${words} against difficulty`, theme.ink, {
          bold: true,
          size: 13,
        }),
        textAt(4 - left, 34 - top, `bars: one standard error; ${betterWords(better)}`, theme.muted),
      ],
    },
    frame: { width, height, margins: { left, right, top, bottom: beside ? 50 : 58 + 17 * lines.length } },
  };
};

/** The chart as an SVG. */
export const gradedScores = (picture: GradedPicture): Effect<string> => chartSvg(gradedChart(picture));
