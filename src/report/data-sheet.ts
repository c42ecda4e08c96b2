/** A contact sheet of a task's data, with the meaning of its colours, as the bytes of a PNG. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, defect } from '../base/error.js';
import { contactSheet } from '../data/contact-sheet.js';
import { type Dataset, masksOf, type Split } from '../data/dataset.js';
import { light } from './colours.js';
import { classEntries, legend } from './legend.js';
import { atLeast, column, type Look, pointsWide, row, space } from './look.js';
import { encodePng } from './png.js';

/** A legend needs room for a few names, whatever the images are. */
const narrowest = 320;

const mostClasses = 24;

/**
 * Some images of a split, each beside its mask, with a legend of the classes below.
 *
 * **Errors** Defect.
 */
export const dataSheetPng = (
  split: Split,
  { classes }: Pick<Dataset, 'classes'>,
  indices: readonly number[],
): Checked<Uint8Array> =>
  E.tryCatch(() => {
    const { width, height, pixels } = contactSheet(split, { indices });
    const sheet = { width, height, rgb: pixels };
    const look: Look = { theme: light, density: width >= 2 * narrowest ? 2 : 1 };
    const wide = Math.max(narrowest, pointsWide(look, sheet)) - 8;
    const labels = masksOf(split, indices);
    const entries = classEntries(classes, [labels]);
    // The classes in the key: all, or, of very many, only those in the picture.
    const shown =
      classes.length <= mostClasses
        ? entries
        : entries.filter((_, label) => label >= classes.length || labels.includes(label));
    const key = legend(look, 'classes', shown, wide);
    const below = row(look, space(look, 4, 0), column(look, space(look, 0, 6), key, space(look, 0, 6)));
    return encodePng(column(look, atLeast(look, 0, 0, sheet), below));
  }, defect);
