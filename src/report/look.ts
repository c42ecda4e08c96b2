/** The look of a picture: its theme, the pixels of a point, and the sizes that all pictures share. */

import { light, type Theme } from './colours.js';
import { above, beside, blank, border, pad, type Raster } from './raster.js';
import { type Lettering, write, writeLines, writeWithin } from './text.js';

export interface Look {
  readonly theme: Theme;
  /** Pixels per point: 1 for a GIF, 2 for a picture that stays sharp on a dense screen. A whole number. */
  readonly density: number;
}

/** Light paper, one pixel per point. */
export const plainLook: Look = { theme: light, density: 1 };

type Role = 'title' | 'label' | 'strong' | 'caption';

const lettering = ({ theme, density }: Look, role: Role): Lettering => {
  switch (role) {
    case 'title':
      return { size: 15 * density, weight: 600, colour: theme.ink, on: theme.paper };
    case 'strong':
      return { size: 12 * density, weight: 600, colour: theme.ink, on: theme.paper };
    case 'label':
      return { size: 12 * density, colour: theme.ink, on: theme.paper };
    case 'caption':
      return { size: 12 * density, colour: theme.muted, on: theme.paper };
  }
};

/** Text in one of the shared roles. */
export const say = (look: Look, role: Role, text: string): Raster => write(text, lettering(look, role));

/** The same, shortened to a width in points. */
export const sayWithin = (look: Look, role: Role, text: string, points: number): Raster =>
  writeWithin(text, points * look.density, lettering(look, role));

/** The same on as many lines as needed at a width in points. */
export const sayLines = (look: Look, role: Role, text: string, points: number): Raster =>
  column(look, ...writeLines(text, points * look.density, lettering(look, role)));

/** Empty paper of a size in points. */
export const space = (look: Look, width: number, height: number): Raster =>
  blank(width * look.density, height * look.density, look.theme.paper);

/** Rasters from left to right on the look's paper. */
export const row = (look: Look, ...rasters: readonly Raster[]): Raster =>
  beside(look.theme.paper)(...rasters);

/** Rasters from top to bottom on the look's paper. */
export const column = (look: Look, ...rasters: readonly Raster[]): Raster =>
  above(look.theme.paper)(...rasters);

/** Pads a raster with paper to a least size in points. */
export const atLeast = (look: Look, width: number, height: number, raster: Raster): Raster => {
  const { paper } = look.theme;
  const wide = beside(paper)(raster, blank(Math.max(0, width * look.density - raster.width), 0, paper));
  return above(paper)(wide, blank(0, Math.max(0, height * look.density - wide.height), paper));
};

/** A hairline around a panel, so that a white panel is distinct from white paper. */
export const framed = (look: Look, raster: Raster): Raster => border(look.theme.line, look.density)(raster);

/** The raster's width in points. */
export const pointsWide = (look: Look, raster: Raster): number => Math.ceil(raster.width / look.density);

/** A list with something inserted between neighbours. */
export const separated = (between: Raster, rasters: readonly Raster[]): readonly Raster[] =>
  rasters.flatMap((r, i) => (i === 0 ? [r] : [between, r]));

/** The finished sheet with its outer margins. */
export const onPaper = ({ theme, density }: Look, sheet: Raster): Raster =>
  pad(theme.paper, { left: 16 * density, right: 16 * density, top: 16 * density, bottom: 12 * density })(
    sheet,
  );
