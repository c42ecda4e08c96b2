/** One panel: the differences of each drum's tones from the first drum's. */

import { countTicks, linearTicks, spread } from '../axis.js';
import { hex, light } from '../colours.js';
import { markOf, panelHeight, type TonesPicture, widthOf } from './comparison.js';

const labelHeight = 15;

/** The differences of each drum's tones from the first drum's, tone by tone. */
export const differences = (picture: TonesPicture) => {
  const theme = picture.theme ?? light;
  const [reference, ...rest] = picture.drums;
  const count = reference.tones.length;
  const lines = rest.map(({ drum, tones }, i) => ({
    name: drum.name,
    ...markOf(i + 1, theme),
    points: tones.flatMap(({ heard }, k) => {
      const against = reference.tones[k]?.heard;
      return heard === null || against === null || against === undefined
        ? []
        : [{ tone: k + 1, difference: 100 * (heard.frequency / against.frequency - 1) }];
    }),
  }));
  const values = lines.flatMap(({ points }) => points.map(({ difference }) => difference));
  const ticks = linearTicks(Math.min(0, ...values), Math.max(0, ...values), 5);
  const heightOf = (value: number): number =>
    panelHeight * (1 - (value - ticks.domain[0]) / (ticks.domain[1] - ticks.domain[0]));
  const shown = lines.filter(({ points }) => points.length > 0);
  const labelAt = spread(
    shown.map(({ points }) => heightOf(points[points.length - 1].difference)),
    labelHeight,
    4,
    panelHeight - 4,
  );
  const x = {
    field: 'tone',
    type: 'quantitative' as const,
    title: 'tone, counted from the fundamental',
    scale: { domain: [0.5, count + 0.5], nice: false, zero: false },
    axis: { values: [...countTicks(count, 10)], format: 'd' },
  };
  const y = {
    field: 'difference',
    type: 'quantitative' as const,
    title: null,
    scale: { domain: [...ticks.domain], nice: false },
    axis: { values: [...ticks.values], format: '~f' },
  };
  return {
    width: widthOf(picture),
    height: panelHeight,
    title: {
      text: 'Peak by peak',
      subtitle: `frequency heard less that of the ${reference.drum.name}’s tone, %`,
      offset: 22,
      frame: 'group' as const,
    },
    layer: [
      ...lines.flatMap(({ points, colour, shape }) => [
        {
          data: { values: points },
          mark: { type: 'line' as const, color: hex(colour), strokeWidth: 1.2, opacity: 0.55 },
          encoding: { x, y },
        },
        {
          data: { values: points },
          mark: { type: 'point' as const, shape, filled: true, opacity: 1, size: 52, color: hex(colour) },
          encoding: { x, y },
        },
      ]),
      ...shown.map(({ name, colour }, i) => ({
        data: { values: [{ words: name }] },
        mark: { type: 'text' as const, align: 'left' as const, color: hex(colour), fontWeight: 600 as const },
        encoding: { x: { value: widthOf(picture) + 8 }, y: { value: labelAt[i] }, text: { field: 'words' } },
      })),
    ],
  };
};
