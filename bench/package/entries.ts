/** The entries of the package, `drumhead` and its subpaths, with their declarations in `dist`. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Entry {
  /** As it is imported, e.g. `drumhead/laws`. */
  readonly name: string;
  /** Its declarations, e.g. the built declarations of `laws`. */
  readonly types: string;
}

/** What package.json exports, but for itself. */
export const entries = (): readonly Entry[] => {
  const { exports }: { readonly exports: Readonly<Record<string, string | { readonly types: string }>> } =
    JSON.parse(readFileSync('package.json', 'utf8'));
  return Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string' ? [] : [{ name: `drumhead${path.slice(1)}`, types: join(target.types) }],
  );
};

/** The declarations that a relative import in a declaration file leads to. */
export const resolved = (file: string, specifier: string): string =>
  join(dirname(file), specifier.replace(/\.js$/, '.d.ts'));

/** All declaration files that the entries lead to, each with its text. */
export const declarations = (): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const read = (file: string): void => {
    if (found.has(file)) return;
    const text = readFileSync(file, 'utf8');
    found.set(file, text);
    for (const [, specifier] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)['"]/g))
      read(resolved(file, specifier));
  };
  for (const { types } of entries()) read(types);
  return found;
};
