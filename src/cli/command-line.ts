/** The command line as a value: its commands, their flags and their help. */

import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { EngineName, fuseVariable } from '../engine/names.js';
import { packageVersion } from '../runner/folder/versions.js';
import { codeVariable } from './document/code.js';
import { atEdge, remark } from './edge.js';
import { noneIdle } from './flags/all-flags.js';
import type { Line } from './flags/idle-rules.js';
import { spread } from './flags/spread.js';
import { exchange } from './line/import-export.js';
import { asking } from './line/inspection.js';
import { results } from './line/results.js';
import { training } from './line/training.js';
import { broughtBack, namesGiven } from './source/brought-back.js';
import { idleFuse } from './source/engine-notes.js';

// An environment variable, so that workers and the processes of a sweep have it too.
const heed = (flags: object): void => {
  if ('code' in flags && flags.code !== undefined)
    process.env[codeVariable] = flags.code === true ? 'on' : 'off';
  if ('fuse' in flags && typeof flags.fuse === 'string') process.env[fuseVariable] = flags.fuse;
  if ('fuse' in flags && flags.fuse !== undefined && 'engine' in flags && EngineName.is(flags.engine))
    for (const note of idleFuse(flags.engine)) remark(`note: ${note}`);
};

/** A command's line as it was given: names, flags and their values. */
export const lineOf = (command: CommandUnknownOpts): Line => ({
  command: command.name(),
  names: command.args,
  given: command.options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .map((option) => (option.long ?? '').replace(/^--/, '')),
  flags: command.opts(),
});

/**
 * Commands that check all their flags before anything else, and report wrong flags together with flags that do nothing.
 */
export const checkingAll: readonly string[] = [
  'run',
  'sweep',
  'learn',
  'show',
  'data',
  'laws',
  'table',
  'evaluate',
  'figure',
  'waves',
  'play',
  'export',
  'import',
  'query',
  'run-program',
  'report',
  'diff',
];

/** Refuses flags that would do nothing, and notes those that are ignored. */
const refuseIdle = async (command: CommandUnknownOpts): Promise<void> => {
  const line = lineOf(command);
  if (line.given.length === 0) return;
  const { idleFlags } = await import('./flags/idle-flags.js');
  const { refused, noted } = await idleFlags(line);
  const error = noneIdle({ idle: refused });
  if (E.isRight(error)) for (const note of noted) remark(`note: ${note}`);
  else if (checkingAll.includes(line.command)) command.setOptionValue('idle', refused);
  else {
    await atEdge(TE.left(error.left));
    process.exit();
  }
};

/** All commands, created at each call. */
export const commandLine = () => {
  const program = new Command('drumhead')
    .description('A functional language for wave networks: write, train, animate and measure them.')
    .version(packageVersion())
    .option('--code', 'let .json and .yaml files name experiments in .ts or .js files, which are then run')
    .option('--no-code', 'refuse .ts and .js files: only data is read, and nothing of a file is run')
    .hook('preAction', async (all, command) => {
      heed(all.opts());
      heed(command.opts());
      for (const name of await broughtBack(namesGiven(command.args, command.opts())))
        remark(`note: ${name}, which a killed command had moved away, is back`);
      await refuseIdle(command);
    })
    .showHelpAfterError('(--help says what there is)')
    .addHelpText(
      'after',
      `
Examples:
  $ drumhead run tetrominoes/nwm-linear --preset quick     train a Neural Wave Machine in minutes
  $ drumhead list                                          what can be run
  $ drumhead parity fixtures/parity                        compare with arrays of the original (in a checkout)

Pages of the package: docs/commands.md lists every command with its flags, docs/files.md every key of experiment and
sweep files with its default and range, docs/laws.md every law.

A .ts or .js file is code: whatever reads it, show too, runs it, and says so. Data (.json, .yaml) runs nothing.
Exit codes: 0 well, 1 failed, 2 wrong command line, 130 stopped by Ctrl-C (the same command goes on).`,
    );

  for (const add of [training, asking, results, exchange]) add(program);
  return program;
};

/**
 * The arguments of a command line, for commander. A flag that takes several values must not take the NAME after them.
 */
export const wordsOf = (
  { commands }: Pick<CommandUnknownOpts, 'commands'>,
  words: readonly string[],
): readonly string[] => {
  const [name, ...rest] = words;
  const command = commands.find((one) => one.name() === name || one.aliases().includes(name ?? ''));
  if (command === undefined) return words;
  return [
    name,
    ...spread(
      {
        needed: command.registeredArguments.filter(({ required }) => required).length,
        flags: command.options.map((option) => ({
          names: [option.long ?? '', option.short ?? ''].filter((one) => one !== ''),
          takes: option.variadic
            ? 'several'
            : option.required
              ? 'one'
              : option.optional
                ? 'maybe'
                : 'nothing',
        })),
      },
      rest,
    ),
  ];
};
