/** The digest of a dataset's contents, independent of its location. */

import { createHash } from 'node:crypto';
import { type Dataset, splitNames } from './dataset.js';

/** SHA-256 of all images, masks, sizes, class names and ignored pixels, in hexadecimal. */
export const digestOf = (dataset: Dataset): string => {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(dataset.classes));
  for (const name of splitNames) {
    const { count, height, width, channels, images, masks, ignored } = dataset[name];
    // A feature added later is left out if it is unused, so that earlier digests do not change.
    const also = ignored === undefined ? [] : [ignored];
    hash.update(JSON.stringify([name, count, height, width, channels, ...also]));
    hash.update(images);
    hash.update(masks);
  }
  return hash.digest('hex');
};
