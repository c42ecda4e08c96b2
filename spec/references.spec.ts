/** Every file and folder that a page or a comment names is in the repository. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const { dirname, join, normalize } = posix;

const root = fileURLToPath(new URL('..', import.meta.url)).replaceAll('\\', '/');
const folders = ['src', 'spec', 'bench', 'docs', 'system', 'examples', 'fixtures', 'bin', 'results'];
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];

const below = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
    // What the site of the documentation installs and builds is not of the repository.
    folder === 'docs' && /^(node_modules|\.vitepress|public|reference)$/.test(entry.name)
      ? []
      : entry.isDirectory()
        ? [`${folder}/${entry.name}`, ...below(`${folder}/${entry.name}`)]
        : [`${folder}/${entry.name}`],
  );

const all = new Set([...pages, ...folders, ...folders.flatMap(below)]);
const list = [...all];

/** Paths that are made by whoever follows the text; so is everything in `dist`. */
const made = new Set([
  'examples/own-images/my-images',
  'docs/.vitepress/dist',
  // the reference and the pictures, which the site's build makes
  'docs/reference',
  'docs/public/live',
  // programs of a reader: in the tutorial, in examples of messages
  './mine.ts',
  'mine.ts',
  'drum.ts',
  'first.ts',
  'cells.ts',
  'cell.ts',
]);

/** From the root, from `src`, from the folder of the text, or the end of a path; a module also without its ending. */
const exists = (reference: string, from: string): boolean => {
  const path = reference.replace(/[/.]+$/, '');
  // What the build makes is there after `npm run build` alone.
  if (made.has(path) || path.startsWith('dist/')) return true;
  return [path, `${path}.ts`, path.replace(/\.js$/, '.ts')].some(
    (one) =>
      all.has(normalize(one)) ||
      all.has(normalize(join(dirname(from), one))) ||
      (!one.startsWith('.') && list.some((file) => file.endsWith(`/${one}`))),
  );
};

const start = new RegExp(`(?<![\\w./-])(?:${[...folders, 'shared'].join('|')})/[\\w./-]*\\w`, 'g');
const file = /(?<![\w./:*'-])((?:[\w.-]+\/)*[\w-][\w.-]*\.(?:ts|mjs|md))(?![\w(])/g;
const link = /\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g;

const found = (text: string, pattern: RegExp, group: number): readonly string[] =>
  [...text.matchAll(pattern)].map((match) => match[group]);

/** References of a text to files that are nowhere. */
const missingIn = (text: string, from: string): readonly string[] =>
  [...found(text, start, 0), ...found(text, file, 1)].filter((reference) => !exists(reference, from));

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const comments = (code: string): string =>
  code
    .split('\n')
    .filter((line) => /^\s*(?:\/\*\*|\*|\/\/)/.test(line))
    .join('\n');

describe('a reference to a file', () => {
  it('leads somewhere from every page', () => {
    const written = list.filter((path) => path.endsWith('.md'));
    assert.ok(written.length > 8);
    const missing = written.flatMap((path) => {
      const text = read(path);
      return [...missingIn(text, path), ...found(text, link, 1).filter((one) => !exists(one, path))].map(
        (reference) => `${path}: ${reference}`,
      );
    });
    assert.deepEqual(missing, []);
  });

  it('leads somewhere from every comment of the sources', () => {
    const missing = list
      .filter((path) => /^(?:src|spec|bench|system|examples)\/.*\.(?:ts|mjs)$/.test(path))
      .flatMap((path) => missingIn(comments(read(path)), path).map((reference) => `${path}: ${reference}`));
    assert.deepEqual(missing, []);
  });

  it('to a script is to one that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const texts = [
      ...list.filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md'),
      ...list.filter((path) => /^(?:src|spec|bench|system)\/.*\.ts$/.test(path)),
    ];
    const missing = texts.flatMap((path) =>
      found(read(path), /npm run (?:-s )?([a-z][\w:]*(?:-[a-z]+)*)/g, 1)
        .filter((name) => !Object.hasOwn(scripts, name))
        .map((name) => `${path}: npm run ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it('is found missing by this spec where it is', () => {
    const text =
      'See `laws/gone.ts`, `gone.md`, shared/parity and src/nowhere/at-all; `laws/check.ts` is there.';
    assert.deepEqual(missingIn(text, 'README.md'), [
      'shared/parity',
      'src/nowhere/at-all',
      'laws/gone.ts',
      'gone.md',
    ]);
  });
});
