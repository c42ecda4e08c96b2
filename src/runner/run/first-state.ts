/**
 * The first state of a training: weights drawn from the seed, or those of another run if names and shapes
 * agree.
 */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeError, type Effect } from '../../base/error.js';
import { initialParameters } from '../../compile/parameters.js';
import type { Arrays } from '../../compile/tfjs/session/session.js';
import { type Program, parametersOf, volume } from '../../dsl/index.js';
import type { Origin } from '../../experiments/origin.js';
import { listFolder } from '../../files/files.js';
import { readTrained } from '../export/trained.js';
import { readResult } from '../folder/result.js';
import { untrained } from '../training/optimiser.js';
import type { TrainState } from '../training/state.js';
import type { Prepared } from './prepare.js';

/** Initial weights, and a sentence for each group that could not be used. */
interface Taken {
  readonly parameters: Arrays;
  readonly notes: readonly string[];
}

const stateOf = (parameters: Arrays): TrainState => ({
  epoch: 0,
  step: 0,
  lossSum: 0,
  parameters,
  optimiser: untrained,
  best: null,
  history: [],
});

const listed = (names: readonly string[]): string =>
  `${names.slice(0, 12).join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}`;

/**
 * Weights by name: those of another run if it has the name with the same size, else those drawn from the
 * seed.
 *
 * @returns a sentence for names that only one of both has, and for those of another size
 */
export const weightsFrom = (program: Program, own: Arrays, other: Arrays, run: string): Taken => {
  const declared = parametersOf(program.graph);
  const fits = ({ name, shape }: (typeof declared)[number]): boolean => other[name]?.length === volume(shape);
  const taken = declared.filter(fits).map(({ name }) => name);
  const missing = declared.filter(({ name }) => other[name] === undefined).map(({ name }) => name);
  const resized = declared
    .filter((one) => other[one.name] !== undefined && !fits(one))
    .map(({ name }) => name);
  const spare = Object.keys(other).filter((name) => !declared.some((one) => one.name === name));
  const note = (what: string, names: readonly string[]): readonly string[] =>
    names.length === 0 ? [] : [`${what}: ${listed(names)}`];
  return {
    parameters: { ...own, ...Object.fromEntries(taken.map((name) => [name, other[name]])) },
    notes: [
      `begins with ${taken.length} of its ${declared.length} parameters from ${run}`,
      ...note(`${run} does not have these, which begin as the seed says`, missing),
      ...note(`${run} has these in another size, so that they begin as the seed says`, resized),
      ...note(`these of ${run} are not used`, spare),
    ],
  };
};

/**
 * The state from which a run begins.
 *
 * **Errors** DecodeError if the run that it begins from is gone, has other weights now, or shares no
 * parameter with it; FileError.
 */
export const firstState = (
  { program, seed, experiment: { from } }: Prepared,
  note: (messages: readonly string[]) => void,
): Effect<TrainState> => {
  const own = initialParameters(program.graph, seed);
  return from === undefined
    ? TE.right(stateOf(own))
    : pipe(begunFrom(program, own, from, note), TE.map(stateOf));
};

const begunFrom = (
  program: Program,
  own: Arrays,
  { run, weights }: Origin,
  note: (messages: readonly string[]) => void,
): Effect<Arrays> =>
  pipe(
    TE.Do,
    TE.bind('result', () => readResult(run)),
    TE.bind('trained', () => readTrained(run)),
    TE.flatMap(({ result, trained }): Effect<Arrays> => {
      if (result?.weights.sha256 !== weights)
        return TE.left(
          decodeError(
            run,
            `from: its weights are not those that were meant (${weights.slice(0, 16)}, now ${result?.weights.sha256.slice(0, 16) ?? 'none'}); put that run back, or name another`,
          ),
        );
      const taken = weightsFrom(program, own, trained.parameters, run);
      if (taken.notes[0]?.startsWith('begins with 0 '))
        return TE.left(
          decodeError(run, 'from: it has no parameter of these names and sizes', taken.notes.slice(1)),
        );
      note(taken.notes);
      return TE.right(taken.parameters);
    }),
  );

/** The run from which a training begins. **Errors** DecodeError if it is not finished; FileError. */
export const originOf = (folder: string): Effect<Origin> =>
  pipe(
    // without this a missing folder would be reported as an unfinished run
    listFolder(folder),
    TE.flatMap(() => readResult(folder)),
    TE.flatMap((result) =>
      result === null
        ? TE.left(decodeError(folder, 'this run is not finished, so that it has no weights to begin from'))
        : TE.right({ run: folder, weights: result.weights.sha256 }),
    ),
  );
