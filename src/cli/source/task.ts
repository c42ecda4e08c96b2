/** From a name on the command line to a task: its own name, a folder of data, or the experiment that it is part of. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect, unknownName } from '../../base/error.js';
import { isArrayTask, isOwnName, isOwnTask, type Task, taskNamed, taskNames } from '../../data/task.js';
import type { Shape } from '../../dsl/index.js';
import { kindOf } from '../../files/kind-of.js';
import { files } from '../../runner/folder/files.js';
import { isDocument } from '../document/document.js';
import { remark } from '../edge.js';
import type { ChangeFlags } from '../flags/flags.js';
import { dataKind, isDataFile } from './data-folder.js';
import { experimentFrom } from './source.js';

/** A person's own folder or file, recognised by its content; otherwise a folder of .npy pairs. */
const folderTask = (folder: string, settings: Readonly<Record<string, unknown>>): Effect<Task> =>
  pipe(
    dataKind(folder),
    TE.flatMapEither((kind) => taskNamed(kind ?? 'npy', { ...settings, folder })),
  );

/** Settings of a task may be written as those of an experiment: `task.size` is `size`. */
export const ofTask = (
  settings: Readonly<Record<string, unknown>>,
  mnistDir: string | undefined,
): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(
    Object.entries(settings).map(([path, value]) => [path.replace(/^task\./, ''), value]),
  ),
  ...(mnistDir === undefined ? {} : { mnistDir }),
});

/** The task with images of this grid; files have a fixed size, and arrays have no grid. */
export const taskOfGrid =
  (grid: Shape | null) =>
  (task: Task): Checked<Task> => {
    if (grid === null || isOwnTask(task) || isArrayTask(task)) return E.right(task);
    const [height, width] = grid;
    return grid.length === 2 && height === width
      ? taskNamed(task.name, { ...task, size: height })
      : E.left(
          decodeError('--resize', `${task.name} makes square images, such as 64x64, not ${grid.join('x')}`),
        );
  };

const isTask = (name: string): boolean => taskNames.some((task) => task === name);

/** Tasks on a person's own files need their folder. */
const namedTask = (name: string, settings: Readonly<Record<string, unknown>>): Checked<Task> =>
  isOwnName(name) && settings.folder === undefined
    ? E.left(
        decodeError(
          name,
          `this task is a folder of your own files; name the folder itself instead of ${name}, or add --set folder=FOLDER`,
        ),
      )
    : taskNamed(name, settings);

/** The folder of digits has no effect on a task without digits. */
export const hasDigits = (name: string, mnistDir: string | undefined): Checked<void> =>
  mnistDir === undefined || name === 'mnist' || name === 'multi-mnist' || name === 'sequential-mnist'
    ? E.right(undefined)
    : E.left(
        decodeError(
          '--mnist-dir',
          `it does nothing here, since ${name} has no digits of MNIST; leave it out`,
        ),
      );

/** Whether this is a single file of data. */
const isPicture = (name: string): boolean => /\.(png|npy|npz|jpe?g|gif|tiff?|bmp|webp)$/i.test(name);

/** Whether this is a folder or a file of data; run folders are experiments. */
const isData = (name: string): Effect<boolean> =>
  TE.fromTask(async () => {
    const kind = await kindOf(name);
    if (kind === 'file') return isDataFile(name);
    return kind === 'folder' && (await kindOf(join(name, files.experiment))) === null;
  });

/** A task is named: a person's own folder of data with that name is not read, and that is said. */
const sayingFolder = (name: string): Effect<void> =>
  pipe(
    isData(name),
    // A folder that cannot be read has no part in the task, so its error is none here.
    TE.flatMap((data) => (data ? TE.orElseW(() => TE.right(null))(dataKind(name)) : TE.right(null))),
    TE.map((kind) =>
      kind === null
        ? undefined
        : remark(`note: ${name} is the task of that name; the folder here that is called so is ./${name}`),
    ),
  );

/**
 * A task by its name, a folder of data, or the task of an experiment.
 *
 * @param settings changes of it
 * @param preset the size of an experiment's task
 *
 * **Errors** UnknownName, DecodeError with every problem at once, FileError.
 */
export const taskFrom = (
  name: string,
  settings: Readonly<Record<string, unknown>>,
  flags: ChangeFlags,
  preset = 'full',
): Effect<Task> =>
  isTask(name)
    ? pipe(
        TE.fromEither(hasDigits(name, flags.mnistDir)),
        TE.tap(() => sayingFolder(name)),
        TE.flatMapEither(() => namedTask(name, ofTask(settings, flags.mnistDir))),
      )
    : pipe(
        isData(name),
        TE.flatMap((data) =>
          data
            ? pipe(
                TE.fromEither(hasDigits(`the data of ${name}`, flags.mnistDir)),
                TE.flatMap(() => folderTask(name, ofTask(settings, undefined))),
              )
            : isPicture(name)
              ? TE.left(
                  decodeError(
                    name,
                    'data is a folder of pairs, images/NAME.png and masks/NAME.png (or .tif), or a folder of pictures for each class, or train_images.npy and the like, or arrays; give that folder',
                  ),
                )
              : /[\\/]/.test(name) || isDocument(name)
                ? pipe(
                    experimentFrom(name, preset, flags),
                    TE.map(({ experiment }) => experiment.task),
                  )
                : TE.left(unknownName('task or folder', name, taskNames)),
        ),
      );
