import type { Effect } from '../../base/error.js';
import { countTicks, linearTicks } from '../axis.js';
import { type Chart, chartSvg, concatHead, lineColours, numberLabels } from '../chart.js';
import { hex, light, type Theme } from '../colours.js';
import { type EpochScores, known, type Score } from '../scores.js';
import { wordsOfScore } from '../tables/score-columns.js';
import { summarise } from '../tables/statistics.js';
import type { Entry } from './entries.js';
import { headOf } from './key.js';
import { phraseLines, pointsOf, type Room, textWidth, withinPoints } from './layout.js';
import { textAt } from './parts.js';

export interface CoursesPicture {
  readonly entries: readonly Entry[];
  /** Default foreground IoU on the validation images. */
  readonly score?: string;
  readonly theme?: Theme;
  readonly room?: Room;
}

const height = 104;
const column = 34;
const mostColumns: Readonly<Record<Room, number>> = { wide: 5, narrow: 2 };
const margins = { left: 44, right: 22, bottom: 44 };
const nameLine = 15;
/** The size of plain letters as wide as the bold ones of names. */
const boldSize = 14.5;

const words: Readonly<Record<string, string>> = {
  foregroundIou: 'Foreground IoU on the validation images',
  foregroundAccuracy: 'Foreground accuracy on the validation images',
  iou: 'IoU on the validation images',
  // The accuracy over pixels, images or sequences, whatever the task classifies.
  accuracy: 'Accuracy on the validation samples',
  loss: 'Loss on the validation samples',
  trainLoss: 'Loss on the training samples',
};

const wordsOf = (score: string): string => {
  if (Object.hasOwn(words, score)) return words[score];
  const own = wordsOfScore(score);
  return `${own[0].toUpperCase()}${own.slice(1)} on the validation samples`;
};

const pointOf = (epoch: EpochScores, score: string): Score =>
  score === 'trainLoss' ? epoch.train?.loss : epoch.validation?.[score];

interface Point {
  readonly epoch: number;
  readonly value: number;
}

const linesOf = ({ courses }: Entry, score: string): readonly (readonly Point[])[] =>
  courses
    .map(({ epochs }) =>
      epochs.flatMap((epoch) => {
        const value = pointOf(epoch, score);
        return known(value) ? [{ epoch: epoch.epoch, value }] : [];
      }),
    )
    .filter((points) => points.length > 0);

/**
 * Mean, least and greatest over the seeds, for epochs that all of them reached, since otherwise the mean would jump
 * when one ends.
 */
export const bandOf = (lines: readonly (readonly Point[])[]) => {
  const shared = lines.map((points) => new Map(points.map(({ epoch, value }) => [epoch, value])));
  return (lines[0] ?? []).flatMap(({ epoch }) => {
    const values = shared.flatMap((one) => one.get(epoch) ?? []);
    const summary = values.length === lines.length ? summarise(values) : null;
    return summary === null ? [] : [{ epoch, value: summary.mean, low: summary.min, high: summary.max }];
  });
};

/** The number of seeds that are drawn, and of those that have nothing to draw. */
const seedWords = ({ task, courses }: Entry, drawn: number): string => {
  if (courses.length === 0) return `${task} · no run yet`;
  const seeds = `${drawn} ${drawn === 1 ? 'seed' : 'seeds'}`;
  return `${task} · ${drawn === courses.length ? seeds : `${drawn} of ${courses.length} seeds`}`;
};

/** The name of an experiment above its panel, on as many lines as it needs; a path that is too long is broken at a slash. */
const nameLines = (entry: Entry, width: number): readonly string[] => {
  const most = Math.floor((width + column - 8) / textWidth('x', boldSize));
  return phraseLines(entry.name, most).flatMap((line) => {
    const slash = line.length > most ? line.lastIndexOf('/', most - 1) : -1;
    return slash < 0 ? [line] : [line.slice(0, slash + 1), line.slice(slash + 1)];
  });
};

