/** The snippets of the documentation: each compiles, or fails as it says; each that compiles runs, and says the truth. */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { claimed } from './examples/generate.js';
import { check, type Diagnostic, parseDiagnostics, root } from './types/compiler.js';

interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly code: readonly string[];
  /** The codes that the compiler answers; none: it compiles. */
  readonly errors: readonly string[];
}

/** Blocks that begin with ```ts twoslash: those of which the site shows the compiler's types and errors. */
const snippetsIn = (page: string): readonly Snippet[] => {
  const lines = readFileSync(join(root, 'docs', page), 'utf8').split('\n');
  return lines.flatMap((text, at) => {
    if (text !== '```ts twoslash') return [];
    const code = lines.slice(at + 1, lines.indexOf('```', at + 1));
    const errors = code.flatMap((line) => /^\/\/ @errors: (.+)$/.exec(line)?.[1].split(' ') ?? []);
    return [{ page, line: at + 1, code, errors }];
  });
};

const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .map((page) => page.replaceAll('\\', '/'))
  .filter((page) => page.endsWith('.md') && !/node_modules|^(reference|public)\//.test(page))
  .sort();

const cache = join(root, '.cache', 'docs');

describe('the snippets of the documentation', () => {
  const snippets = pages.flatMap(snippetsIn);
  const fileOf = (i: number): string => `snippet-${i}.ts`;
  let found: readonly Diagnostic[] = [];

  before(() => {
    rmSync(cache, { recursive: true, force: true });
    mkdirSync(cache, { recursive: true });
    for (const [i, { code, errors }] of snippets.entries()) {
      const lines = errors.length > 0 ? code : claimed(code);
      const asserts = lines.some((line) => line.startsWith('same('));
      // On the first line, so that the numbers of lines stay; what a snippet prints is not printed here.
      const tools = asserts
        ? "import { deepEqual } from 'node:assert/strict'; const same = <A>(a: A, b: NoInfer<A>): void => deepEqual(a, b); "
        : '';
      const quiet = code.some((line) => line.includes('console.log'))
        ? 'const console = { log: (..._: readonly unknown[]): void => undefined }; '
        : '';
      writeFileSync(join(cache, fileOf(i)), `${tools}${quiet}${lines.join('\n')}\nexport {};\n`);
    }
    writeFileSync(
      join(cache, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: { types: ['node'] },
        include: ['*.ts'],
        exclude: [],
      }),
    );
    found = parseDiagnostics(check(join(cache, 'tsconfig.json')));
  });

  it('are found', () => assert.ok(snippets.length > 20 && snippets.some(({ errors }) => errors.length > 0)));

  for (const [i, { page, line, errors }] of snippets.entries())
    it(`${page}:${line} ${errors.length > 0 ? 'does not compile' : 'compiles, runs, and says the truth'}`, async () => {
      const said = found.filter(({ file }) => file.endsWith(`/docs/${fileOf(i)}`));
      if (errors.length > 0) {
        assert.ok(said.length > 0, 'it compiles');
        for (const { message } of said)
          assert.ok(
            errors.some((code) => message.startsWith(`TS${code}:`)),
            message,
          );
        return;
      }
      assert.deepEqual(
        said.map((one) => `${page}:${line + one.line} ${one.message}`),
        [],
      );
      await import(pathToFileURL(join(cache, fileOf(i))).href);
    });
});
