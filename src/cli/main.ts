/** The command line, run. */

import { commandLine, wordsOf } from './command-line.js';
import { endingInSentences, survivingItsReaders } from './edge.js';

survivingItsReaders();
const ended = endingInSentences();

const program = commandLine();

// A wrong command line ends with 2, help and version with 0; commander prints its own sentence.
program.exitOverride((error) => {
  ended();
  process.exit(error.exitCode === 0 ? 0 : 2);
});
for (const command of program.commands)
  command.exitOverride((error) => {
    ended();
    process.exit(error.exitCode === 0 ? 0 : 2);
  });

await program.parseAsync(wordsOf(program, process.argv.slice(2)), { from: 'user' });
ended();
