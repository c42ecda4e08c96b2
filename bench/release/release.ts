/** A release as functions of text: the version, the changelog, and the commands that a person runs then. */

import * as E from 'fp-ts/lib/Either.js';

/** A sentence that says what to do. */
export type Refused<A> = E.Either<string, A>;

const versionPattern = /^(\d+)\.(\d+)\.(\d+)$/;

/** The versions of a changelog, newest first. */
export const versionsOf = (changelog: string): readonly string[] =>
  [...changelog.matchAll(/^## (\d+\.\d+\.\d+)\b.*$/gm)].map(([, version]) => version);

/** Whether a is a later version than b. */
const isLater = (a: string, b: string): boolean => {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  const at = left.findIndex((number, i) => number !== right[i]);
  return at >= 0 && left[at] > right[at];
};

/**
 * The version to release: the requested one, or a step from the present one. By default a version that was
 * never released is released as it is; otherwise the next patch.
 *
 * @example
 * versionAfter('0.1.0', undefined, []) // right('0.1.0'): the first release
 * versionAfter('0.1.0', undefined, ['0.1.0']) // right('0.1.1')
 */
export const versionAfter = (
  present: string,
  asked: string | undefined,
  released: readonly string[],
): Refused<string> => {
  const parts = versionPattern.exec(present);
  if (parts === null) return E.left(`package.json: the version '${present}' is not of the form 1.2.3`);
  const [major, minor, patch] = parts.slice(1).map(Number);
  const known = released.includes(present);
  const step = asked ?? (known ? 'patch' : present);
  const next =
    step === 'major'
      ? `${major + 1}.0.0`
      : step === 'minor'
        ? `${major}.${minor + 1}.0`
        : step === 'patch'
          ? `${major}.${minor}.${patch + 1}`
          : step;
  if (!versionPattern.test(next))
    return E.left(`'${step}' is no version; say patch, minor, major or a version such as 1.2.3`);
  if (released.includes(next)) return E.left(`CHANGELOG.md: ${next} is released already`);
  const later = released.find((version) => !isLater(next, version));
  if (later !== undefined) return E.left(`${next} is not later than ${later}, which is released already`);
  return isLater(present, next)
    ? E.left(`${next} is earlier than the present version ${present}`)
    : E.right(next);
};

const unreleased = /^## Unreleased[^\S\n]*\n/m;

/**
 * The changelog with the entries of "Unreleased" moved under a version and its date; an empty "Unreleased"
 * stays above.
 */
export const datedChangelog = (changelog: string, version: string, date: string): Refused<string> => {
  const found = unreleased.exec(changelog);
  if (found === null) return E.left("CHANGELOG.md: there is no heading '## Unreleased'");
  const behind = changelog.slice(found.index + found[0].length);
  const end = behind.search(/^## /m);
  const lines = (end < 0 ? behind : behind.slice(0, end)).trim();
  if (!/^- /m.test(lines))
    return E.left('CHANGELOG.md: nothing stands under Unreleased; a release without changes is none');
  const older = end < 0 ? '' : `\n\n${behind.slice(end).trimEnd()}`;
  return E.right(
    `${changelog.slice(0, found.index)}## Unreleased\n\n## ${version} - ${date}\n\n${lines}${older}\n`,
  );
};

/** package.json, or the lockfile, with another version of drumhead; no other byte changes. */
export const withVersion = (text: string, present: string, version: string): Refused<string> => {
  // In the lockfile the version occurs twice before the first dependency: for the project, and for the
  // package at its root.
  const head = text.search(/"node_modules\//);
  const own = head < 0 ? text : text.slice(0, head);
  const mark = `"version": "${present}"`;
  if (!own.includes(mark))
    return E.left(`the version ${present} does not stand where it should; run npm install first`);
  return E.right(own.replaceAll(mark, `"version": "${version}"`) + (head < 0 ? '' : text.slice(head)));
};

const addresses = {
  repository: '{ "type": "git", "url": "git+https://HOST/OWNER/drumhead.git" }',
  bugs: '{ "url": "https://HOST/OWNER/drumhead/issues" }',
  homepage: '"https://HOST/OWNER/drumhead#readme"',
} as const;

/**
 * Refuses a package.json without the addresses of its repository. npm shows them on the page of the package, and
 * only the owner knows them.
 */
export const hasAddresses = (manifest: Readonly<Record<string, unknown>>): Refused<void> => {
  const missing = Object.entries(addresses).filter(([name]) => manifest[name] === undefined);
  return missing.length === 0
    ? E.right(undefined)
    : E.left(
        `package.json has no ${missing.map(([name]) => name).join(', ')}; add, with the address of the repository:\n` +
          missing.map(([name, value]) => `  "${name}": ${value}`).join(',\n'),
      );
};

/** The commands that a person runs once the files are written; nothing leaves the machine before that. */
export const commandsAfter = (version: string): readonly string[] => [
  '.ci/run',
  `git commit -am "Release ${version}"`,
  `git tag -a v${version} -m "drumhead ${version}"`,
  'npm publish --dry-run',
  'npm publish',
  `git push --follow-tags`,
];
