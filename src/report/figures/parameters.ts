import type { Effect } from '../../base/error.js';
import { linearTicks, logTicks, spread } from '../axis.js';
import { type Chart, chartSvg, concatHead, lineColours, numberLabels } from '../chart.js';
import { hex, light, type Theme } from '../colours.js';
import { known } from '../scores.js';
import { scoreFigure } from '../tables/figures.js';
import { summarise } from '../tables/statistics.js';
import type { Entry } from './entries.js';
import { headOf, type KeyItem } from './key.js';
import { phraseLines, pointsOf, type Room, textWidth, withinPoints } from './layout.js';
import { lineBetween, textAt } from './parts.js';

export interface ParametersPicture {
  readonly entries: readonly Entry[];
  readonly theme?: Theme;
  readonly room?: Room;
}

type Axis = 'foregroundAccuracy' | 'foregroundIou';

const leastHeight = 230;
/** Room for the names to the right of each panel. */
const nameLine = 12;
const between = 24;
const row = 84;
const left = 48;
const edge = 8;

interface Mark {
  readonly parameters: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly label: string;
  readonly wave: boolean;
}

/** The name of a mark, and its rank among labels. */
const labelOf = (entry: Entry, value: number): string => `${entry.name}: ${scoreFigure(value)}`;

/** The number of letters on a line of names; a longer name takes several lines and is never cut. */
const letters: Readonly<Record<Room, number>> = { wide: 30, narrow: 22 };

const nameLines = (label: string, room: Room): readonly string[] => phraseLines(label, letters[room]);

const oursOf = (entry: Entry, axis: Axis): readonly Mark[] => {
  const summary = summarise(entry.runs.map(({ scores }) => scores[axis]).filter(known));
  if (summary === null || entry.parameters === null) return [];
  const sd = summary.sd ?? 0;
  return [
    {
      parameters: entry.parameters / 1000,
      value: summary.mean,
      low: Math.max(0, summary.mean - sd),
      high: Math.min(1, summary.mean + sd),
      label: labelOf(entry, summary.mean),
      wave: entry.family === 'NWM',
    },
  ];
};

const theirsOf = (entry: Entry, axis: Axis): readonly Mark[] => {
  if (entry.published === null || entry.publishedParameters === null) return [];
  const { mean, sd } = entry.published.scores[axis];
  return [
    {
      parameters: entry.publishedParameters / 1000,
      value: mean,
      low: Math.max(0, mean - sd),
      high: Math.min(1, mean + sd),
      label: labelOf(entry, mean),
      wave: entry.family === 'NWM',
    },
  ];
};

/**
 * Models of very different sizes are drawn on a logarithmic axis; on a linear one from 0, models of one size would
 * overlap.
 */
const acrossOf = (sizes: readonly number[], width: number) => {
  const most = Math.max(1e-3, ...sizes);
  const least = Math.min(most, ...sizes);
  const ticks = width < 200 ? 3 : 4;
  if (least > 0 && most > 20 * least)
    return { kind: 'log' as const, ...logTicks(least * 0.8, most * 1.25, ticks) };
  return { kind: 'linear' as const, ...linearTicks(least > most / 3 ? least * 0.96 : 0, most * 1.04, ticks) };
};

/** The axis of a scatter plot need not begin at 0; it covers the points and little more. */
const upOf = (marks: readonly Mark[]) => {
  const low = Math.min(1, ...marks.map((mark) => mark.low));
  const high = Math.max(0, ...marks.map((mark) => mark.high));
  if (marks.length === 0) return linearTicks(0, 1, 5);
  const room = Math.max(0.02, 0.06 * (high - low));
  return linearTicks(Math.max(0, low - room), Math.min(1, high + room), 5);
};

/** The layout in points. */
interface Frame {
  readonly width: number;
  readonly height: number;
  /** The distance from one name to the next. */
  readonly line: number;
  readonly room: Room;
  readonly theme: Theme;
}

