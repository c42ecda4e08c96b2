/** What is at a path. */

import { stat } from 'node:fs/promises';

/**
 * Whether a path leads to a file or a folder, through links; null where there is nothing, or the system does not say.
 * Pipes and devices count as files: whoever opens one refuses it.
 */
export const kindOf = async (path: string): Promise<'file' | 'folder' | null> => {
  const found = await stat(path).catch(() => null);
  return found === null ? null : found.isDirectory() ? 'folder' : 'file';
};
