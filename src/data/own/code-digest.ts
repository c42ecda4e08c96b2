/** The digest of a module and of all that it imports, since other code may make other data. */

import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { type Checked, fileError } from '../../base/error.js';

/** Names of modules in a text. Names in comments are found too, which does no harm. */
const imports = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"\n]+)['"]/g;

const endings = ['', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'];

const isFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isFile() === true;

/** The file of a relative import; null if there is none. */
const fileOf = async (from: string, name: string): Promise<string | null> => {
  const path = resolve(dirname(from), name);
  // In TypeScript an import names the compiled file.
  const written = path.replace(/\.([cm]?)js$/, '.$1ts');
  for (const base of [path, written, join(path, 'index')])
    for (const ending of endings) if (await isFile(base + ending)) return base + ending;
  return null;
};

/** The version of a package that a file imports; null if it is not a package, such as a module of Node. */
const versionOf = async (from: string, name: string): Promise<string | null> => {
  const [first, second] = name.split('/');
  const named = first.startsWith('@') ? `${first}/${second}` : first;
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const text = await readFile(join(folder, 'node_modules', named, 'package.json'), 'utf8').catch(
      () => null,
    );
    if (text !== null) return /"version"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '';
    if (dirname(folder) === folder) return null;
  }
};

const ownFile = new URL('../../../package.json', import.meta.url);

/** Drumhead's own version, whose streams and functions a module may use. */
const ownVersion = async (): Promise<string> => {
  const text = await readFile(ownFile, 'utf8');
  return /"version"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '';
};

/**
 * SHA-256 of a module's text and of the modules that it imports by a relative path, at any depth, with the versions of
 * the packages that these import. Paths and line endings do not change it.
 *
 * **Errors** FileError if the module does not exist.
 */
export const codeDigest = async (file: string): Promise<Checked<string>> => {
  const texts: string[] = [];
  const packages = new Map<string, string>();
  const seen = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = (await readFile(path, 'utf8')).replaceAll('\r\n', '\n');
    texts.push(text);
    for (const [, name] of text.matchAll(imports)) {
      if (name.startsWith('.')) {
        const found = await fileOf(path, name);
        if (found !== null) await visit(found);
      } else if (name !== 'drumhead' && !name.startsWith('drumhead/') && !packages.has(name))
        // A package may be installed beside the file or, if drumhead is a dependency, only beside drumhead.
        packages.set(
          name,
          (await versionOf(path, name)) ?? (await versionOf(fileURLToPath(ownFile), name)) ?? '',
        );
    }
  };
  try {
    await visit(resolve(file));
    packages.set('drumhead', await ownVersion());
  } catch (cause) {
    return E.left(fileError(file, cause));
  }
  const versions = [...packages].sort(([a], [b]) => (a < b ? -1 : 1));
  return E.right(
    createHash('sha256')
      .update(JSON.stringify([texts, versions]))
      .digest('hex'),
  );
};
