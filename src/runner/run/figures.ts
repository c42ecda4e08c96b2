/** The figures of a run's report as a file beside it, so that other pages, such as a sweep's, show the same. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import type { Effect } from '../../base/error.js';
import { ifPresent } from '../../files/files.js';
import type { PanelFigure } from '../../report/index.js';
import { files, writeText } from '../folder/files.js';
import { readChecked, sealed } from '../folder/sealed-json.js';

/** The figures that are kept; null for one that was not drawn. */
export interface Figures {
  readonly waves: PanelFigure | null;
  readonly segmentations: PanelFigure | null;
}

interface Base64Brand {
  readonly Base64: unique symbol;
}

/** It goes into a style sheet as it is, so nothing else may be in it. */
const base64 = t.brand(
  t.string,
  (text): text is t.Branded<string, Base64Brand> => /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  'Base64',
);

const side = t.type({ width: t.number, height: t.number });
const cut = t.type({ x: t.number, y: t.number, width: t.number, height: t.number });

const panel = <C extends t.Mixed>(shows: C) =>
  t.intersection([
    t.type({ name: t.string, shows, wide: side, narrow: side }),
    t.partial({ range: t.string }),
  ]);

const figure = t.type({
  type: t.literal('panels'),
  alt: t.string,
  film: t.union([
    t.null,
    t.type({
      gif: base64,
      width: t.number,
      height: t.number,
      clock: t.intersection([cut, t.type({ from: t.string, to: t.string })]),
    }),
  ]),
  groups: t.readonlyArray(
    t.type({
      name: t.string,
      note: t.string,
      stills: t.readonlyArray(panel(base64)),
      moving: t.readonlyArray(panel(cut)),
    }),
  ),
  keys: t.readonlyArray(
    t.type({
      subject: t.string,
      entries: t.readonlyArray(
        t.type({ name: t.string, colour: t.union([t.null, t.tuple([t.number, t.number, t.number])]) }),
      ),
    }),
  ),
});

const figuresCodec = t.type({
  waves: t.union([t.null, figure]),
  segmentations: t.union([t.null, figure]),
});

/** Writes the figures of the run with this identity, sealed. **Errors** FileError. */
export const writeFigures = (folder: string, figures: Figures, identity: string): Effect<string> =>
  writeText(join(folder, files.figures), `${JSON.stringify(sealed({ ...figures, run: identity }))}\n`);

/** The figures of a run folder; both null where nothing was drawn. **Errors** FileError, DecodeError. */
export const readFigures = (folder: string): Effect<Figures> => {
  const path = join(folder, files.figures);
  return pipe(
    ifPresent(path, readChecked(path, figuresCodec)),
    TE.map((found) => found ?? { waves: null, segmentations: null }),
  );
};
