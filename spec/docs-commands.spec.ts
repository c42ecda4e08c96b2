/**
 * The commands that the documentation shows: each is a command of drumhead, and takes the flags and words that it is given.
 * `npm run test:system` runs them as `system/plan.ts` says, which has each of them and no others.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from '../src/cli/command-line.js';
import { plan } from '../system/plan.js';
import { shownIn as commandsIn } from '../system/readme.js';
import { root } from './types/compiler.js';

interface Shown {
  readonly at: string;
  readonly line: string;
}

/** Indented lines that begin with drumhead, without their remarks; pages that are made from --help are left out. */
const shownIn = (page: string): readonly Shown[] =>
  readFileSync(join(root, page), 'utf8')
    .split('\n')
    .flatMap((text, i) => {
      const line = /^ {4}(?:\$ )?(?:npx )?drumhead ([a-z].*)$/.exec(text)?.[1];
      return line === undefined
        ? []
        : [{ at: `${page}:${i + 1}`, line: line.replace(/\s+# .*$/, '').trim() }];
    });

const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .map((page) => `docs/${page.replaceAll('\\', '/')}`)
  .filter((page) => page.endsWith('.md') && !/node_modules|docs\/(api|commands|reference|public)/.test(page));

/** Words of a shell's line, as far as pages need it: quotes hold words together. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain,
  );

/** What is wrong with a line; nothing: it is taken. */
const wrongIn = (line: string): string | undefined => {
  const [name, ...words] = wordsOf(line);
  const command = commandLine().commands.find((one) => one.name() === name);
  if (command === undefined) return `no command is called ${name}`;
  const said: string[] = [];
  command.exitOverride((error) => {
    throw error;
  });
  command.configureOutput({ writeErr: (text) => said.push(text) });
  try {
    const { operands, unknown } = command.parseOptions([...words]);
    const many = command.registeredArguments.some(({ variadic }) => variadic);
    const needed = command.registeredArguments.filter(({ required }) => required).length;
    if (unknown.length > 0) return `${name} has no ${unknown.join(' ')}`;
    if (operands.length < needed) return `${name} needs ${needed} words`;
    return operands.length > command.registeredArguments.length && !many
      ? `${name} takes fewer words`
      : undefined;
  } catch {
    return said.join('');
  }
};

describe('the commands of the documentation', () => {
  const shown = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...pages].flatMap(shownIn);

  it('are found', () => assert.ok(shown.length > 60, `${shown.length}`));

  it('are commands, with flags that there are', () =>
    assert.deepEqual(
      shown.flatMap(({ at, line }) => {
        const wrong = wrongIn(line);
        return wrong === undefined ? [] : [`${at} drumhead ${line}: ${wrong}`];
      }),
      [],
    ));

  it('are run by npm run test:system, each as its plan says', () => {
    const walked = ['README.md', ...pages].flatMap((page) => {
      const commands = [
        ...new Set(commandsIn(readFileSync(join(root, page), 'utf8')).map(({ command }) => command)),
      ];
      return commands.length === 0 ? [] : [{ page, commands }];
    });
    const planned = plan.map(({ page, commands }) => ({ page, commands: Object.keys(commands) }));
    const byPage = (a: { readonly page: string }, b: { readonly page: string }): number =>
      a.page < b.page ? -1 : 1;
    assert.deepEqual([...planned].sort(byPage), [...walked].sort(byPage));
  });

  it('are refused where there is no such command, flag or word', () => {
    assert.match(wrongIn('runn x') ?? '', /no command/);
    assert.match(wrongIn('run x --sed 1') ?? '', /--sed/);
    assert.match(wrongIn('run') ?? '', /needs/);
    assert.equal(wrongIn('run x --set a=1 b=2 --seed 0'), undefined);
  });
});
