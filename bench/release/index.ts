/**
 * Prepares a release; nothing leaves the machine.
 *
 *     npm run release -- --dry-run      what would change, and the commands that follow
 *     npm run release                   writes CHANGELOG.md, package.json and package-lock.json
 *     npm run release -- minor          patch, minor, major, or a version such as 1.2.3
 *
 * The tree must be clean, and package.json have the addresses of the repository; `npm publish` checks them too. Tag and
 * publication are commands for a person; they are printed.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from '@commander-js/extra-typings';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import {
  commandsAfter,
  datedChangelog,
  hasAddresses,
  type Refused,
  versionAfter,
  versionsOf,
  withVersion,
} from './release.js';

const command = new Command('release')
  .argument('[version]', 'patch, minor, major, or a version; the next patch unless said')
  .option('--dry-run', 'write nothing', false)
  .parse();
const [asked] = command.processedArgs;
const { dryRun } = command.opts();

const git = (...words: readonly string[]): string => {
  const { status, stdout, stderr, error } = spawnSync('git', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim());
  return stdout.trim();
};

const cleanTree = (): Refused<void> => {
  const changed = git('status', '--porcelain');
  return changed === ''
    ? E.right(undefined)
    : E.left(`the tree is not clean; commit these first, or put them aside:\n${changed}`);
};

const untagged = (version: string): Refused<void> =>
  git('tag', '--list', `v${version}`) === ''
    ? E.right(undefined)
    : E.left(`the tag v${version} is there already`);

const texts = Object.fromEntries(
  ['CHANGELOG.md', 'package.json', 'package-lock.json'].map((name) => [name, readFileSync(name, 'utf8')]),
);
const manifestNow: Readonly<Record<string, unknown>> = JSON.parse(texts['package.json']);
const present = manifestNow.version;
const today = new Date().toISOString().slice(0, 10);

const written = pipe(
  E.Do,
  E.tap(cleanTree),
  E.tap(() => (dryRun ? E.right(undefined) : hasAddresses(manifestNow))),
  E.bind('version', () => versionAfter(String(present), asked, versionsOf(texts['CHANGELOG.md']))),
  E.tap(({ version }) => untagged(version)),
  E.bind('changelog', ({ version }) => datedChangelog(texts['CHANGELOG.md'], version, today)),
  E.bind('manifest', ({ version }) => withVersion(texts['package.json'], String(present), version)),
  E.bind('lock', ({ version }) => withVersion(texts['package-lock.json'], String(present), version)),
);

if (E.isLeft(written)) {
  process.stderr.write(`release: ${written.left}\n`);
  process.exitCode = 1;
} else {
  const { version, changelog, manifest, lock } = written.right;
  const files = { 'CHANGELOG.md': changelog, 'package.json': manifest, 'package-lock.json': lock };
  const changed = Object.entries(files).filter(([name, text]) => texts[name] !== text);
  if (!dryRun) for (const [name, text] of changed) writeFileSync(name, text);
  const addresses = hasAddresses(manifestNow);
  process.stdout.write(
    [
      ...(E.isLeft(addresses) ? [`before the release itself: ${addresses.left}`] : []),
      `drumhead ${present} -> ${version}, ${today}`,
      `${dryRun ? 'would write' : 'wrote'} ${changed.map(([name]) => name).join(', ')}`,
      `${dryRun ? 'then' : 'now'}, by hand:`,
      ...commandsAfter(version).map((line) => `    ${line}`),
      '',
    ].join('\n'),
  );
}
