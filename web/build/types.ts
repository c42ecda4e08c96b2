/** Declarations for the editor: the language's own, and those of the packages that they name, found by following imports. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, name]) => name);

const declarationOf = (path: string): string | undefined =>
  [path.replace(/\.js$/, '.d.ts'), `${path}.d.ts`, join(path, 'index.d.ts')].find((each) => existsSync(each) && each.endsWith('.d.ts'));

/** Which files `drumhead` and its other entries are in the editor. */
const entries: Readonly<Record<string, string>> = {
  'drumhead/index.d.ts': [
    "export * from './dist/browser/index.js';",
    "export type { ExperimentDraft } from './dist/experiments/draft.js';",
    '',
  ].join('\n'),
  'drumhead/networks.d.ts': "export * from './dist/models/networks/index.js';\n",
};

/** Texts by their path under node_modules, and the library files of the compiler. */
export const collectTypes = (root: string, web: string): Readonly<Record<string, string>> => {
  const files: Record<string, string> = {};
  const queue: string[] = [];
  const nameOf = (path: string): string =>
    path.startsWith(join(root, 'dist'))
      ? `drumhead/dist/${relative(join(root, 'dist'), path)}`
      : relative(join(root, 'node_modules'), path);
  const want = (path: string | undefined): void => {
    if (path === undefined || files[nameOf(path)] !== undefined) return;
    files[nameOf(path)] = readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
    queue.push(path);
  };
  for (const [name, text] of Object.entries(entries)) {
    files[name] = text;
    for (const each of importsOf(text)) want(declarationOf(join(root, each)));
  }
  for (let path = queue.pop(); path !== undefined; path = queue.pop())
    for (const name of importsOf(readFileSync(path, 'utf8')))
      if (name.startsWith('.')) want(declarationOf(join(dirname(path), name)));
      else if (/^(fp-ts|io-ts|ts-arithmetic)/.test(name)) want(declarationOf(join(root, 'node_modules', name === 'io-ts' ? 'io-ts/lib/index' : name)));
  want(declarationOf(join(root, 'node_modules/fp-ts/lib/function.js')));
  for (const name of ['fp-ts', 'io-ts', 'ts-arithmetic'])
    files[`${name}/package.json`] = JSON.stringify({ name, version: '0.0.0', types: 'lib/index.d.ts' });
  const arithmetic = join(root, 'node_modules/ts-arithmetic/package.json');
  files['ts-arithmetic/package.json'] = readFileSync(arithmetic, 'utf8');
  const { types } = JSON.parse(files['ts-arithmetic/package.json']);
  want(join(root, 'node_modules/ts-arithmetic', types));
  for (let path = queue.pop(); path !== undefined; path = queue.pop())
    for (const name of importsOf(readFileSync(path, 'utf8')))
      if (name.startsWith('.')) want(declarationOf(join(dirname(path), name)));
  files['drumhead/package.json'] = JSON.stringify({
    name: 'drumhead',
    version: '0.0.0',
    type: 'module',
    exports: {
      '.': { types: './index.d.ts' },
      './networks': { types: './networks.d.ts' },
    },
  });
  const lib = join(web, 'node_modules/typescript/lib');
  for (const name of readdirSync(lib))
    if (/^lib\.(es5|es20(1\d|2[0-3])(\..+)?|decorators(\.legacy)?)\.d\.ts$/.test(name) && !name.includes('full'))
      files[`lib/${name}`] = readFileSync(join(lib, name), 'utf8');
  return files;
};
