/**
 * The folders of `src`: their numbers of files, and their imports. spec/house.spec.ts checks them against the
 * rules.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** The largest number of files directly in a folder. */
export const mostFiles = 16;

/** Folders that have more: each file is one of a list of like things, and its name says which. */
export const catalogues: Readonly<Record<string, string>> = {
  'cli/commands': 'commands',
  'compile/fuse/kernels': 'kernels',
  'data/made': 'tasks',
  dsl: 'what the language is made of',
  'dsl/functions': 'operations and layers',
  'engine/wasm/kernels': 'kernels of TensorFlow.js',
  'laws/laws': 'laws',
  'models/systems': 'systems',
  report: 'pictures',
};

/** The files below a folder, by folder, with `/` on every system. */
export const filesIn = (root: string): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, readonly string[]>();
  const visit = (folder: string): void => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    found.set(
      folder,
      entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map(({ name }) => name),
    );
    for (const entry of entries) if (entry.isDirectory()) visit(posix.join(folder, entry.name));
  };
  visit('');
  return found;
};

/** Folder → the folders that its files import from. */
export type FolderImports = ReadonlyMap<string, ReadonlySet<string>>;

/** The folders that the files of each folder import from. */
export const importsIn = (root: string): FolderImports =>
  new Map(
    [...filesIn(root)].map(([folder, names]) => [
      folder,
      new Set(
        names.flatMap((name) =>
          [...readFileSync(join(root, folder, name), 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)]
            .map(([, path]) => posix.normalize(posix.join(folder, dirname(path))))
            .filter((other) => other !== folder),
        ),
      ),
    ]),
  );

const isWithin = (a: string, b: string): boolean => b === '' || a === b || a.startsWith(`${b}/`);

/**
 * Cycles of folders that import each other, directly or through others. A folder and a folder inside of it
 * may import each other.
 */
export const cyclesIn = (imports: FolderImports): readonly (readonly string[])[] => {
  const next = (folder: string): readonly string[] =>
    [...(imports.get(folder) ?? [])].filter((other) => !isWithin(folder, other) && !isWithin(other, folder));
  return [...imports.keys()].flatMap((start) => {
    const ways: string[][] = [[start]];
    const seen = new Set<string>();
    for (let way = ways.shift(); way !== undefined; way = ways.shift())
      for (const folder of next(way[way.length - 1])) {
        if (folder === start) return [[...way, start]];
        if (!seen.has(folder)) ways.push([...way, folder]);
        seen.add(folder);
      }
    return [];
  });
};
