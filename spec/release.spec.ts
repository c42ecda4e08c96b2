/** What `npm run release` makes of version and changelog. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import {
  commandsAfter,
  datedChangelog,
  hasAddresses,
  versionAfter,
  versionsOf,
  withVersion,
} from '../bench/release/release.js';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const sentence = (refused: E.Either<string, unknown>): string =>
  E.isLeft(refused) ? refused.left : assert.fail('it was not refused');

const log = [
  '# Changelog',
  '',
  'Words.',
  '',
  '## Unreleased',
  '',
  '### New',
  '',
  '- A thing.',
  '',
  '## 0.1.0 - 2026-01-01',
  '',
  '- The first.',
  '',
].join('\n');

describe('a release', () => {
  it('has the version that is asked for, or the next patch', () => {
    assert.deepEqual(versionAfter('0.1.0', undefined, ['0.1.0']), E.right('0.1.1'));
    assert.deepEqual(versionAfter('0.1.9', 'patch', ['0.1.9']), E.right('0.1.10'));
    assert.deepEqual(versionAfter('0.9.3', 'minor', ['0.9.3']), E.right('0.10.0'));
    assert.deepEqual(versionAfter('0.9.3', 'major', ['0.9.3']), E.right('1.0.0'));
    assert.deepEqual(versionAfter('0.1.0', '2.0.0', ['0.1.0']), E.right('2.0.0'));
  });

  it('takes the present version where that was never released', () => {
    assert.deepEqual(versionAfter('0.1.0', undefined, []), E.right('0.1.0'));
    assert.deepEqual(versionAfter('0.1.0', '0.1.0', []), E.right('0.1.0'));
  });

  it('is refused a version that is none, is there, or is earlier', () => {
    assert.match(sentence(versionAfter('0.1.0', 'big', [])), /patch, minor, major or a version/);
    assert.match(sentence(versionAfter('0.1.0', '1.0', [])), /'1\.0' is no version/);
    assert.match(sentence(versionAfter('0.1.0-rc.1', undefined, [])), /not of the form/);
    assert.match(sentence(versionAfter('0.1.1', '0.1.0', ['0.1.0'])), /0\.1\.0 is released already/);
    assert.match(sentence(versionAfter('0.2.0', '0.1.5', ['0.1.0'])), /earlier than the present/);
    assert.match(sentence(versionAfter('0.9.0', '0.9.1', ['0.10.0'])), /not later than 0\.10\.0/);
  });

  it('moves what is unreleased under the version and its date', () => {
    const dated = datedChangelog(log, '0.2.0', '2026-02-03');
    assert.deepEqual(
      dated,
      E.right(log.replace('## Unreleased\n\n### New', '## Unreleased\n\n## 0.2.0 - 2026-02-03\n\n### New')),
    );
    assert.deepEqual(E.map(versionsOf)(dated), E.right(['0.2.0', '0.1.0']));
    // Nothing is left to release then.
    assert.match(
      sentence(E.flatMap(dated, (text) => datedChangelog(text, '0.3.0', '2026-02-04'))),
      /nothing stands under Unreleased/,
    );
    assert.match(sentence(datedChangelog('# Changelog\n', '0.2.0', '2026-02-03')), /no heading/);
  });

  it('keeps every line of the changelog of today', () => {
    const today = read('CHANGELOG.md');
    const dated = datedChangelog(today, '99.0.0', '2026-02-03');
    assert.ok(E.isRight(dated));
    const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
    assert.deepEqual(
      lines(dated.right).filter((line) => line !== '## 99.0.0 - 2026-02-03'),
      lines(today),
    );
  });

  it('changes the version of drumhead in package.json and the lockfile, and no other byte', () => {
    const { version } = JSON.parse(read('package.json'));
    for (const [name, times] of [
      ['package.json', 1],
      ['package-lock.json', 2],
    ] as const) {
      const before = read(name);
      const after = withVersion(before, version, '99.0.0');
      assert.ok(E.isRight(after), name);
      assert.equal(after.right.split('"version": "99.0.0"').length - 1, times);
      assert.equal(after.right.replaceAll('"version": "99.0.0"', `"version": "${version}"`), before);
    }
    assert.match(sentence(withVersion('{ "version": "1.0.0" }', '2.0.0', '3.0.0')), /does not stand/);
  });

  it('is refused without the addresses of the repository, and says what to fill in', () => {
    const said = sentence(hasAddresses({ name: 'x', bugs: 'y' }));
    assert.match(said, /^package.json has no repository, homepage; add/);
    assert.match(said, /"repository": \{ "type": "git", "url": /);
    assert.doesNotMatch(said, /"bugs"/);
    assert.deepEqual(hasAddresses({ repository: 'r', bugs: 'b', homepage: 'h' }), E.right(undefined));
  });

  it('is refused by npm publish too, before anything leaves the machine', () => {
    assert.equal(JSON.parse(read('package.json')).scripts.prepublishOnly, 'tsx bench/release/may-publish.ts');
  });

  it('leaves tag and publication to a person', () => {
    const commands = commandsAfter('0.2.0').join('\n');
    for (const part of ['.ci/run', 'git tag -a v0.2.0', 'npm publish', 'git push --follow-tags'])
      assert.ok(commands.includes(part), part);
  });
});
