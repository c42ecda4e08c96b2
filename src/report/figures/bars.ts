import type { Effect } from '../../base/error.js';
import { publishedScoreNames } from '../../experiments/published/index.js';
import type { Better } from '../../experiments/scores/measures.js';
import { linearTicks } from '../axis.js';
import { type Chart, chartSvg, concatHead, lineColours, numberLabels } from '../chart.js';
import { hex, light, mix, type Theme } from '../colours.js';
import { betterWords, known } from '../scores.js';
import { scoreFigure } from '../tables/figures.js';
import { betterOf, scoreWords } from '../tables/score-columns.js';
import { type Summary, summarise } from '../tables/statistics.js';
import type { Entry } from './entries.js';
import { headOf, type KeyItem } from './key.js';
import { phraseLines, pointsOf, type Room, textWidth, withinPoints } from './layout.js';
import { textAt } from './parts.js';

export interface BarsPicture {
  readonly entries: readonly Entry[];
  /** Default foreground IoU. */
  readonly score?: string;
  /** The direction of a score that an experiment declares. */
  readonly better?: Better;
  readonly theme?: Theme;
  readonly room?: Room;
}

/** The heights in points of a line with a bar, and of a name above its bar. */
const lineHeight = 24;
const nameHeight = 16;
const barHeight = 14;
/** The heights of the name of a task, and of the name of a kind of model. */
const taskHeight = 26;
const familyHeight = 24;
/** Names longer than this are above their bars. */
const longestBeside = 250;
/** Below a panel: the axis and its numbers. */
const spacing = 44;
const edge = 12;

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)];

const valuesOf = ({ runs }: Entry, score: string): readonly number[] =>
  runs.map(({ scores }) => scores[score]).filter(known);

/** The text at the end of a bar's line. */
const figuresOf = ({ runs }: Entry, summary: Summary): string => {
  const spread = summary.sd === null ? '' : ` ± ${scoreFigure(summary.sd)}`;
  const of = summary.count === runs.length ? '' : ` (${summary.count} of ${runs.length})`;
  return `${scoreFigure(summary.mean)}${spread}${of}`;
};

interface Line {
  readonly entry: Entry;
  /** The middle of its bar. */
  readonly at: number;
  readonly summary: Summary | null;
}

interface Panel {
  readonly task: string;
  readonly families: readonly { readonly family: string; readonly at: number }[];
  readonly lines: readonly Line[];
  readonly height: number;
}

/** The layout that all panels share. */
interface Frame {
  readonly score: string;
  readonly declared: boolean;
  readonly theme: Theme;
  /** Whether names are above their bars instead of beside them. */
  readonly above: boolean;
  /** Widths in points: left of the bars, of the bars, and right of them. */
  readonly left: number;
  readonly width: number;
  readonly right: number;
}

/** Labels above bars take as many lines as they need, so that none is cut. */
const nameLines = ({ name }: Entry, room: number): readonly string[] =>
  phraseLines(name, Math.floor(room / textWidth('x')));

/**
 * Lines from top to bottom, by kind of model; `above` is the room for a label above its bar, null for a label beside
 * it.
 */
const placed = (task: string, entries: readonly Entry[], score: string, above: number | null): Panel => {
  let at = taskHeight;
  const families: { family: string; at: number }[] = [];
  const lines: Line[] = [];
  for (const family of distinct(entries.map((entry) => entry.family))) {
    families.push({ family, at: at + familyHeight / 2 });
    at += familyHeight;
    for (const entry of entries.filter((one) => one.family === family)) {
      const name = above === null ? 0 : nameHeight * nameLines(entry, above).length;
      lines.push({ entry, at: at + name + lineHeight / 2, summary: summarise(valuesOf(entry, score)) });
      at += name + lineHeight;
    }
  }
  return { task, families, lines, height: at + 4 };
};

const publishedOf = ({ published }: Entry, score: string) => {
  const name = publishedScoreNames.find((one) => one === score);
  return name === undefined ? null : (published?.scores[name] ?? null);
};

/** The axis includes 0 and all marks. */
const ticksOf = (lines: readonly Line[], score: string, declared: boolean, width: number) => {
  const furthest = lines.flatMap(({ entry, summary }) => {
    const theirs = publishedOf(entry, score);
    return [summary?.max ?? 0, theirs === null ? 0 : theirs.mean + theirs.sd];
  });
  const highest = Math.max(0, ...furthest);
  const lowest = Math.min(0, ...lines.map(({ summary }) => summary?.min ?? 0));
  // Scores of classes other than a loss are at most 1, even if a published spread exceeds it; declared scores have
  // any size.
  const isShare = !declared && betterOf(score) === 'more';
  return linearTicks(lowest, isShare ? Math.min(1, highest) : highest, width < 300 ? 3 : 5);
};

