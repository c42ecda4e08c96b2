/** The kind of a path: file or folder. */

import { stat } from 'node:fs/promises';

/**
 * Whether a path leads to a file or a folder, through links; null if there is nothing, or if the system does not say.
 * Pipes and devices count as files; reading them is refused.
 */
export const kindOf = async (path: string): Promise<'file' | 'folder' | null> => {
  const found = await stat(path).catch(() => null);
  return found === null ? null : found.isDirectory() ? 'folder' : 'file';
};
