/** The command line, run. */

import { commandLine } from './command-line.js';
import { survivingItsReaders } from './edge.js';
import { spread } from './flags/spread.js';

survivingItsReaders();

const program = commandLine();

// A wrong command line ends with 2, help and version with 0; commander prints its own sentence.
program.exitOverride((error) => {
  process.exit(error.exitCode === 0 ? 0 : 2);
});
for (const command of program.commands)
  command.exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });

/** A flag that takes several values must not take the name behind them. */
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
