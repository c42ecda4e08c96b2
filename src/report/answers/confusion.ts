/** The confusion of classes as a square of squares: a row for each true class, a column for each answer. */

import type { ClassAnswers } from '../../experiments/scores/answers.js';
import { type Chart, chartHead } from '../chart.js';
import { hex, light, mix, type Rgb, rgb, type Theme } from '../colours.js';
import { textWidth, withinPoints } from '../figures/layout.js';
import { textAt } from '../figures/parts.js';
import { heading, type Layers, type Look, titled } from './titled.js';

/** With more classes than this the squares would be too small to read. */
export const mostClasses = 40;
const mostCell = 44;
/** The least size of a square with a number in it. */
const readable = 26;
/**
 * A scale from the paper to a colour that is dark on light paper and light on dark paper. It differs only in lightness,
 * so everybody can read it.
 */
const shade = (share: number, theme: Theme): Rgb =>
  mix(theme.paper, theme.name === 'light' ? rgb('#0b4f8a') : rgb('#8cc6f7'), share);

const inkOn = (share: number, theme: Theme): Rgb => (share > 0.55 ? theme.paper : theme.ink);

/** Positions in points, from the top left. */
const inPoints = (size: number) => ({
  type: 'quantitative' as const,
  scale: { domain: [0, size], range: [0, size], nice: false, zero: false },
  axis: null,
});

export const confusionChart = (
  { classes, confusion }: ClassAnswers,
  { theme = light, room = 'wide' }: Look,
): Chart => {
  const most = room === 'wide' ? 560 : 330;
  const names = classes.map((name) => withinPoints(name, room === 'wide' ? 120 : 70));
  const longest = Math.max(...names.map((name) => textWidth(name)));
  const left = longest + 20;
  const cell = Math.max(5, Math.min(mostCell, Math.floor((most - left) / classes.length)));
  const side = cell * classes.length;
  const upright = Math.max(...names.map((name) => textWidth(name, 11))) > cell - 2;
  const written = cell >= readable;
  const lines = ['rows: the true class', `columns: the answer${written ? '; figures: % of the row' : ''}`];
  const top = heading + 18 + (upright ? longest + 8 : 20);
  const letters = Math.min(12, cell + 2);
  const everyLabel = Math.ceil(12 / cell);
  const cells = confusion.flatMap((row, i) => {
    const all = row.reduce((a, b) => a + b, 0);
    return row.map((count, j) => ({ i, j, share: all === 0 ? 0 : count / all }));
  });
  const figure = (share: number): string =>
    share === 0 ? '' : share < 0.005 ? '<1' : `${Math.round(100 * share)}`;
  const figures: Layers = written
    ? cells
        .filter(({ share }) => share > 0)
        .map(({ share, i, j }) =>
          textAt((j + 0.5) * cell, (i + 0.5) * cell, figure(share), inkOn(share, theme), {
            align: 'center',
            size: cell < 34 ? 10 : 12,
          }),
        )
    : [];
  return {
    spec: {
      ...chartHead(theme),
      width: side,
      height: side,
      layer: [
        {
          data: {
            values: cells.map(({ share, i, j }) => ({
              x: j * cell,
              x2: (j + 1) * cell,
              y: i * cell,
              y2: (i + 1) * cell,
              colour: hex(shade(share, theme)),
            })),
          },
          mark: { type: 'rect', stroke: hex(theme.line), strokeWidth: 0.5 },
          encoding: {
            x: { field: 'x', ...inPoints(side) },
            x2: { field: 'x2' },
            y: { field: 'y', ...inPoints(side) },
            y2: { field: 'y2' },
            color: { field: 'colour', type: 'nominal', scale: null },
          },
        },
        ...figures,
        ...names.flatMap((name, k) =>
          k % everyLabel !== 0
            ? []
            : [
                textAt(-8, (k + 0.5) * cell, name, theme.muted, { align: 'right', size: letters }),
                upright
                  ? textAt((k + 0.5) * cell, -8, name, theme.muted, { angle: -90, size: letters })
                  : textAt((k + 0.5) * cell, -12, name, theme.muted, {
                      align: 'center',
                      size: Math.min(11, letters),
                    }),
              ],
        ),
        ...titled(4 - left, 20 - top, 'Confusion of classes', lines, theme),
      ],
    },
    frame: {
      width: side,
      height: side,
      margins: {
        left,
        right: Math.max(8, Math.max(...lines.map((line) => textWidth(line))) - left - side),
        top,
        bottom: 10,
      },
    },
  };
};
