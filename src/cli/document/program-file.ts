/** Files that hold a program without a task: it cannot be trained, but shown and checked. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { decodeProgram, type Program } from '../../dsl/index.js';
import { inWords, isDocument, readDocument } from './document.js';

/** A function that writes a program, for laws to write it with another time step. */
export type Writer = (options: object) => unknown;

/** Whether an export is a function, which then writes a program. */
export const isWriter = (value: unknown): value is Writer => typeof value === 'function';

/** The graph in a program or in its JSON; undefined for anything else, such as an experiment. */
const graphIn = (value: unknown): unknown => {
  if (!t.UnknownRecord.is(value) || 'task' in value) return undefined;
  return 'language' in value ? value : value.graph;
};

/** Whether this is a program, its JSON, or a function that writes one. */
export const isProgram = (value: unknown): boolean => isWriter(value) || graphIn(value) !== undefined;

/**
 * The program that an exported function writes.
 *
 * **Errors** DecodeError with what it threw, or if it does not return a program.
 */
export const writtenBy =
  (write: Writer, path: string) =>
  (options: object): Checked<Program> =>
    pipe(
      E.tryCatch(
        () => write(options),
        (cause): DrumheadError => decodeError(path, inWords(cause)),
      ),
      E.flatMap((value) =>
        graphIn(value) === undefined
          ? E.left(
              decodeError(path, 'its function gives no program: ({ dt = 0.1 } = {}) => program(…) is meant'),
            )
          : decodeProgram(graphIn(value), path),
      ),
    );

/** The program that a file's value is. **Errors** DecodeError. */
export const programOf = (value: unknown, path: string): Checked<Program> =>
  isWriter(value) ? writtenBy(value, path)({}) : decodeProgram(graphIn(value), path);

/** The program of a file; null if the name means something else. **Errors** FileError, DecodeError. */
export const programIn = (name: string): Effect<Program | null> =>
  isDocument(name)
    ? pipe(
        readDocument(name),
        TE.flatMapEither((value) => {
          if (!isWriter(value)) return isProgram(value) ? programOf(value, name) : E.right(null);
          // A function may write an experiment or several as well.
          return pipe(
            E.tryCatch(
              () => value({}),
              (cause): DrumheadError => decodeError(name, inWords(cause)),
            ),
            E.flatMap((made) =>
              graphIn(made) === undefined ? E.right(null) : decodeProgram(graphIn(made), name),
            ),
          );
        }),
      )
    : TE.right(null);

/** Refuses flags of runs, sizes and weights for a plain program. */
export const programAlone = ({
  runs,
  preset,
  untrained,
}: {
  readonly runs: string;
  readonly preset?: string;
  readonly untrained?: boolean;
}): Checked<void> => {
  const idle = [
    ...(runs === 'runs' ? [] : [['--runs', 'is of no run'] as const]),
    ...(preset === undefined ? [] : [['--preset', 'has no sizes to choose from'] as const]),
    ...(untrained === true ? [['--untrained', 'leaves as it starts anyway'] as const] : []),
  ][0];
  return idle === undefined
    ? E.right(undefined)
    : E.left(decodeError(idle[0], `it does nothing here, since a program alone ${idle[1]}; leave it out`));
};
