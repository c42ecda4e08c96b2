/** A command line as it is typed, done in this process: the same sentences without a start of Node for each. */

import { CommanderError } from '@commander-js/extra-typings';
import { commandLine, wordsOf } from '../../src/cli/command-line.js';
import { codeVariable } from '../../src/cli/document/code.js';
import { fuseVariable } from '../../src/engine/names.js';

/** What a command printed, and its exit code. */
export interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Does what `drumhead WORDS` does in a folder. */
export const typed = async (words: readonly string[], cwd = process.cwd()): Promise<Said> => {
  const said = { stdout: '', stderr: '' };
  const [here, code, environment] = [process.cwd(), process.exitCode, { ...process.env }];
  const writes = (['stdout', 'stderr'] as const).map((name) => {
    const { write } = process[name];
    process[name].write = (text: string | Uint8Array): boolean => {
      said[name] += typeof text === 'string' ? text : new TextDecoder().decode(text);
      return true;
    };
    return () => {
      process[name].write = write;
    };
  });
  const program = commandLine();
  for (const command of [program, ...program.commands])
    command.exitOverride((error) => {
      throw error;
    });
  process.exitCode = 0;
  process.chdir(cwd);
  let status: number | null = null;
  try {
    await program.parseAsync(wordsOf(program, words), { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    status = cause.exitCode === 0 ? 0 : 2;
  } finally {
    for (const restore of writes) restore();
    status ??= Number(process.exitCode);
    process.exitCode = code;
    process.chdir(here);
    // Flags that are for the process and for those that it starts.
    for (const name of [codeVariable, fuseVariable])
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
  }
  return { status, ...said };
};
