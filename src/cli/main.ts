/** The command line. */

import { Command } from '@commander-js/extra-typings';
import { fuseVariable } from '../engine/names.js';
import { packageVersion } from '../runner/versions.js';
import { codeVariable } from './code.js';
import { survivingItsReaders } from './edge.js';
import { asking } from './line/asking.js';
import { exchange } from './line/exchange.js';
import { results } from './line/results.js';
import { training } from './line/training.js';
import { spread } from './words.js';

survivingItsReaders();

// An environment variable, since workers and the processes of a sweep have to hear of it too.
const heed = (flags: object): void => {
  if ('code' in flags && flags.code !== undefined)
    process.env[codeVariable] = flags.code === true ? 'on' : 'off';
  if ('fuse' in flags && flags.fuse === 'off') process.env[fuseVariable] = 'off';
};

const program = new Command('drumhead')
  .description('A functional language for wave networks: write, train, animate and measure them.')
  .version(packageVersion())
  .option('--code', 'let .json and .yaml files name experiments in .ts or .js files, which are then run')
  .option('--no-code', 'refuse .ts and .js files: only data is read, and nothing of a file is run')
  .hook('preAction', (all, command) => {
    heed(all.opts());
    heed(command.opts());
  })
  .showHelpAfterError('(--help says what there is)')
  .addHelpText(
    'after',
    `
Examples:
  $ drumhead run tetrominoes/nwm-linear --preset quick     train a Neural Wave Machine in minutes
  $ drumhead list                                          what can be run
  $ drumhead parity shared/parity                          compare with arrays of the original

A .ts or .js file is code: whatever reads it, show too, runs it, and says so. Data (.json, .yaml) runs nothing.
Exit codes: 0 well, 1 failed, 2 wrong command line, 130 stopped by Ctrl-C (the same command goes on).`,
  );

for (const add of [training, asking, results, exchange]) add(program);

// A wrong command line ends with 2, help and version with 0; commander prints its own sentence.
program.exitOverride((error) => {
  process.exit(error.exitCode === 0 ? 0 : 2);
});
for (const command of program.commands)
  command.exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });

/** A flag that takes several values must not take the name that stands behind them. */
const words = (): readonly string[] => {
  const [name, ...rest] = process.argv.slice(2);
  const command = program.commands.find((one) => one.name() === name || one.aliases().includes(name ?? ''));
  if (command === undefined) return process.argv.slice(2);
  return [
    name,
    ...spread(
      {
        needed: command.registeredArguments.filter(({ required }) => required).length,
        flags: command.options.map((option) => ({
          names: [option.long ?? '', option.short ?? ''].filter((one) => one !== ''),
          takes: option.variadic ? 'several' : option.required || option.optional ? 'one' : 'nothing',
        })),
      },
      rest,
    ),
  ];
};

await program.parseAsync(words(), { from: 'user' });
