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
const all = [...packages, ...packagesOf('tools/package-lock.json'), ...packagesOf('web/package-lock.json')];
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
  });
});
