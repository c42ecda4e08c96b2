/** Vega-Lite charts as SVG and PNG, without a canvas, all in one look, in light and dark. */

import { Resvg } from '@resvg/resvg-js';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as vega from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import { type Checked, defect, type Effect } from '../base/error.js';
import { hex, rgb, type Theme } from './colours.js';
import { fontFamily, fontOptions } from './font.js';

/** Lines of a chart: distinct in hue and in lightness, also without colour vision. */
export const lineColours = (theme: Theme) =>
  theme.name === 'light'
    ? ({ first: rgb('#0b62a8'), second: rgb('#d0660a'), third: rgb('#7b8291') } as const)
    : ({ first: rgb('#74b8f2'), second: rgb('#f2a154'), third: rgb('#8d95a5') } as const);

/** Fonts, colours and line widths of all charts; no chart sets its own. */
const chartConfig = (theme: Theme): Config => {
  const font = `${fontFamily}, system-ui, sans-serif`;
  const ink = hex(theme.ink);
  const muted = hex(theme.muted);
  const line = hex(theme.line);
  return {
    background: hex(theme.paper),
    font,
    view: { stroke: null },
    title: {
      color: ink,
      fontSize: 13,
      fontWeight: 600,
      anchor: 'start',
      subtitleColor: muted,
      subtitleFontSize: 12,
      subtitlePadding: 4,
    },
    axis: {
      labelColor: muted,
      labelFontSize: 12,
      titleColor: ink,
      titleFontSize: 12,
      titleFontWeight: 400,
      titlePadding: 8,
      gridColor: line,
      domainColor: line,
      tickColor: line,
      labelFlush: false,
    },
    axisX: { grid: false },
    axisY: { domain: false, ticks: false },
    line: { strokeWidth: 2.2, strokeCap: 'round', strokeJoin: 'round' },
    text: { fontSize: 12, color: muted },
  };
};

/** The head of every chart's specification. */
export const chartHead = (theme: Theme) => ({
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json' as const,
  config: chartConfig(theme),
});

/** The head of a chart of several plots; the areas of the plots are aligned, whatever text is around them. */
export const concatHead = (theme: Theme) => ({ ...chartHead(theme), bounds: 'flush' as const });

/**
 * Labels of an axis with given ticks. A `format` alone rounds to the digits of the steps that Vega itself would choose,
 * and writes .15 as 0.1 beside .1.
 */
export const numberLabels = { labelExpr: "format(datum.value, '~g')" } as const;

/** The layout in points: the area of the plots, and the margins for text around it. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly margins: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
}

/** A chart with its size: without a canvas Vega can only guess the width of a text. */
export interface Chart {
  readonly spec: TopLevelSpec;
  readonly frame: Frame;
}

/** Compiles and draws; the same chart always gives the same text. */
export const chartSvg = ({ spec, frame }: Chart): Effect<string> =>
  TE.tryCatch(async () => {
    const { width, height, margins } = frame;
    const compiled = { ...compile(spec).spec, autosize: 'none' as const, padding: margins, width, height };
    const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
    const svg = await view.toSVG();
    view.finalize();
    return svg;
  }, defect);

/** An SVG as the bytes of a PNG in the shipped typeface, `density` pixels per point. */
export const svgPng = (svg: string, density = 2): Checked<Uint8Array> =>
  E.tryCatch(() => {
    const drawn = new Resvg(svg, { font: fontOptions(), fitTo: { mode: 'zoom', value: density } });
    return new Uint8Array(drawn.render().asPng());
  }, defect);
