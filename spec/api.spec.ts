/** The public names and their types are those of docs/api: a change there is meant, and seen. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { entries } from '../bench/package/entries.js';
import { gathers, publicNames, reports } from '../bench/package/report.js';

describe('the public names', () => {
  it('are those of docs/api, with their types (npm run docs:write writes it anew)', () => {
    const written = reports();
    assert.deepEqual(readdirSync('docs/api').sort(), Object.keys(written).sort());
    for (const [page, text] of Object.entries(written))
      assert.equal(readFileSync(`docs/api/${page}`, 'utf8'), text, page);
  });

  it('have one entry each, but for two types', () => {
    const named = entries()
      .filter(({ name }) => name !== gathers)
      .flatMap((entry) => publicNames(entry).map(({ name }) => [name, entry.name] as const));
    const home = new Map<string, string>();
    const twice = named.filter(([name, entry]) => {
      const before = home.get(name);
      home.set(name, entry);
      return before !== undefined;
    });
    assert.deepEqual(twice, [
      // what the laws read of a program, beside the language's function of another case
      ['Oscillator', 'drumhead/laws'],
      // of a wave, beside that of a program
      ['Summary', 'drumhead/analysis'],
    ]);
  });

  it('are the same things in the entry for pages', async () => {
    const page = entries().find(({ name }) => name === gathers) ?? assert.fail(`no ${gathers}`);
    const own = new Map(publicNames(page).map(({ name, text }) => [name, text]));
    const differing = entries()
      .filter(({ name }) => name !== gathers)
      .flatMap((entry) =>
        publicNames(entry).flatMap(({ name, text }) =>
          own.has(name) && own.get(name) !== text ? [[name, entry.name]] : [],
        ),
      );
    assert.deepEqual(differing, [
      ['Summary', 'drumhead/compile'],
      ['Oscillator', 'drumhead/laws'],
    ]);
  });

  it('are those that each entry exports when it is imported', async () => {
    for (const entry of entries()) {
      const module: object = await import(`../${entry.types.replace(/\.d\.ts$/, '.js')}`);
      const values = publicNames(entry)
        .filter(({ isType }) => !isType)
        .map(({ name }) => name.split('.')[0]);
      assert.deepEqual([...new Set(values)].sort(), Object.keys(module).sort(), entry.name);
    }
  });
});
