/** The settings of a task of images and masks in .npy files. */

import * as t from 'io-ts';
import { record } from '../../../base/codec.js';
import { consistent, folderFields } from '../folder.js';

/**
 * A folder of `train_images.npy`, `train_masks.npy`, `test_images.npy`, `test_masks.npy`, and optionally
 * `validation_images.npy`, `validation_masks.npy` and `classes.json`, an array of class names.
 *
 * Images are (count, height, width, channels) or (count, height, width): uint8, or floats from 0 to 1. Masks are
 * (count, height, width) or (count, height, width, 1) of whole numbers, of any type: labels 0 to 255, or values that
 * `labels` and `ignore` define.
 */
export type NpyTask = t.TypeOf<typeof npyTask>;

export const npyTask = consistent(record('npy', { name: t.literal('npy'), ...folderFields }));
