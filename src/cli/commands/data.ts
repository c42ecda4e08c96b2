/** `drumhead data`: what a task's data is, and what it looks like. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError } from '../../base/error.js';
import { contactSheet } from '../../data/contact-sheet.js';
import {
  allBackgroundScore,
  classShares,
  type Dataset,
  imagesWithoutForeground,
  type Split,
  splitNames,
} from '../../data/dataset.js';
import { isPresent, writeBytes } from '../../data/files.js';
import { load } from '../../data/load.js';
import { writeNpyPairs } from '../../data/npy-pairs.js';
import { encodePng } from '../../data/png.js';
import { describeTask, type Task, taskNamed, taskNames } from '../../data/task.js';
import { files } from '../../runner/folder.js';
import { isDocument } from '../document.js';
import { type ChangeFlags, settingsFlag, wholeFlag } from '../flags.js';
import { plainTeller } from '../progress.js';
import { seconds } from '../session.js';
import { experimentFrom } from '../source.js';

export interface DataFlags extends ChangeFlags {
  readonly show: string;
  readonly out: string;
  readonly export?: string;
  readonly cache: string;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const splitLines = (name: string, split: Split, classes: readonly string[]): readonly string[] => {
  if (split.count === 0) return [`${name}: no images`];
  const { accuracy, iou } = allBackgroundScore(split);
  const shares = classShares(split, classes.length).map((share, k) => `${classes[k]} ${percent(share)}`);
  return [
    `${name}: ${split.count} images ${split.height}x${split.width}x${split.channels}, ` +
      `${imagesWithoutForeground(split)} without foreground`,
    `  pixels: ${shares.join(', ')}`,
    `  answering background everywhere scores IoU ${iou.toFixed(4)}, accuracy ${accuracy.toFixed(4)}`,
  ];
};

/** What is said of a dataset. */
const dataSummary = (task: Task, dataset: Dataset): string =>
  [
    describeTask(task),
    ...splitNames.flatMap((name) => splitLines(name, dataset[name], dataset.classes)),
  ].join('\n');

/** A person's own folder: of PNG pairs where it has a folder `images` or `train/images`, else of .npy pairs. */
const folderTask = (
  folder: string,
  settings: Readonly<Record<string, unknown>>,
): TE.TaskEither<DrumheadError, Task> =>
  pipe(
    [join(folder, 'images'), join(folder, 'train', 'images')],
    TE.traverseArray(isPresent),
    TE.chainEitherK((there) => taskNamed(there.includes(true) ? 'png' : 'npy', { ...settings, folder })),
  );

/** Settings of a task may be written as those of an experiment: `task.size` is `size`. */
const ofTask = (
  settings: Readonly<Record<string, unknown>>,
  mnistDir: string | undefined,
): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(
    Object.entries(settings).map(([path, value]) => [path.replace(/^task\./, ''), value]),
  ),
  ...(mnistDir === undefined ? {} : { mnistDir }),
});

const isTask = (name: string): boolean => taskNames.some((task) => task === name);

/** Whether this is a folder of data; run folders are experiments. */
const isData = (name: string): TE.TaskEither<DrumheadError, boolean> =>
  TE.fromTask(async () => {
    const found = await stat(name).catch(() => null);
    return (
      found?.isDirectory() === true && (await stat(join(name, files.experiment)).catch(() => null)) === null
    );
  });

/** A task by its name, a folder of data, or the task of an experiment. */
const taskFrom = (
  name: string,
  settings: Readonly<Record<string, unknown>>,
  flags: ChangeFlags,
): TE.TaskEither<DrumheadError, Task> =>
  isTask(name)
    ? TE.fromEither(taskNamed(name, ofTask(settings, flags.mnistDir)))
    : pipe(
        isData(name),
        TE.chain((data) =>
          data
            ? folderTask(name, ofTask(settings, flags.mnistDir))
            : name.includes('/') || isDocument(name)
              ? pipe(
                  experimentFrom(name, 'full', flags),
                  TE.map(({ experiment }) => experiment.task),
                )
              : TE.fromEither(taskNamed(name)),
        ),
      );

export const data = (name: string, flags: DataFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.Do,
    TE.bind('show', () => TE.fromEither(wholeFlag('--show', 0)(flags.show))),
    TE.bind('settings', () => TE.fromEither(settingsFlag('--set', flags.set ?? []))),
    TE.bind('task', ({ settings }) => taskFrom(name, settings, flags)),
    TE.bind('dataset', ({ task }) => {
      const { tell } = plainTeller((line) => process.stderr.write(`${line}\n`), seconds);
      return load(task, {
        cacheDir: flags.cache,
        onProgress: ({ done, total }) => tell({ kind: 'data', done, total }),
      });
    }),
    TE.bind('sheet', ({ dataset, show }) => {
      const split = dataset.test;
      const count = Math.min(show, split.count);
      if (count === 0) return TE.right('');
      const indices = Array.from({ length: count }, (_, i) => i);
      return pipe(
        writeBytes(flags.out, encodePng(contactSheet(split, { indices }))),
        TE.map((path) => `\nthe first ${count} test images: ${path}`),
      );
    }),
    TE.bind('exported', ({ dataset }) =>
      flags.export === undefined
        ? TE.right('')
        : pipe(
            writeNpyPairs(dataset, flags.export),
            TE.map((paths) => `\nwritten: ${paths.join(', ')}`),
          ),
    ),
    TE.map(
      ({ task, dataset, sheet, exported }) =>
        [...dataset.notes, dataSummary(task, dataset)].join('\n') + sheet + exported,
    ),
  );
