/** The settings of a task of pictures and masks in PNG files. */

import * as t from 'io-ts';
import { record, withDefault } from '../../../base/codec.js';
import { consistent, folderFields, share } from '../folder.js';

/**
 * A folder with `images` and `masks`, of which `testShare` is held out for the test; or with `train` and `test`, and
 * perhaps `validation`, each of which has `images` and `masks`. An image and its mask have the same name. The grey
 * value of a mask's pixel, or its index in the palette, is its class, unless `labels` and `ignore` define another.
 */
export type PngTask = t.TypeOf<typeof pngTask>;

export const pngTask = consistent(
  record('png', {
    name: t.literal('png'),
    ...folderFields,
    testShare: withDefault(share, 0.15),
  }),
);
