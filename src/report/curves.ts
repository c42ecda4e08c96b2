import type { Effect } from '../base/error.js';
import { countTicks, linearTicks, spread, type Ticks } from './axis.js';
import { type Chart, chartSvg, concatHead, lineColours, numberLabels } from './chart.js';
import { hex, light, type Rgb, type Theme } from './colours.js';
import { betterWords, type EpochScores, known, type OwnLine, type Score } from './scores.js';
import { wordsOfScore } from './tables/score-columns.js';

export interface CurvesPicture {
  readonly epochs: readonly EpochScores[];
  /** The epoch whose weights were kept; marked when given. */
  readonly best?: number;
  /** The loss and its unit; default the mean cross-entropy in nats a pixel. */
  readonly lossUnit?: string;
  /** The scores that are drawn, one panel for each, at most three; default: those of segmentation in one panel. */
  readonly own?: readonly OwnLine[];
  /** Whether panels are stacked, for a window as narrow as a phone's. */
  readonly narrow?: boolean;
  readonly theme?: Theme;
}

/** One line of a panel. */
interface Series {
  readonly name: string;
  readonly colour: Rgb;
  readonly dash: readonly number[];
  readonly of: (scores: EpochScores) => Score;
}

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly ticks: (values: readonly number[]) => Ticks;
  readonly series: readonly Series[];
}

const widePanel = 296;
const narrowPanel = 150;
const panelHeight = 220;
/** Wide enough for the names of lines in any viewer's font: the typeface is not in the SVG. */
const margins = { left: 40, right: 194, top: 76, bottom: 46 };
/** Room between the panels: the line names of the first and the axis labels of the second. */
const spacing = 160;
/** The same if panels are below each other: the title of the second. */
const narrowSpacing = 126;
/** With more epochs than this the dots would overlap. */
const mostDots = 30;
const labelHeight = 15;

const mostOwn = 3;
/** Panels side by side. */
const mostColumns = 2;

const ticksFromZero = (values: readonly number[]): Ticks =>
  linearTicks(Math.min(0, ...values), Math.max(0, ...values), 5);

/** Declared scores may differ in size, so they share no axis. */
const ownPanels = (theme: Theme, own: readonly OwnLine[]): readonly Panel[] =>
  own.slice(0, mostOwn).map(({ name, better }) => ({
    title: wordsOfScore(name),
    unit: `on the validation samples; ${betterWords(better)}`,
    ticks: ticksFromZero,
    series: [
      {
        name: 'validation',
        colour: lineColours(theme).first,
        dash: [1, 0],
        of: (e) => e.validation?.[name],
      },
    ],
  }));

const panels = (theme: Theme, lossUnit: string, own: readonly OwnLine[] | undefined): readonly Panel[] => {
  const { first, second, third } = lineColours(theme);
  const solid = [1, 0];
  const dashed = [6, 4];
  const dotted = [1, 4];
  const loss: Panel = {
    title: 'Loss',
    unit: lossUnit,
    ticks: ticksFromZero,
    series: [
      { name: 'training', colour: second, dash: dashed, of: (e) => e.train?.loss },
      { name: 'validation', colour: first, dash: solid, of: (e) => e.validation?.loss },
    ],
  };
  if (own !== undefined) return [loss, ...ownPanels(theme, own)];
  return [
    loss,
    {
      title: 'Scores on the validation images',
      unit: 'share, 0 to 1',
      ticks: () => linearTicks(0, 1, 5),
      series: [
        { name: 'foreground IoU', colour: first, dash: solid, of: (e) => e.validation?.foregroundIou },
        {
          name: 'foreground accuracy',
          colour: second,
          dash: dashed,
          of: (e) => e.validation?.foregroundAccuracy,
        },
        { name: 'foreground ARI', colour: third, dash: dashed, of: (e) => e.validation?.foregroundAri },
        { name: 'accuracy, all pixels', colour: third, dash: dotted, of: (e) => e.validation?.accuracy },
      ],
    },
  ];
};

interface Line extends Series {
  readonly points: readonly { readonly epoch: number; readonly value: number }[];
}

const lineOf =
  (epochs: readonly EpochScores[]) =>
  (series: Series): readonly Line[] => {
    const points = epochs.flatMap((e) => {
      const value = series.of(e);
      return known(value) ? [{ epoch: e.epoch, value }] : [];
    });
    return points.length === 0 ? [] : [{ ...series, points }];
  };

