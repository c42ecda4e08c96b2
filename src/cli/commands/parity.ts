/** `drumhead parity`: models, gradients, scores and Adam against arrays computed by the original. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Effect, mismatch } from '../../base/error.js';
import { parseEngineChoice } from '../../engine/index.js';
import { parityJson, renderParity, runParity } from '../../runner/parity/index.js';
import { answer } from '../edge.js';
import { fitted } from '../terminal/fitted.js';
import { terminalWidth } from '../terminal/terminal-width.js';

export interface ParityFlags {
  readonly case?: string;
  readonly engine: string;
  readonly json?: boolean;
}

/** The whole comparison is always printed; beyond the limits the command fails. */
export const parity = (folder: string, flags: ParityFlags): Effect<string> =>
  pipe(
    TE.fromEither(parseEngineChoice(flags.engine)),
    TE.flatMap((engine) =>
      runParity(folder, { engine, ...(flags.case === undefined ? {} : { case: flags.case }) }),
    ),
    TE.flatMap((report): Effect<string> => {
      const text = flags.json === true ? parityJson(report) : fitted(renderParity(report, terminalWidth()));
      if (report.passed) return TE.right(text);
      answer(text);
      const failed = report.cases.filter(({ status }) => status === 'fail').map(({ name }) => name);
      return TE.left(
        mismatch(
          failed.length === 0 ? 'no case here is supported' : `beyond the limits: ${failed.join(', ')}`,
        ),
      );
    }),
  );
