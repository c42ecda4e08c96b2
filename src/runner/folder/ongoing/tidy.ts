/** Tidies the folder of a finished run: files that its last process could not remove. */

import { failureLeft } from '../failure.js';
import { unnamedValues } from './checkpoint.js';
import { tidyLeft } from './lock.js';

/**
 * Removes half-written files, values that no checkpoint names, and the failure of an earlier attempt. Where another
 * process works in the folder, nothing is touched.
 */
export const tidyFinished = (folder: string): Promise<void> =>
  tidyLeft(folder, async () => [...(await unnamedValues(folder)), ...(await failureLeft(folder))]);
