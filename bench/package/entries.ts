/** The entries of the package, `drumhead` and its subpaths, with their declarations in `dist`. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Entry {
  /** The name of its import, such as `drumhead/laws`. */
  readonly name: string;
  /** The file of its built declarations. */
  readonly types: string;
}

/** The entries that package.json exports, without package.json itself. */
export const entries = (): readonly Entry[] => {
  const { exports }: { readonly exports: Readonly<Record<string, string | { readonly types: string }>> } =
    JSON.parse(readFileSync('package.json', 'utf8'));
  return Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string' ? [] : [{ name: `drumhead${path.slice(1)}`, types: join(target.types) }],
  );
};

/** The declaration file that a relative import in another leads to. */
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
