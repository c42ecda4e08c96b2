/**
 * A contact sheet of arrays: sequences as strips, fields and films as pictures, numbers as text; as the bytes of a PNG.
 */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, defect } from '../base/error.js';
import type { ArrayForm, ArrayValues } from '../data/arrays.js';
import { arrayPanel, colouringOf, panelName, panelSizes, rangeOf, valueWords } from './array-panels.js';
import { classEntries, legend } from './legend.js';
import { column, framed, plainLook, pointsWide, row, say, space } from './look.js';
import { encodePng } from './png.js';
import { type Raster, scaleUp } from './raster.js';

/** The least width of a legend, and the most classes in it. */
const [narrowest, mostClasses] = [320, 24];

const enlarged = (raster: Raster, size: number): Raster =>
  scaleUp(Math.max(1, Math.floor(size / Math.max(raster.width, raster.height))))(raster);

/**
 * Samples one below the other: first the numbers, with the names of classes, then each array under its name, with the
 * range of its colours. An array has one scale in all samples. A legend below lists the coloured classes.
 *
 * **Errors** Defect.
 */
export const arraySheetPng = (
  forms: Readonly<Record<string, ArrayForm>>,
  values: ArrayValues,
  count: number,
): Checked<Uint8Array> =>
  E.tryCatch(() => {
    const look = plainLook;
    const names = Object.keys(forms);
    const sizes = new Map(names.map((name) => [name, values[name].length / count]));
    const colourings = new Map(names.map((name) => [name, colouringOf(forms[name], values[name])]));
    const sampleOf = (name: string, i: number): Float32Array => {
      const size = sizes.get(name) ?? 0;
      return values[name].subarray(i * size, (i + 1) * size);
    };
    const rows = Array.from({ length: count }, (_, i): Raster => {
      const words = names
        .filter((name) => forms[name].shape.length === 0)
        .map((name) => `${name} ${valueWords(sampleOf(name, i)[0], forms[name])}`);
      const parts = names.flatMap((name): readonly Raster[] => {
        const { shape } = forms[name];
        const colouring = colourings.get(name);
        const picture = colouring === undefined ? null : arrayPanel(sampleOf(name, i), shape, colouring);
        if (colouring === undefined || picture === null) return [];
        const range = rangeOf(colouring);
        return [
          column(
            look,
            say(look, 'caption', `${panelName(name, shape, colouring)}${range === null ? '' : `, ${range}`}`),
            framed(look, enlarged(picture, panelSizes(shape, colouring).wide)),
          ),
          space(look, 10, 0),
        ];
      });
      return column(
        look,
        say(look, 'label', `${i}${words.length === 0 ? '' : `   ${words.join(', ')}`}`),
        row(look, space(look, 8, 0), ...parts),
        space(look, 0, 8),
      );
    });
    const sheet = row(look, space(look, 8, 0), column(look, space(look, 0, 8), ...rows));
    const classes =
      Object.values(forms).find((form) => form.classes !== undefined && form.shape.length > 0)?.classes ?? [];
    const key =
      classes.length === 0
        ? []
        : [
            row(
              look,
              space(look, 8, 0),
              legend(
                look,
                'classes',
                classEntries(classes.slice(0, mostClasses), []),
                Math.max(narrowest, pointsWide(look, sheet)) - 8,
              ),
            ),
          ];
    return encodePng(column(look, sheet, ...key));
  }, defect);
