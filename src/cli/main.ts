/** The command line, run. */

import { commandLine, wordsOf } from './command-line.js';
import { endingInSentences, survivingItsReaders } from './edge.js';

survivingItsReaders();
const ended = endingInSentences();

const program = commandLine();

// The exit code is 2 for a wrong command line, 0 for help and version; commander prints its own sentence.
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
