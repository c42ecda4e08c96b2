/** The free space of a disk. */

import { statfs } from 'node:fs/promises';

/** The largest size of a new file in a folder before the disk is full; infinite if the system does not say. */
export const roomIn = (folder: string): Promise<number> =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Number.POSITIVE_INFINITY,
  );
