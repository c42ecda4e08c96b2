/** The command line as a value: its commands, their flags and their help. */

import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { EngineName, fuseVariable } from '../engine/names.js';
import { packageVersion } from '../runner/folder/versions.js';
import { codeVariable } from './document/code.js';
import { remark } from './edge.js';
import type { Line } from './flags/idle-rules.js';
import { exchange } from './line/import-export.js';
import { asking } from './line/inspection.js';
import { results } from './line/results.js';
import { training } from './line/training.js';
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

/** Refuses flags that would do nothing, and notes those that are ignored. */
const refuseIdle = async (line: Line): Promise<void> => {
  if (line.given.length === 0) return;
  const { idleFlags } = await import('./flags/idle-flags.js');
  const { refused, noted } = await idleFlags(line);
  for (const sentence of refused) remark(`drumhead: ${sentence}`);
  if (refused.length > 0) process.exit(2);
  for (const note of noted) remark(`note: ${note}`);
};

/** All commands, made anew at each call. */
export const commandLine = () => {
  const program = new Command('drumhead')
    .description('A functional language for wave networks: write, train, animate and measure them.')
    .version(packageVersion())
    .option('--code', 'let .json and .yaml files name experiments in .ts or .js files, which are then run')
    .option('--no-code', 'refuse .ts and .js files: only data is read, and nothing of a file is run')
    .hook('preAction', async (all, command) => {
      heed(all.opts());
      heed(command.opts());
      await refuseIdle(lineOf(command));
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
