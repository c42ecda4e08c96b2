/** Legends: of classes or errors, and the colour bar of a wave. */

import { classColour, diverging, type Rgb, voidColourAt } from './colours.js';
import { atLeast, column, framed, type Look, pointsWide, row, say, sayWithin, space } from './look.js';
import { above, blank, type Raster, tabulate } from './raster.js';
import { rangeText, scaleText, type ValueScale } from './scale.js';

/** A colour, or the hatch, with its meaning. */
export interface LegendEntry {
  readonly name: string;
  /** A colour, or a function of the position: the hatch. */
  readonly colour: Rgb | ((x: number, y: number) => Rgb);
}

/** The classes by label, and the hatch for pixels without a class. */
export const classEntries = (
  classes: readonly string[],
  targets: readonly ArrayLike<number>[],
): readonly LegendEntry[] => [
  ...classes.map((name, label) => ({ name, colour: classColour(label) })),
  ...(targets.some((labels) => Array.from(labels).some((label) => label < 0 || label >= classes.length))
    ? [{ name: 'not asked for', colour: (x: number, y: number) => voidColourAt(x >> 1, y >> 1) }]
    : []),
];

const longestName = 150;

const entry = (look: Look, { name, colour }: LegendEntry): Raster => {
  const side = 11 * look.density;
  const swatch = framed(
    look,
    typeof colour === 'function' ? tabulate(side, side, colour) : blank(side, side, colour),
  );
  const text = sayWithin(look, 'caption', name, longestName);
  return row(look, column(look, space(look, 0, 2), swatch), space(look, 6, 0), text, space(look, 16, 0));
};

/** Breaks a sequence into lines no wider than `width`; an item wider than that gets a line of its own. */
const lines = (look: Look, items: readonly Raster[], width: number): readonly (readonly Raster[])[] => {
  const done: Raster[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const wide = pointsWide(look, item);
    if (used + wide > width) {
      done.push([item]);
      used = wide;
    } else {
      done[done.length - 1].push(item);
      used += wide;
    }
  }
  return done;
};

/** The subject, then the entries one after the other, on as many lines as the width (in points) needs. */
export const legend = (
  look: Look,
  subject: string,
  entries: readonly LegendEntry[],
  width: number,
): Raster => {
  const about = atLeast(look, 62, 0, say(look, 'strong', subject));
  const items = [about, ...entries.map((e) => entry(look, e))];
  return column(
    look,
    ...lines(look, items, width).map((line) => column(look, row(look, ...line), space(look, 0, 4))),
  );
};

/**
 * A vertical bar of colours with numbers beside it: at the top, in the middle if there are three, and at the foot.
 *
 * @param colourAt the colour at a share of the height, 0 at the foot and 1 at the top
 * @param height in points
 */
export const scaleBar = (
  look: Look,
  height: number,
  colourAt: (share: number) => Rgb,
  labels: readonly [top: string, foot: string] | readonly [top: string, middle: string, foot: string],
): Raster => {
  const { density } = look;
  const inner = height * density - 2 * density;
  const bar = framed(
    look,
    tabulate(10 * density, inner, (_, y) => colourAt(1 - y / Math.max(1, inner - 1))),
  );
  const texts = labels.map((words) => say(look, 'caption', words));
  const between = Math.max(0, height * density - texts.reduce((sum, text) => sum + text.height, 0));
  const gaps = texts.length - 1;
  const filler = (i: number): Raster =>
    blank(
      0,
      i === gaps - 1 ? between - Math.floor(between / gaps) * (gaps - 1) : Math.floor(between / gaps),
      look.theme.paper,
    );
  const numbers = above(look.theme.paper)(
    ...texts.flatMap((text, i) => (i === gaps ? [text] : [text, filler(i)])),
  );
  return row(look, bar, space(look, 5, 0), atLeast(look, 40, 0, numbers));
};

const stripWide = 34;

/** The colour bar of a panel: a strip from blue to red, with its range. */
export const rangeStrip = (look: Look, scale: ValueScale, width: number): Raster =>
  row(
    look,
    column(
      look,
      space(look, 0, 4),
      framed(
        look,
        tabulate(stripWide * look.density, 7 * look.density, (x) =>
          diverging((2 * x) / (stripWide * look.density - 1) - 1),
        ),
      ),
    ),
    space(look, 6, 0),
    sayWithin(look, 'caption', rangeText(scale), Math.max(60, width - stripWide - 8)),
  );

/** The bar of a wave, from `end` above the centre (top) to `end` below it, with the three numbers; `height` in points. */
export const colourBar = (look: Look, end: number, height: number, centre = 0): Raster =>
  scaleBar(
    look,
    height,
    (share) => diverging(2 * share - 1),
    centre === 0
      ? [`+${scaleText(end)}`, '0', `−${scaleText(end)}`]
      : [`+${scaleText(end)}`, rangeText({ centre, end }).split(' ')[0], `−${scaleText(end)}`],
  );
