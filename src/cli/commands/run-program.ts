/** `drumhead run-program`: an exported program on a person's picture. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError } from '../../base/error.js';
import { parseEngineChoice } from '../../engine/index.js';
import { untrained } from '../../runner/export/index.js';
import { type Runnable, readRunnable } from '../../runner/import/index.js';
import { runRunnable } from '../../runner/import/run.js';
import { programIn } from '../program-file.js';

export interface RunProgramFlags {
  readonly input: readonly string[];
  readonly out: string;
  readonly force?: boolean;
  readonly engine: string;
}

/** What lies at a path; a module holds a program that has learnt nothing yet. */
const runnable = (path: string): TE.TaskEither<DrumheadError, Runnable> =>
  path.endsWith('.json')
    ? readRunnable(path)
    : pipe(
        programIn(path),
        TE.chain((program) =>
          program === null
            ? readRunnable(path)
            : TE.right<DrumheadError, Runnable>({
                kind: 'program',
                trained: untrained(program, null, 0),
                unused: [],
              }),
        ),
      );

export const runProgramFile = (path: string, flags: RunProgramFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.fromEither(parseEngineChoice(flags.engine)),
    TE.chain((engine) => runRunnable(runnable(path), flags.input, flags.out, engine, flags)),
    TE.map(({ description, count, files, folder }) =>
      [
        description,
        `  ${count} ${count === 1 ? 'sample' : 'samples'}`,
        ...[...files].sort().map((file) => `  ${folder}/${file}`),
      ].join('\n'),
    ),
  );
