/** How much a disk still holds. */

import { statfs } from 'node:fs/promises';

/** The bytes that a file in a folder may have before the disk is full; infinite if the system does not say. */
export const roomIn = (folder: string): Promise<number> =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Number.POSITIVE_INFINITY,
  );
