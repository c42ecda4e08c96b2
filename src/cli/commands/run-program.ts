/** `drumhead run-program`: an exported program on a person's picture. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { parseEngineChoice } from '../../engine/index.js';
import { untrained } from '../../runner/export/index.js';
import { readJson } from '../../runner/folder/files.js';
import { type Runnable, readRunnable } from '../../runner/import/index.js';
import { runRunnable } from '../../runner/import/run.js';
import { type OtherSizes, resized, sizesText } from '../../runner/run/resize-program.js';
import { isDocument } from '../document/document.js';
import { programAlone, programIn } from '../document/program-file.js';
import { remark, sayingMoves } from '../edge.js';
import { allFlags, type Idle, noneIdle } from '../flags/all-flags.js';
import { resizeFlag } from '../flags/resize-flag.js';
import { allNames } from '../source/find.js';
import { finishedRun, sayingTaken } from '../source/finished.js';

export interface RunProgramFlags extends Idle {
  readonly input: readonly string[];
  readonly out: string;
  readonly force?: boolean;
  readonly engine: string;
  readonly runs: string;
  /** Settings that change the named experiment. */
  readonly set?: readonly string[];
  readonly resize?: string;
}

const readWeights = (path: string): Effect<Runnable> => readRunnable(path);

const finishedOf = (path: string, { runs, set = [] }: RunProgramFlags): Effect<string> =>
  pipe(finishedRun(path, { runs, set }, 'run-program'), sayingTaken(path));

/** Whether this is a name of the catalogue and not a path. */
const isNamed = (name: string): boolean => allNames.includes(name);

/**
 * The program and weights at a path, or of the finished run of an experiment; a module has a program without trained
 * weights.
 */
const runnable = (path: string, flags: RunProgramFlags): Effect<Runnable> =>
  path.toLowerCase().endsWith('.json')
    ? pipe(
        readJson(path),
        TE.flatMap((json) =>
          t.UnknownRecord.is(json) && 'task' in json
            ? pipe(finishedOf(path, flags), TE.flatMap(readWeights))
            : readWeights(path),
        ),
      )
    : pipe(
        isNamed(path) ? TE.right(null) : programIn(path),
        TE.flatMap((program) =>
          program === null
            ? pipe(
                isNamed(path) || isDocument(path) ? finishedOf(path, flags) : TE.right(path),
                TE.flatMap(readWeights),
              )
            : pipe(
                TE.fromEither(programAlone({ runs: flags.runs })),
                TE.map(
                  (): Runnable => ({ kind: 'program', trained: untrained(program, null, 0), unused: [] }),
                ),
              ),
        ),
      );

/** The program at other sizes. A GraphModel keeps the sizes of its export. */
const atSizes =
  (sizes: OtherSizes | null) =>
  (found: Runnable): Checked<Runnable> => {
    if (sizes === null) return E.right(found);
    if (found.kind === 'graph-model')
      return E.left(
        decodeError(
          '--resize',
          'a GraphModel has the sizes that it was exported with; run the program or the run folder',
        ),
      );
    const { trained } = found;
    return pipe(
      resized(trained.program, sizes),
      E.map((program) => ({
        ...found,
        trained: {
          ...trained,
          program,
          description: `${trained.description}; resized to ${sizesText(sizes)}`,
        },
      })),
    );
  };

/** At most this many numbers of an output are said; its array holds all of them. */
const mostSaid = 8;

/** A float32 in the fewest digits that tell it from all others; nine always do. */
const singleText = (value: number): string =>
  String(
    [6, 7, 8]
      .map((digits) => Number(value.toPrecision(digits)))
      .find((short) => Math.fround(short) === value) ?? Number(value.toPrecision(9)),
  );

/** An output that is one float32 for each sample, in a line. */
export const numbersText = ([name, values]: readonly [string, readonly number[]]): string =>
  `  ${name}: ${values.slice(0, mostSaid).map(singleText).join(', ')}${values.length > mostSaid ? ', …' : ''}`;

/** Runs a program on pictures and lists the files of its outputs. */
export const runProgramFile = (path: string, flags: RunProgramFlags): Effect<string> =>
  pipe(
    TE.fromEither(
      allFlags({
        idle: noneIdle(flags),
        engine: parseEngineChoice(flags.engine),
        resize: resizeFlag(flags.resize),
      }),
    ),
    TE.flatMap(({ engine, resize }) =>
      runRunnable(
        pipe(runnable(path, flags), TE.flatMapEither(atSizes(resize))),
        flags.input,
        flags.out,
        engine,
        sayingMoves(flags),
      ),
    ),
    TE.tapIO(({ notes }) => () => {
      for (const note of notes) remark(`note: ${note}`);
    }),
    TE.map(({ description, count, files, folder, numbers }) =>
      [
        description,
        `  ${count} ${count === 1 ? 'sample' : 'samples'}`,
        ...Object.entries(numbers).map(numbersText),
        ...[...files].sort().map((file) => `  ${folder}/${file}`),
      ].join('\n'),
    ),
  );