const panel = (
  entry: Entry,
  score: string,
  last: number,
  ticks: ReturnType<typeof linearTicks>,
  /** The left margin of a row, whose panels share their labels. */
  first: boolean,
  width: number,
  theme: Theme,
) => {
  const names = nameLines(entry, width);
  const { first: colour } = lineColours(theme);
  const lines = linesOf(entry, score);
  const band = bandOf(lines);
  const x = {
    field: 'epoch',
    type: 'quantitative' as const,
    title: 'epoch',
    scale: { domain: [1, Math.max(2, last)], nice: false, zero: false },
    axis: { values: [...countTicks(last, 3)], format: 'd', titlePadding: 3 },
  };
  const y = {
    field: 'value',
    type: 'quantitative' as const,
    title: null,
    scale: { domain: [...ticks.domain], nice: false },
    axis: { values: [...ticks.values], ...numberLabels, labels: first },
  };
  return {
    width,
    height,
    layer: [
      { data: { values: [] }, mark: { type: 'point' as const }, encoding: { x, y } },
      {
        data: { values: band },
        mark: { type: 'area' as const, color: hex(colour), opacity: 0.22 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
      },
      ...lines.map((points) => ({
        data: { values: [...points] },
        mark: {
          type: 'line' as const,
          color: hex(colour),
          strokeWidth: 0.9,
          opacity: 0.65,
          ...(points.length === 1 ? { point: { size: 22, color: hex(colour) } } : {}),
        },
        encoding: { x, y },
      })),
      { data: { values: band }, mark: { type: 'line' as const, color: hex(colour) }, encoding: { x, y } },
      ...names.map((name, i) =>
        textAt(0, -22 - nameLine * (names.length - 1 - i), name, theme.ink, { bold: true }),
      ),
      textAt(0, -8, withinPoints(seedWords(entry, lines.length), width + column - 6, 11), theme.muted, {
        size: 11,
      }),
    ],
  };
};

/** The chart as data, before it is drawn. */
export const coursesChart = ({
  entries,
  score = 'foregroundIou',
  theme = light,
  room = 'wide',
}: CoursesPicture): Chart => {
  const all = entries.flatMap((entry) => linesOf(entry, score)).flat();
  const last = all.reduce((most, { epoch }) => Math.max(most, epoch), 2);
  const values = all.map(({ value }) => value);
  const ticks = linearTicks(Math.min(0, ...values), Math.max(0, ...values), 4);
  const columns = Math.min(mostColumns[room], Math.max(1, entries.length));
  const across = pointsOf[room] - margins.left - margins.right;
  const width = Math.min(240, Math.floor((across - column * (columns - 1)) / columns));
  const rows = Math.max(1, Math.ceil(entries.length / columns));
  const names = Math.max(1, ...entries.map((entry) => nameLines(entry, width).length));
  const row = 62 + nameLine * names;
  const head = headOf(
    wordsOf(score),
    [{ words: 'thick: mean over seeds; band: from the least to the greatest; thin: each seed' }],
    { left: 0, width: across, above: 22 + nameLine * names, theme },
  );
  return {
    spec: {
      ...concatHead(theme),
      spacing: { row, column },
      columns,
      concat: entries.map((entry, i) => {
        const one = panel(entry, score, last, ticks, i % columns === 0, width, theme);
        return i === 0 ? { ...one, layer: [...one.layer, ...head.layers] } : one;
      }),
    },
    frame: {
      // At least as wide as the text above, even with few panels.
      width: Math.max(Math.min(430, across), columns * width + (columns - 1) * column),
      height: rows * height + (rows - 1) * row,
      margins: { ...margins, top: head.height + 32 + nameLine * names },
    },
  };
};

/** The chart as an SVG; `svgPng` makes a PNG of it. */
export const seedCourses = (picture: CoursesPicture): Effect<string> => chartSvg(coursesChart(picture));
