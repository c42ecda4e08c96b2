/** Finds runs of the same experiment by an older arithmetic, and reports that they are kept. */

import * as E from 'fp-ts/lib/Either.js';
import { hashProgram } from '../../dsl/index.js';
import { arithmetic } from '../../engine/index.js';
import { kindOf } from '../../files/kind-of.js';
import { byLeafFrom, findRun } from '../folder/paths.js';
import { readResult } from '../folder/result.js';
import { identityOn } from './identity.js';
import type { Prepared } from './prepare.js';

/**
 * A sentence for each run of the same experiment, seed and engine by an older arithmetic. It is another run,
 * with other bits, and is not touched.
 *
 * @param placed as an environment has it; those under other names are then not looked for
 */
export const olderRuns = async (
  { experiment, seed, engine, program, data }: Prepared,
  runs: string,
  placed?: string,
): Promise<readonly string[]> => {
  const now = arithmetic[engine.name];
  const byLeaf = byLeafFrom(runs, placed);
  const notes: string[] = [];
  for (let number = now - 1; number >= 1; number--) {
    const identity = identityOn(engine, experiment, {
      program: hashProgram(program),
      seed,
      data,
      arithmetic: number,
    });
    const found = await findRun(runs, experiment.name, seed, identity, byLeaf)();
    if (E.isLeft(found) || (await kindOf(found.right)) === null) continue;
    const result = await readResult(found.right)();
    const finished = E.isRight(result) && result.right !== null;
    notes.push(
      `${found.right} holds the same ${finished ? 'run, finished' : 'training, not finished,'} with arithmetic ${number} of ` +
        `${engine.name}; this drumhead computes with ${now}, whose bits differ, so that this is a run of its own. ` +
        `${finished ? 'That one can be read as before' : 'Only the drumhead that began it can go on with it'}`,
    );
  }
  return notes;
};
