/** Saves a training state in its folder: the checkpoint first, then the files that can be made from it again. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import type { ParameterDeclaration } from '../../dsl/index.js';
import type { Arithmetic } from '../../engine/index.js';
import { writeEvents } from '../folder/events.js';
import { writeMetrics } from '../folder/metrics.js';
import { saveCheckpoint } from '../folder/ongoing/checkpoint.js';
import { stillHeld } from '../folder/ongoing/lock.js';
import type { TrainState } from '../training/state.js';

/** Writes metrics.ndjson and the event file of a history. **Errors** FileError. */
export const writeHistory = (folder: string, { history }: Pick<TrainState, 'history'>): Effect<void> =>
  pipe(
    writeMetrics(folder, history),
    TE.flatMap(() => writeEvents(folder, history)),
  );

/** Saves a state. **Errors** FileError, also if another process took the folder; the state before stays. */
export const saveState = (
  folder: string,
  declared: readonly ParameterDeclaration[],
  state: TrainState,
  arithmetic: Arithmetic,
): Effect<void> =>
  pipe(
    stillHeld(folder),
    TE.flatMap(() => saveCheckpoint(folder, declared, state, arithmetic)),
    TE.flatMap(() => writeHistory(folder, state)),
  );
