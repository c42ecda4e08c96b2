/** `drumhead run-program`: an exported program on a person's picture. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError } from '../../base/error.js';
import { parseEngineChoice } from '../../engine/index.js';
import { runProgram } from '../../runner/import/run.js';

export interface RunProgramFlags {
  readonly input: readonly string[];
  readonly out: string;
  readonly engine: string;
}

export const runProgramFile = (path: string, flags: RunProgramFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.fromEither(parseEngineChoice(flags.engine)),
    TE.chain((engine) => runProgram(path, flags.input, flags.out, engine)),
    TE.map(({ description, count, files, folder }) =>
      [
        description,
        `  ${count} ${count === 1 ? 'sample' : 'samples'}`,
        ...[...files].sort().map((file) => `  ${folder}/${file}`),
      ].join('\n'),
    ),
  );
