/** What stands in the lockfile is told apart by content, and no package runs a script that nobody looked at. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

const packagesOf = (file: string): readonly (readonly [string, Entry])[] => {
  const lock: { readonly packages: Readonly<Record<string, Entry>> } = JSON.parse(readFileSync(file, 'utf8'));
  return Object.entries(lock.packages).filter(([place]) => place !== '');
};
const packages = packagesOf('package-lock.json');
const beside = ['tools', 'web', 'docs'].flatMap((folder) => packagesOf(`${folder}/package-lock.json`));
const all = [...packages, ...beside];
const nameOf = (place: string): string => place.replace(/^.*node_modules\//, '');

describe('the lockfiles', () => {
  it('have the hash of every package, those of other platforms too', () => {
    assert.ok(packages.length > 100 && all.length > packages.length);
    assert.deepEqual(
      all
        .filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''))
        .map(([place]) => place),
      [],
    );
  });

  it('have none of the versions that were malware for some hours', () => {
    const malware =
      'chalk@5.6.1 debug@4.4.2 ansi-styles@6.2.2 ansi-regex@6.2.1 strip-ansi@7.1.1 wrap-ansi@9.0.1 slice-ansi@7.1.1 supports-color@10.2.1 color-convert@3.1.1 color-name@2.0.1 @duckdb/node-api@1.3.3 @duckdb/node-bindings@1.3.3';
    assert.deepEqual(
      all
        .map(([place, { version }]) => `${nameOf(place)}@${version}`)
        .filter((one) => malware.split(' ').includes(one)),
      [],
    );
  });

  it('have the versions that SECURITY.md says, of every package whose advisories it judges', () => {
    const rows = readFileSync('SECURITY.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| '));
    const judged = rows.flatMap((row) => {
      const cells = row.split('|').map((cell) => cell.trim());
      const locked = all.filter(([place]) => nameOf(place) === cells[1]);
      return cells.length === 7 && locked.length > 0 ? [{ name: cells[1], says: cells[4], locked }] : [];
    });
    assert.ok(judged.length >= 20);
    for (const { name, says, locked } of judged)
      assert.deepEqual(says.split(', '), [...new Set(locked.map(([, { version }]) => version))].sort(), name);
  });

  it('name no address of their own, so that the registry is the one that npm is set to', () => {
    const elsewhere = all.filter(
      ([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
    );
    assert.deepEqual(elsewhere, []);
  });

  it('have no install script but those that SECURITY.md lists; tools are installed without scripts', () => {
    const listed = [...readFileSync('SECURITY.md', 'utf8').matchAll(/^\| `([^`]+)` *\|/gm)].map(
      ([, name]) => name,
    );
    const scripts = packages.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    assert.deepEqual(scripts.map(([place]) => nameOf(place)).sort(), listed.sort());
    const others = beside.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    assert.deepEqual(others.map(([place]) => nameOf(place)).sort(), ['esbuild', 'protobufjs']);
  });
});
