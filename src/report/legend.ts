/** What the colours mean: a legend of classes or errors, and the colour bar of a wave. */

import { diverging, type Rgb } from './colours.js';
import { atLeast, column, framed, type Look, pointsWide, row, say, sayWithin, space } from './look.js';
import { above, blank, type Raster, tabulate } from './raster.js';
import { scaleText } from './scale.js';

export interface LegendEntry {
  readonly name: string;
  readonly colour: Rgb;
}

const longestName = 150;

const entry = (look: Look, { name, colour }: LegendEntry): Raster => {
  const swatch = framed(look, blank(11 * look.density, 11 * look.density, colour));
  const text = sayWithin(look, 'caption', name, longestName);
  return row(look, column(look, space(look, 0, 2), swatch), space(look, 6, 0), text, space(look, 16, 0));
};

/** Breaks a sequence into lines no wider than `width`; what alone is wider gets a line of its own. */
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

/** What it is about, then the entries one after the other, in as many lines as the width (in points) takes. */
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

/** A vertical bar from +scale (top) to -scale, with the three numbers beside it; `height` in points. */
export const colourBar = (look: Look, scale: number, height: number): Raster => {
  const { density } = look;
  const inner = height * density - 2 * density;
  const bar = framed(
    look,
    tabulate(10 * density, inner, (_, y) => diverging(1 - (2 * y) / Math.max(1, inner - 1))),
  );
  const text = (words: string): Raster => say(look, 'caption', words);
  const top = text(`+${scaleText(scale)}`);
  const middle = text('0');
  const bottom = text(`−${scaleText(scale)}`);
  const between = Math.max(0, height * density - top.height - middle.height - bottom.height);
  const filler = (share: number): Raster => blank(0, share, look.theme.paper);
  const numbers = above(look.theme.paper)(
    top,
    filler(Math.floor(between / 2)),
    middle,
    filler(Math.ceil(between / 2)),
    bottom,
  );
  return row(look, bar, space(look, 5, 0), atLeast(look, 40, 0, numbers));
};
