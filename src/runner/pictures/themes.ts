/** A drawing in both themes, as SVG and PNG, beside each other in a folder. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import { writeBytes } from '../../files/files.js';
import { dark, light, svgPng, type Theme } from '../../report/index.js';

/** What a drawing is in one theme. */
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

/** Writes NAME.svg, NAME.png, NAME-dark.svg, NAME-dark.png; gives their paths. **Errors** FileError. */
export const writeDrawing = (
  folder: string,
  name: string,
  { light: day, dark: night }: BothThemes,
): Effect<readonly string[]> =>
  pipe(
    [
      [name, day],
      [`${name}-dark`, night],
    ] as const,
    A.traverse(TE.ApplicativeSeq)(([file, svg]) =>
      pipe(
        TE.fromEither(svgPng(svg)),
        TE.flatMap((png) => writeBytes(join(folder, `${file}.png`), png)),
        TE.flatMap((path) =>
          pipe(
            writeBytes(join(folder, `${file}.svg`), new TextEncoder().encode(svg)),
            TE.map((drawn) => [drawn, path]),
          ),
        ),
      ),
    ),
    TE.map(A.flatten),
  );
