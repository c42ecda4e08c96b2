/** Pictures of a run of the benchmarks: PNG and SVG. */

import { type Chart, chartSvg, svgPng } from '../../src/report/chart.js';
import { value } from '../cases.js';
import type { Ceiling } from '../ceiling/index.js';
import type { Timed } from '../measure.js';
import { speedChart } from './bars.js';
import { rooflineChart } from './roofline.js';

/** Files of one chart by name. */
export const drawn = async (
  name: string,
  chart: Chart,
): Promise<readonly (readonly [string, string | Uint8Array])[]> => {
  const svg = value(await chartSvg(chart)());
  return [
    [`${name}.svg`, svg],
    [`${name}.png`, value(svgPng(svg))],
  ];
};

export const drawAll = async (
  timed: readonly Timed[],
  ceilings: Readonly<Record<1 | 2, Ceiling>>,
): Promise<readonly (readonly [string, string | Uint8Array])[]> => {
  if (timed.length === 0) return [];
  const roofline = rooflineChart(timed, ceilings);
  return [
    ...(await drawn('speed', speedChart(timed))),
    ...(roofline === undefined ? [] : await drawn('roofline', roofline)),
  ];
};
