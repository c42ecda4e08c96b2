/** `drumhead data`: what a task's data is, and what it looks like. */

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
import { describeTask, type Task, taskNamed } from '../../data/task.js';
import { settingsFlag, wholeFlag } from '../flags.js';
import { plainTeller } from '../progress.js';
import { seconds } from '../session.js';

export interface DataFlags {
  readonly show: string;
  readonly out: string;
  readonly export?: string;
  readonly cache: string;
  readonly set: readonly string[];
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

/** A task by its name, or a person's own folder: of PNG pairs where it has a folder `images`, else of .npy pairs. */
const taskFrom = (
  name: string,
  settings: Readonly<Record<string, unknown>>,
): TE.TaskEither<DrumheadError, Task> =>
  isName(name)
    ? TE.fromEither(taskNamed(name, settings))
    : pipe(
        isPresent(join(name, 'images')),
        TE.chainEitherK((pictures) => taskNamed(pictures ? 'png' : 'npy', { ...settings, folder: name })),
      );

const isName = (name: string): boolean => !name.includes('/') && !name.startsWith('.');

export const data = (name: string, flags: DataFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.Do,
    TE.bind('show', () => TE.fromEither(wholeFlag('--show', 0)(flags.show))),
    TE.bind('settings', () => TE.fromEither(settingsFlag('--set', flags.set))),
    TE.bind('task', ({ settings }) => taskFrom(name, settings)),
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
