/** The headers that the binding needs, of the thousands in a wheel: those that are included, and those that they include. */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { grouped, limits } from '../../base/limits.js';
import { makeFolder } from '../../files/make-folder.js';
import { whyNoFileName } from '../../files/write-folder.js';

/**
 * The files that a text of C++ includes by name.
 *
 * @example
 * includedIn('#include <a.h>\n#include "b/c.h"\n'); // => ['a.h', 'b/c.h']
 */
export const includedIn = (text: string): readonly string[] =>
  [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]{1,400})[>"]/gm)].map(([, name]) => name);

/** The sources of the binding in a package. */
export const bindingSources = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.cc')).sort();

/**
 * Writes all headers that the binding leads to.
 *
 * @param header a header by its name; null for one of the compiler's own
 *
 * **Errors** Rejected for a name that leads out of the folder, and above `limits.headers`.
 */
export const unpackHeaders = async (
  binding: string,
  header: (name: string) => Promise<Uint8Array | null>,
  into: string,
): Promise<void> => {
  const own = (await readdir(binding)).filter((name) => /\.(cc|h)$/.test(name));
  const texts = await Promise.all(own.map((name) => readFile(join(binding, name), 'utf8')));
  const waiting = texts.flatMap(includedIn);
  const [seen, folders] = [new Set<string>(), new Set<string>()];
  let written = 0;
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const bytes = await header(name);
    if (bytes === null) continue;
    const why = whyNoFileName(name);
    if (why !== null)
      throw new Error(`it has a header ${JSON.stringify(name)}, which is not written: ${why}`);
    if (++written > limits.headers)
      throw new Error(`its headers lead to more than ${grouped(limits.headers)} others, which is the limit`);
    const folder = dirname(join(into, name));
    if (!folders.has(folder)) await makeFolder(folder);
    folders.add(folder);
    await writeFile(join(into, name), bytes, { flag: 'wx' });
    waiting.push(...includedIn(new TextDecoder().decode(bytes)));
  }
};
