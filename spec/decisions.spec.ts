/** The pages of docs/ name files and specs that are there, and the list of decisions has every page. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const folder = 'docs/decisions/';
const pages = readdirSync(new URL(folder, root)).filter((name) => name !== 'README.md');

/** Paths of the repository that a page names: `src/…`, `spec/…`, `bench/…`, also as arguments of a command. */
const pathsIn = (page: string): readonly string[] =>
  [...page.matchAll(/(?<![\w/.-])(?:src|spec|bench|system|examples|docs)\/[\w./-]*\w/g)].map(
    ([path]) => path,
  );

describe('docs/decisions', () => {
  it('are all listed, each by its title', () => {
    const list = read(`${folder}README.md`);
    assert.deepEqual(
      [...list.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name).sort(),
      [...pages].sort(),
    );
    for (const name of pages) {
      const [title] = read(folder + name).split('\n');
      assert.ok(list.includes(`[${title.replace('# ', '')}](${name})`), `${name}: ${title}`);
    }
  });

  for (const name of pages)
    it(`${name}: problem, options, measurement, choice`, () =>
      assert.deepEqual(
        [...read(folder + name).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading),
        ['Problem', 'Options', 'Measurement', 'Choice'],
      ));
});

describe('the documentation in docs', () => {
  for (const page of [...pages.map((name) => folder + name), `${folder}README.md`, 'docs/house.md'])
    it(`${page} names what is there`, () =>
      assert.deepEqual(
        pathsIn(read(page)).filter((path) => !existsSync(new URL(path, root))),
        [],
      ));
});
