/** A drawing in both themes, as SVG and PNG. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Checked, Effect } from '../../base/error.js';
import type { Files } from '../../files/write-folder.js';
import type { Room } from '../../report/figures/index.js';
import { dark, light, type Picture, svgPicture, svgPng, type Theme } from '../../report/index.js';

/** A drawing as a function of the theme. */
export type Drawing = (theme: Theme) => Effect<string>;

/** Both themes of a drawing. */
export interface BothThemes {
  readonly light: string;
  readonly dark: string;
}

/** Draws in both themes. */
export const inBothThemes = (draw: Drawing): Effect<BothThemes> =>
  pipe(
    TE.Do,
    TE.bind('light', () => draw(light)),
    TE.bind('dark', () => draw(dark)),
  );

/** A drawing for a page and for a phone, in both themes. */
export const themed = (
  drawing: (theme: Theme, room: Room) => ReturnType<Drawing>,
  alt: string,
): Effect<Picture> =>
  pipe(
    TE.Do,
    TE.bind('wide', () => inBothThemes((theme) => drawing(theme, 'wide'))),
    TE.bind('narrow', () => inBothThemes((theme) => drawing(theme, 'narrow'))),
    TE.map(({ wide, narrow }) => ({
      ...svgPicture({ ...wide, alt }),
      narrow: svgPicture({ ...narrow, alt }),
    })),
  );

/** The names of the files of a drawing. */
export const drawingNames = (name: string): readonly string[] =>
  [name, `${name}-dark`].flatMap((file) => [`${file}.svg`, `${file}.png`]);

/** NAME.svg, NAME.png, NAME-dark.svg, NAME-dark.png. */
export const drawingFiles = (name: string, { light: day, dark: night }: BothThemes): Checked<Files> =>
  pipe(
    [
      [name, day],
      [`${name}-dark`, night],
    ] as const,
    E.traverseArray(([file, svg]) =>
      pipe(
        svgPng(svg),
        E.map((png) => [
          [`${file}.svg`, new TextEncoder().encode(svg)] as const,
          [`${file}.png`, png] as const,
        ]),
      ),
    ),
    E.map((all) => Object.fromEntries(all.flat())),
  );