const bestMark = (best: number, x: object, nearRight: boolean, theme: Theme) => {
  const data = { values: [{ epoch: best, words: `best: epoch ${best}` }] };
  return [
    {
      data,
      mark: { type: 'rule' as const, strokeDash: [2, 3], strokeWidth: 1.2, color: hex(theme.muted) },
      encoding: { x },
    },
    {
      data,
      mark: {
        type: 'text' as const,
        align: nearRight ? ('right' as const) : ('left' as const),
        dx: nearRight ? 4 : -4,
        dy: -8,
      },
      encoding: { x, y: { value: 0 }, text: { field: 'words' } },
    },
  ];
};

/** Two decimals; a number that would then be 0 has two digits. */
const endText = (value: number): string =>
  value !== 0 && Math.abs(value) < 0.01 ? value.toPrecision(2) : value.toFixed(2);

const drawPanel = (picture: CurvesPicture, { title, unit, series, ticks }: Panel) => {
  const theme = picture.theme ?? light;
  const { epochs, best, narrow = false } = picture;
  const panelWidth = narrow ? narrowPanel : widePanel;
  const lines = series.flatMap(lineOf(epochs));
  const last = epochs.reduce((most, e) => Math.max(most, e.epoch), 2);
  const { domain, values } = ticks(lines.flatMap((l) => l.points.map((p) => p.value)));
  const ends = lines.map((l) => l.points[l.points.length - 1]);
  const heightOf = (value: number): number =>
    panelHeight * (1 - (value - domain[0]) / (domain[1] - domain[0]));
  const labelAt = spread(
    ends.map((e) => heightOf(e.value)),
    labelHeight,
    4,
    panelHeight - 4,
  );
  const x = {
    field: 'epoch',
    type: 'quantitative' as const,
    title: 'epoch',
    // A little room on the left keeps the first dot off the axis labels.
    scale: { domain: [1 - 0.03 * last, last], nice: false, zero: false },
    axis: { values: [...countTicks(last, narrow ? 4 : 6)], format: 'd' },
  };
  const y = {
    field: 'value',
    type: 'quantitative' as const,
    title: null,
    scale: { domain: [...domain], nice: false },
    axis: { values: [...values], ...numberLabels },
  };
  // Draws nothing, but keeps the axes if nothing was measured.
  const frameOnly = { data: { values: [] }, mark: { type: 'point' as const }, encoding: { x, y } };
  const drawn = lines.map((l) => ({
    data: { values: [...l.points] },
    mark: {
      type: 'line' as const,
      color: hex(l.colour),
      strokeDash: [...l.dash],
      ...(epochs.length <= mostDots ? { point: { size: 20, color: hex(l.colour), opacity: 1 } } : {}),
    },
    encoding: { x, y },
  }));
  const names = lines.map((l, i) => ({
    data: { values: [{ words: `${endText(ends[i].value)}  ${l.name}` }] },
    mark: { type: 'text' as const, align: 'left' as const, color: hex(l.colour), fontWeight: 600 as const },
    encoding: {
      x: { value: panelWidth + 10 },
      y: { value: labelAt[i] },
      text: { field: 'words' },
    },
  }));
  return {
    width: panelWidth,
    height: panelHeight,
    title: { text: title, subtitle: unit, offset: 22 },
    layer: [
      frameOnly,
      ...(best === undefined ? [] : bestMark(best, x, best > 0.6 * last, theme)),
      ...drawn,
      ...names,
    ],
  };
};

/** The chart as data, before it is drawn. Without validation images there are no scores, and no panel for them. */
export const learningCurvesChart = (picture: CurvesPicture): Chart => {
  const { epochs, narrow = false, theme = light } = picture;
  const [loss, ...others] = panels(
    theme,
    picture.lossUnit ?? 'mean cross-entropy, nats per pixel',
    picture.own,
  );
  const shown = [loss, ...others.filter(({ series }) => series.flatMap(lineOf(epochs)).length > 0)];
  const columns = narrow ? 1 : Math.min(mostColumns, shown.length);
  const rows = Math.ceil(shown.length / columns);
  return {
    spec: {
      ...concatHead(theme),
      spacing: { row: narrowSpacing, column: spacing },
      columns,
      concat: shown.map((panel) => drawPanel(picture, panel)),
    },
    frame: {
      width: narrow ? narrowPanel : columns * widePanel + (columns - 1) * spacing,
      height: rows * panelHeight + (rows - 1) * narrowSpacing,
      margins,
    },
  };
};

/**
 * The chart as an SVG; `svgPng` makes a PNG of it.
 *
 * @example
 * learningCurves({ epochs: [{ epoch: 1, train: { loss: 0.9 }, validation: { loss: 0.8 } }], best: 1 })
 */
export const learningCurves = (picture: CurvesPicture): Effect<string> =>
  chartSvg(learningCurvesChart(picture));