const panelOf = ({ task, families, lines, height }: Panel, frame: Frame) => {
  const { score, declared, theme, above, left, width } = frame;
  const { first, second } = lineColours(theme);
  const ticks = ticksOf(lines, score, declared, width);
  const x = {
    field: 'value',
    type: 'quantitative' as const,
    title: null,
    scale: { domain: [...ticks.domain], nice: false, clamp: true },
    axis: { values: [...ticks.values], ...numberLabels, grid: true, domain: false, ticks: false },
  };
  const y = {
    field: 'at',
    type: 'quantitative' as const,
    scale: { domain: [0, height], range: [0, height], nice: false, zero: false },
    axis: null,
  };
  const columns = lines.flatMap(({ at, summary }) =>
    summary === null
      ? []
      : [{ at: at - barHeight / 2, to: at + barHeight / 2, value: summary.mean, zero: 0 }],
  );
  const dots = lines.flatMap(({ entry, at }) =>
    valuesOf(entry, score).map((value) => ({ at: at - 3, value })),
  );
  const theirs = lines.flatMap(({ entry, at }) => {
    const found = publishedOf(entry, score);
    return found === null
      ? []
      : [
          {
            at: at + 3,
            value: found.mean,
            low: Math.max(0, found.mean - found.sd),
            high: found.mean + found.sd,
          },
        ];
  });
  return {
    width,
    height,
    layer: [
      { data: { values: [] }, mark: { type: 'point' as const }, encoding: { x, y } },
      {
        data: { values: columns },
        mark: { type: 'rect' as const, color: hex(mix(theme.paper, first, 0.55)) },
        encoding: { x: { ...x, field: 'zero' }, x2: { field: 'value' }, y, y2: { field: 'to' } },
      },
      {
        data: { values: dots },
        mark: { type: 'point' as const, filled: true, size: 22, opacity: 1, color: hex(first) },
        encoding: { x, y },
      },
      {
        data: { values: theirs },
        mark: { type: 'rule' as const, color: hex(second), strokeWidth: 1.6 },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
      },
      {
        data: { values: theirs },
        mark: {
          type: 'point' as const,
          shape: 'diamond' as const,
          filled: true,
          size: 56,
          opacity: 1,
          color: hex(second),
          stroke: hex(theme.paper),
          strokeWidth: 1,
        },
        encoding: { x, y },
      },
      textAt(-left, 10, withinPoints(task, left + width, 13), theme.ink, { bold: true, size: 13 }),
      ...families.map(({ family, at }) =>
        textAt(-left, at + 2, withinPoints(family, left + width), theme.ink),
      ),
      ...lines.flatMap(({ entry, at, summary }) => [
        ...(above
          ? nameLines(entry, left + width + frame.right).map((words, i, { length }) =>
              textAt(-left, at - lineHeight / 2 - nameHeight * (length - i - 0.5) + 3, words, theme.muted),
            )
          : [textAt(-10, at, entry.name, theme.muted, { align: 'right' })]),
        // A missing score is named, so that a missing bar is not taken for 0.
        summary === null
          ? textAt(6, at, entry.runs.length === 0 ? 'no finished run' : 'no such score', theme.muted, {
              size: 11,
            })
          : textAt(width + 10, at, figuresOf(entry, summary), theme.ink),
      ]),
    ],
  };
};

/** A single seed has no deviation. */
const meanWords = (entries: readonly Entry[]): string =>
  `mean over seeds, in figures${entries.some(({ runs }) => runs.length > 1) ? ' with its standard deviation' : ''}`;

const keyOf = (entries: readonly Entry[], score: string, theme: Theme): readonly KeyItem[] => {
  const { first, second } = lineColours(theme);
  const faint = mix(theme.paper, first, 0.55);
  return [
    {
      words: meanWords(entries),
      sign: { colour: faint, shape: 'square', filled: true, size: 130 },
    },
    { words: 'each seed', sign: { colour: first, shape: 'circle', filled: true, size: 26 } },
    ...(entries.some((entry) => publishedOf(entry, score) !== null)
      ? [
          {
            words: 'published, ± standard deviation',
            sign: { colour: second, shape: 'diamond' as const, filled: true },
          },
        ]
      : []),
  ];
};

/** The chart as data, before it is drawn: a panel for each task. */
export const barsChart = ({
  entries,
  score = 'foregroundIou',
  better,
  theme = light,
  room = 'wide',
}: BarsPicture): Chart => {
  const longestName = Math.max(0, ...entries.map(({ name }) => textWidth(name)));
  const above = room === 'narrow' || longestName > longestBeside;
  const summaries = entries.map((entry) => ({ entry, summary: summarise(valuesOf(entry, score)) }));
  const right =
    14 +
    Math.max(
      60,
      ...summaries.map(({ entry, summary }) => (summary === null ? 0 : textWidth(figuresOf(entry, summary)))),
    );
  const heads = entries.flatMap(({ task, family }) => [textWidth(task, 13.5), textWidth(family)]);
  const left = above
    ? 0
    : Math.min(longestBeside, Math.max(90, longestName + 10, ...heads.map((w) => w + 6)));
  const width = pointsOf[room] - 2 * edge - left - right;
  const frame = { score, declared: better !== undefined, theme, above, left, width, right };
  const panels = distinct(entries.map(({ task }) => task)).map((task) =>
    placed(
      task,
      entries.filter((entry) => entry.task === task),
      score,
      above ? left + width + right : null,
    ),
  );
  const direction = betterOf(score, better === undefined ? {} : { [score]: better });
  const title = scoreWords(score);
  const head = headOf(
    `${title[0].toUpperCase()}${title.slice(1)}${direction === null ? '' : `: ${betterWords(direction)}`}`,
    keyOf(entries, score, theme),
    {
      left: -left,
      width: pointsOf[room] - 2 * edge,
      above: 12,
      theme,
    },
  );
  return {
    spec: {
      ...concatHead(theme),
      spacing,
      vconcat: panels.map((panel, i) => {
        const one = panelOf(panel, frame);
        return i === 0 ? { ...one, layer: [...one.layer, ...head.layers] } : one;
      }),
    },
    frame: {
      width,
      height: panels.reduce((sum, { height }) => sum + height, 0) + Math.max(0, panels.length - 1) * spacing,
      margins: { left: left + edge, right: right + edge, top: head.height + 24, bottom: 30 },
    },
  };
};

/** The chart as an SVG; `svgPng` makes a PNG of it. */
export const scoreBars = (picture: BarsPicture): Effect<string> => chartSvg(barsChart(picture));
