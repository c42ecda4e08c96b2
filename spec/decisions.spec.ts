/** Each page of docs/decisions has its four parts and is on the list. That its paths lead somewhere: references.spec. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const folder = 'docs/decisions/';
const pages = readdirSync(new URL(folder, root)).filter((name) => name !== 'README.md');

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
