import type { Effect } from '../../base/error.js';
import { linearTicks } from '../axis.js';
import { type Chart, chartSvg, concatHead, lineColours, numberLabels } from '../chart.js';
import { hex, light, type Theme } from '../colours.js';

/** The area of one square, estimated from its sound. */
export interface SquareHeard {
  /** L, in cells. */
  readonly side: number;
  /** From the bin of the first peak. */
  readonly raw: number;
  /** From the first peak between the bins. */
  readonly heard: number;
}

export interface AreaPicture {
  readonly squares: readonly SquareHeard[];
  /** pi^2 (1 - 2 c^2 dt^2) / 12: the relative error that grid and step make is this over L^2. */
  readonly discretisation: number;
  /** Whether panels are stacked, for a window as narrow as a phone's. */
  readonly narrow?: boolean;
  readonly theme?: Theme;
}

const panelWidth = 300;
const panelHeight = 260;
const spacing = 96;
/** The axis of the first panel and the title of the second. */
const narrowSpacing = 128;
const margins = { left: 62, right: 28, top: 78, bottom: 50 };

/** 1, 2, 3 and 5 times powers of ten. */
const niceNumbers = Array.from({ length: 9 }, (_, e) => [1, 2, 3, 5].map((m) => m * 10 ** (e - 2))).flat();

/** Round numbers that cover a range, the outermost just beyond it. */
const logTicks = (low: number, high: number): readonly number[] => {
  const from = niceNumbers.reduce((most, tick) => (tick <= low ? tick : most), niceNumbers[0]);
  const to = niceNumbers.find((tick) => tick >= high) ?? high;
  return niceNumbers.filter((tick) => tick >= from && tick <= to);
};

const measuredPanel = ({ squares }: AreaPicture, theme: Theme) => {
  const { first } = lineColours(theme);
  const areas = squares.map(({ side }) => side * side);
  const ticks = [...logTicks(Math.min(...areas) / 1.1, Math.max(...areas) * 1.1)];
  const domain = [ticks[0], ticks[ticks.length - 1]];
  const scale = { type: 'log' as const, domain, nice: false };
  const x = {
    field: 'area',
    type: 'quantitative' as const,
    title: 'true area L², cells',
    scale,
    axis: { values: ticks, format: 'd' },
  };
  const y = {
    field: 'heard',
    type: 'quantitative' as const,
    title: null,
    scale,
    axis: { values: ticks, format: 'd' },
  };
  return {
    width: panelWidth,
    height: panelHeight,
    title: {
      text: 'Area, heard',
      subtitle: 'c² / (2 f²) from the fundamental f, cells; line: theory',
      offset: 22,
      frame: 'group' as const,
    },
    layer: [
      {
        data: { values: domain.map((area) => ({ area, heard: area })) },
        mark: { type: 'line' as const, color: hex(theme.muted), strokeWidth: 1.4 },
        encoding: { x, y },
      },
      {
        data: { values: squares.map(({ side, heard }) => ({ area: side * side, heard })) },
        mark: { type: 'point' as const, filled: true, opacity: 1, size: 62, color: hex(first) },
        encoding: { x, y },
      },
      {
        data: {
          values: squares.map(({ side, heard }) => ({ area: side * side, heard, words: `L = ${side}` })),
        },
        mark: { type: 'text' as const, align: 'left' as const, dx: 10, dy: 5 },
        encoding: { x, y, text: { field: 'words' } },
      },
    ],
  };
};

