/** What stands in the lockfile is told apart by content, and no package runs a script that nobody looked at. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

const lock: { readonly packages: Readonly<Record<string, Entry>> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
);
const packages = Object.entries(lock.packages).filter(([place]) => place !== '');
const nameOf = (place: string): string => place.replace(/^.*node_modules\//, '');

describe('the lockfile', () => {
  it('has the hash of every package, those of other platforms too', () => {
    assert.ok(packages.length > 100);
    assert.deepEqual(
      packages
        .filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''))
        .map(([place]) => place),
      [],
    );
  });

  it('names no address of its own, so that the registry is the one that npm is set to', () => {
    const elsewhere = packages.filter(
      ([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
    );
    assert.deepEqual(elsewhere, []);
  });

  it('has no install script but those that SECURITY.md lists', () => {
    const listed = [...readFileSync('SECURITY.md', 'utf8').matchAll(/^\| `([^`]+)` *\|/gm)].map(
      ([, name]) => name,
    );
    const scripts = packages.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    assert.deepEqual(scripts.map(([place]) => nameOf(place)).sort(), listed.sort());
  });
});
