/** `drumhead export`: a program and its weights, in a format that others read. */

import { stat } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError } from '../../base/error.js';
import { taskShape } from '../../data/task.js';
import { programFor } from '../../experiments/model.js';
import {
  type ExportFormat,
  exportTrained,
  formatNamed,
  type Trained,
  untrained,
} from '../../runner/export/index.js';
import { readRunnable } from '../../runner/import/index.js';
import { wholeFlag } from '../flags.js';
import { programIn } from '../program-file.js';
import { experimentFrom } from '../source.js';

export interface ExportFlags {
  readonly format: string;
  readonly out: string;
  readonly force?: boolean;
  readonly unroll?: boolean;
  readonly outputs?: string;
  readonly preset: string;
  readonly seed: string;
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() ?? false;

/** A run folder or an export, with its weights. */
const written = (path: string): TE.TaskEither<DrumheadError, Trained> =>
  pipe(
    readRunnable(path),
    TE.chainEitherK((found) =>
      found.kind === 'program'
        ? E.right(found.trained)
        : E.left(decodeError(path, 'a GraphModel is no program any more; export its run instead')),
    ),
  );

/** A program as it starts: a file's own, or that of an experiment that was not run. */
const unwritten = (name: string, flags: ExportFlags): TE.TaskEither<DrumheadError, Trained> =>
  pipe(
    programIn(name),
    TE.chain((program) =>
      program === null
        ? ofExperiment(name, flags)
        : pipe(
            TE.fromEither(wholeFlag('--seed', 0)(flags.seed)),
            TE.map((seed) => untrained(program, null, seed)),
          ),
    ),
  );

const ofExperiment = (name: string, flags: ExportFlags): TE.TaskEither<DrumheadError, Trained> =>
  pipe(
    TE.Do,
    TE.bind('seed', () => TE.fromEither(wholeFlag('--seed', 0)(flags.seed))),
    TE.bind('experiment', () =>
      pipe(
        experimentFrom(name, flags.preset),
        TE.map(({ experiment }) => experiment),
      ),
    ),
    TE.bindW('sizes', ({ experiment }) =>
      TE.fromOption(() =>
        decodeError(
          name,
          'the sizes of this task are known when its files are read; run it, and export the run',
        ),
      )(taskShape(experiment.task)),
    ),
    TE.bindW('program', ({ experiment, sizes }) =>
      TE.fromEither(programFor(experiment.model, experiment.loss.target, sizes)),
    ),
    TE.map(({ program, experiment, seed }) => untrained(program, experiment, seed)),
  );

const isExport = (name: string): boolean => name.endsWith('.safetensors') || name.endsWith('program.json');

/** Flags that say nothing about another format are refused, not passed over. */
const onlyOfGraphs = (format: ExportFormat, flags: ExportFlags): E.Either<DrumheadError, void> => {
  const flag = flags.unroll === true ? '--unroll' : flags.outputs === undefined ? undefined : '--outputs';
  return flag === undefined || format === 'graph-model'
    ? E.right(undefined)
    : E.left(decodeError(flag, `it is for --format graph-model; leave it out with --format ${format}`));
};

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

export const exportRun = (name: string, flags: ExportFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.Do,
    TE.bind('format', () => TE.fromEither(formatNamed(flags.format))),
    TE.chainFirst(({ format }) => TE.fromEither(onlyOfGraphs(format, flags))),
    TE.bind('folder', () => TE.fromTask(() => isFolder(name))),
    TE.bind('trained', ({ folder }) => (folder || isExport(name) ? written(name) : unwritten(name, flags))),
    TE.bind('files', ({ trained, format }) =>
      exportTrained(
        trained,
        format,
        flags.out,
        {
          unroll: flags.unroll ?? false,
          ...(flags.outputs === undefined ? {} : { outputs: flags.outputs.split(',') }),
        },
        flags,
      ),
    ),
    TE.map(({ trained, files }) =>
      [
        trained.description,
        ...Object.entries(files)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([file, bytes]) => `  ${flags.out}/${file}  ${kib(bytes.length)}`),
      ].join('\n'),
    ),
  );
