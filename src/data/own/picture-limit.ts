/** What a folder of pictures may unpack to, found before most of them are unpacked. */

import { stat } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../../base/error.js';
import { limits, sizeText } from '../../base/limits.js';

/**
 * Whether pictures unpack to what files of their sizes may: an even picture of a few kilobytes unpacks to sixteen
 * million values, and a hundred of them to more than the memory of a machine.
 *
 * **Errors** DecodeError where they do not.
 *
 * @param values of all pictures, as the first of them says
 * @param splits the folders that share what is unpacked
 */
export const mayUnpack = async (
  folder: string,
  paths: readonly string[],
  values: number,
  splits = 1,
): Promise<Checked<void>> => {
  const least = limits.unpacked / splits;
  if (values <= least) return E.right(undefined);
  let bytes = 0;
  for (const path of paths) bytes += (await stat(path).catch(() => null))?.size ?? 0;
  const limit = Math.max(least, limits.unpackedTimes * bytes);
  return values <= limit
    ? E.right(undefined)
    : E.left(
        decodeError(
          folder,
          `unpacked its pictures have ${sizeText(values)}, and ${sizeText(limit)} is the limit for files of ${sizeText(bytes)}; take fewer or smaller ones, or save them as arrays (.npy)`,
        ),
      );
};
