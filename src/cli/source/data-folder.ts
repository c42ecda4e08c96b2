/** The kind of a person's own folder of data, told by its files. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import { isPresent } from '../../files/files.js';

/**
 * `png` where there is a folder `images` or `train/images`, `npy` where there is `train_images.npy`, null where there is
 * neither.
 */
export const dataKind = (folder: string): Effect<'png' | 'npy' | null> =>
  pipe(
    [join(folder, 'images'), join(folder, 'train', 'images'), join(folder, 'train_images.npy')],
    TE.traverseArray(isPresent),
    TE.map(([images, train, arrays]) => (images || train ? 'png' : arrays ? 'npy' : null)),
  );
