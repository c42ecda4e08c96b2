/** The items to try: every file of specs with a property, a round of the laws, random programs in fused kernels. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as t from 'io-ts';

/** The mark of the line with a file's results, so that no other output of a spec is taken for it. */
const mark = '\u0001explored ';

/** A counterexample, and the command that reproduces it. */
export interface Found {
  readonly what: string;
  readonly again: string;
}

/** How a try ended. */
export interface Tried {
  /** The number of tests or cases that passed. */
  readonly held: number;
  readonly found: readonly Found[];
}

/** Something that is tried with one seed, in a process of its own, so that its memory is freed. */
export interface Item {
  readonly name: string;
  /** Arguments of node. */
  readonly args: (seed: number) => readonly string[];
  /** Variables of its environment. */
  readonly env: (seed: number) => Readonly<Record<string, string>>;
  /** Null if its output is incomplete because it died. */
  readonly read: (seed: number, said: string, code: number | null) => Tried | null;
}

const mocha = join('node_modules', 'mocha', 'bin', 'mocha.js');

const explored = t.type({
  passes: t.number,
  failures: t.readonlyArray(t.type({ title: t.string, message: t.string })),
});

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A pattern that matches only this title. */
const exactly = (title: string): string => quoted(title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));

const failure = (
  file: string,
  seed: number,
  { title, message }: { readonly title: string; readonly message: string },
): Found => {
  const path = /path: "([^"]+)"/.exec(message)?.[1];
  const command = `npx mocha ${file} -g ${exactly(title)}`;
  return {
    what: `${file}: ${title}\n${message.slice(0, 2000)}`,
    again:
      `DRUMHEAD_SEED=${seed} ${command}` +
      (path === undefined
        ? ''
        : `\n  its smallest case: DRUMHEAD_SEED=${seed} DRUMHEAD_PATH=${path} ${command}`),
  };
};

/** A file of specs. */
export const ofFile = (file: string): Item => ({
  name: file,
  args: () => [mocha, '--reporter', join('spec', 'support', 'explored.mjs'), file],
  env: (seed) => ({ DRUMHEAD_SEED: String(seed), DRUMHEAD_MARK: mark }),
  read: (seed, said) => {
    const line = said.split('\n').find((each) => each.includes(mark));
    if (line === undefined) return null;
    const read = explored.decode(JSON.parse(line.slice(line.indexOf(mark) + mark.length)));
    return read._tag === 'Left'
      ? null
      : { held: read.right.passes, found: read.right.failures.map((each) => failure(file, seed, each)) };
  },
});

/**
 * One round of a long run of the laws, which counts its cases and prints each finding before an empty line.
 */
const ofRounds = (name: string, script: string, flags: readonly string[]): Item => {
  const args = (seed: number): readonly string[] => ['--seed', String(seed), '--from', '0', ...flags];
  return {
    name,
    args: (seed) => ['--import', 'tsx', script, ...args(seed)],
    env: () => ({}),
    read: (seed, said, code) => {
      const held = /^(\d+) (?:cases|programs)[ ,].*seed/m.exec(said)?.[1];
      if (held === undefined) return null;
      return {
        held: Number(held),
        found:
          code === 0
            ? []
            : [{ what: said.trim().slice(0, 4000), again: `npx tsx ${script} ${args(seed).join(' ')}` }],
      };
    },
  };
};

const hasProperty = (file: string): boolean => /\bfc\s*\.(assert|check)\(/.test(readFileSync(file, 'utf8'));

/** Everything that is tried with one seed, in its order. */
export const items = (): readonly Item[] => {
  const files = readdirSync('spec', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.spec.ts'))
    .map((name) => join('spec', name))
    .filter(hasProperty)
    .sort();
  return [
    ofRounds('laws of systems and of the language', join('bench', 'laws', 'index.ts'), ['--rounds', '1']),
    ofRounds('random programs, fused', join('bench', 'laws', 'fused.ts'), ['--programs', '500']),
    ...files.map(ofFile),
  ];
};