/** The key of the marks, where the curve leaves room. */
const key = (theme: Theme) => {
  const { first, second } = lineColours(theme);
  const [left, top, line] = [96, 14, 20];
  const words = (text: string, at: number, colour: string) => ({
    data: { values: [{ text }] },
    mark: { type: 'text' as const, align: 'left' as const, color: colour, fontWeight: 600 as const, dy: 0.5 },
    encoding: { x: { value: left + 18 }, y: { value: top + at * line }, text: { field: 'text' } },
  });
  const sign = (at: number, colour: string, filled: boolean) => ({
    data: { values: [{}] },
    mark: { type: 'point' as const, filled, opacity: 1, size: 58, strokeWidth: 2, color: colour },
    encoding: { x: { value: left + 4 }, y: { value: top + at * line } },
  });
  const dash = {
    data: { values: [{}] },
    mark: { type: 'rule' as const, color: hex(theme.muted), strokeDash: [5, 4], strokeWidth: 1.6 },
    encoding: { x: { value: left - 8 }, x2: { value: left + 13 }, y: { value: top + 2 * line } },
  };
  return [
    sign(0, hex(second), false),
    words('peak at its nearest bin', 0, hex(second)),
    sign(1, hex(first), true),
    words('peak between the bins', 1, hex(first)),
    dash,
    words('what grid and time step do', 2, hex(theme.muted)),
  ];
};

const errorPanel = ({ squares, discretisation }: AreaPicture, theme: Theme) => {
  const { first, second } = lineColours(theme);
  const percent = (area: number, side: number): number => 100 * (area / (side * side) - 1);
  const sides = squares.map(({ side }) => side);
  const [low, high] = [Math.min(...sides) - 1, Math.max(...sides) + 2];
  const stated = (side: number): number => (100 * discretisation) / (side * side);
  const errors = squares.flatMap(({ side, raw, heard }) => [percent(raw, side), percent(heard, side)]);
  const ticks = linearTicks(Math.min(0, ...errors), Math.max(0, ...errors, stated(low)), 5);
  const x = {
    field: 'side',
    type: 'quantitative' as const,
    title: 'side L, cells',
    scale: { domain: [low, high], nice: false, zero: false },
    axis: { values: [...sides], format: 'd' },
  };
  const y = {
    field: 'error',
    type: 'quantitative' as const,
    title: null,
    scale: { domain: [...ticks.domain], nice: false },
    axis: { values: [...ticks.values], ...numberLabels },
  };
  const curve = Array.from({ length: 121 }, (_, i) => low + ((high - low) * i) / 120).map((side) => ({
    side,
    error: stated(side),
  }));
  const points = (pick: (square: SquareHeard) => number, colour: string, filled: boolean) => ({
    data: {
      values: squares.map((square) => ({ side: square.side, error: percent(pick(square), square.side) })),
    },
    mark: { type: 'point' as const, filled, opacity: 1, size: 58, strokeWidth: 2, color: colour },
    encoding: { x, y },
  });
  return {
    width: panelWidth,
    height: panelHeight,
    title: {
      text: 'How far off',
      subtitle: 'heard area less true area, % of the true area',
      offset: 22,
      frame: 'group' as const,
    },
    layer: [
      {
        data: {
          values: [
            { side: low, error: 0 },
            { side: high, error: 0 },
          ],
        },
        mark: { type: 'line' as const, color: hex(theme.muted), strokeWidth: 1 },
        encoding: { x, y },
      },
      {
        data: { values: curve },
        mark: { type: 'line' as const, color: hex(theme.muted), strokeDash: [5, 4], strokeWidth: 1.6 },
        encoding: { x, y },
      },
      points(({ raw }) => raw, hex(second), false),
      points(({ heard }) => heard, hex(first), true),
      ...key(theme),
    ],
  };
};

/** The chart as data, before it is drawn. */
export const areaChart = (picture: AreaPicture): Chart => {
  const { theme = light, narrow = false } = picture;
  const panels = [measuredPanel(picture, theme), errorPanel(picture, theme)];
  return {
    spec: {
      ...concatHead(theme),
      ...(narrow ? { spacing: narrowSpacing, vconcat: panels } : { spacing, hconcat: panels }),
    },
    frame: narrow
      ? { width: panelWidth, height: 2 * panelHeight + narrowSpacing, margins: { ...margins, right: 60 } }
      : { width: 2 * panelWidth + spacing, height: panelHeight, margins },
  };
};

/** The chart as an SVG; `svgPng` makes a PNG of it. */
export const drumAreas = (picture: AreaPicture): Effect<string> => chartSvg(areaChart(picture));