const panel = (
  entries: readonly Entry[],
  axis: Axis,
  title: string,
  { width, height, line, room, theme }: Frame,
) => {
  const { first, second } = lineColours(theme);
  const both = entries.map((entry) => ({ ours: oursOf(entry, axis), theirs: theirsOf(entry, axis) }));
  const ours = both.flatMap((one) => one.ours);
  const theirs = both.flatMap((one) => one.theirs);
  const labelled = both.flatMap((one) => (one.ours.length > 0 ? one.ours : one.theirs));
  const across = acrossOf(
    [...ours, ...theirs].map(({ parameters }) => parameters),
    width,
  );
  const up = upOf([...ours, ...theirs]);
  const x = {
    field: 'parameters',
    type: 'quantitative' as const,
    title: 'parameters, thousands',
    scale: { type: across.kind, domain: [...across.domain], nice: false },
    axis: { values: [...across.values], ...numberLabels },
  };
  const y = {
    field: 'value',
    type: 'quantitative' as const,
    title: null,
    scale: { domain: [...up.domain], nice: false, zero: false },
    axis: { values: [...up.values], ...numberLabels },
  };
  const marks = (values: readonly Mark[], colour: string, published: boolean) => [
    {
      data: { values: [...values] },
      mark: { type: 'rule' as const, color: colour, strokeWidth: 1.6 },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
    },
    ...[true, false].map((wave) => ({
      data: { values: values.filter((one) => one.wave === wave) },
      mark: {
        type: 'point' as const,
        shape: wave ? ('diamond' as const) : ('circle' as const),
        filled: !published,
        fill: published ? hex(theme.paper) : colour,
        stroke: colour,
        opacity: 1,
        size: wave ? 110 : 70,
        strokeWidth: 2,
      },
      encoding: { x, y },
    })),
  ];
  const place = across.kind === 'log' ? Math.log : (value: number): number => value;
  const [from, to] = across.domain.map(place);
  const places = labelled.map(({ parameters, value }) => ({
    x: (width * (place(parameters) - from)) / (to - from),
    y: (height * (up.domain[1] - value)) / (up.domain[1] - up.domain[0]),
  }));
  // Of two marks at one height, the right one has the upper name, so that their lines do not cross.
  const nameAt = spread(
    places.map(({ x, y }) => y - (1e-3 * x) / width),
    line,
    -4,
    height - line + 9,
  );
  return {
    width,
    height,
    layer: [
      { data: { values: [] }, mark: { type: 'point' as const }, encoding: { x, y } },
      ...places.map(({ x, y }, i) => lineBetween(x, y, width + 14, nameAt[i], theme.muted)),
      ...marks(theirs, hex(second), true),
      ...marks(ours, hex(first), false),
      ...labelled.flatMap(({ label }, i) =>
        nameLines(label, room).map((words, k) =>
          textAt(width + 18, nameAt[i] + nameLine * k, words, theme.muted, { size: 11 }),
        ),
      ),
      textAt(0, -16, title, theme.ink, { bold: true }),
    ],
  };
};

const keyOf = (entries: readonly Entry[], theme: Theme): readonly KeyItem[] => {
  const { first, second } = lineColours(theme);
  return [
    { words: 'ours', sign: { colour: first, shape: 'circle', filled: true, size: 70 } },
    ...(entries.some((entry) => theirsOf(entry, 'foregroundIou').length > 0)
      ? [{ words: 'published', sign: { colour: second, shape: 'circle' as const, filled: false, size: 70 } }]
      : []),
    ...(entries.some(({ family }) => family === 'NWM')
      ? [
          {
            words: 'waves (NWM)',
            sign: { colour: theme.muted, shape: 'diamond' as const, filled: false, size: 100 },
          },
        ]
      : []),
    { words: 'mean and standard deviation over seeds' },
  ];
};

/** The chart as data, before it is drawn: a row of panels for each task. */
export const parametersChart = ({ entries, theme = light, room = 'wide' }: ParametersPicture): Chart => {
  const tasks = [...new Set(entries.map(({ task }) => task))];
  const columns = room === 'wide' ? 2 : 1;
  const lines = entries.map((entry) => nameLines(labelOf(entry, 0.1234), room));
  const names = 26 + Math.max(60, ...lines.flat().map((words) => textWidth(words, 11)));
  const line = 3 + nameLine * Math.max(1, ...lines.map(({ length }) => length));
  const most = Math.max(1, ...tasks.map((task) => entries.filter((entry) => entry.task === task).length));
  const height = Math.max(leastHeight, line * most + 10);
  const space = names + between + left;
  const width = Math.floor((pointsOf[room] - left - names - 2 * edge - (columns - 1) * space) / columns);
  const frame = { width, height, line, room, theme };
  const head = headOf('Test scores against the size of the model', keyOf(entries, theme), {
    left: edge - left,
    width: pointsOf[room] - 2 * edge,
    above: 34,
    theme,
  });
  const panels = tasks.flatMap((task) => {
    const own = entries.filter((entry) => entry.task === task);
    const short = withinPoints(task, width + names - 130);
    return [
      panel(own, 'foregroundAccuracy', `${short}: foreground accuracy`, frame),
      panel(own, 'foregroundIou', `${short}: foreground IoU`, frame),
    ];
  });
  const rows = panels.length / columns;
  return {
    spec: {
      ...concatHead(theme),
      spacing: { column: space, row },
      columns,
      concat: panels.map((one, i) => (i === 0 ? { ...one, layer: [...one.layer, ...head.layers] } : one)),
    },
    frame: {
      width: columns * width + (columns - 1) * space,
      height: rows * height + Math.max(0, rows - 1) * row,
      margins: { left, right: names + edge, top: head.height + 46, bottom: 48 },
    },
  };
};

/** The chart as an SVG; `svgPng` makes a PNG of it. */
export const parameterScores = (picture: ParametersPicture): Effect<string> =>
  chartSvg(parametersChart(picture));
