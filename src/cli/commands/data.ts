/** `drumhead data`: a task's data, in numbers and as a contact sheet. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, defect, type Effect } from '../../base/error.js';
import {
  allBackgroundScore,
  classShares,
  type Dataset,
  ignoredShare,
  imagesWithoutForeground,
  type Split,
  splitNames,
} from '../../data/dataset.js';
import { loadDataset, loadTask } from '../../data/load.js';
import { type ArrayTask, describeTask, isArrayTask, isMadeArrayTask, type Task } from '../../data/task.js';
import { mayPutFile, putFile } from '../../files/put-files.js';
import { arraySheetPng } from '../../report/array-sheet.js';
import { dataSheetPng } from '../../report/data-sheet.js';
import { generatorOf } from '../document/generators.js';
import { interruptible, remark, sayingMoves } from '../edge.js';
import { allFlags, type Idle, noneIdle } from '../flags/all-flags.js';
import { type ChangeFlags, settingsFlag, wholeFlag } from '../flags/flags.js';
import { seconds } from '../session.js';
import { arraysSummary } from '../show/arrays.js';
import { sharesText } from '../show/shares.js';
import { madeData } from '../source/data-folder.js';
import { taskFrom } from '../source/task.js';
import { fitted } from '../terminal/fitted.js';
import { plainTeller } from '../terminal/progress.js';
import { type DataExport, exportAsked, exportData, mayExport } from './data-export.js';

export interface DataFlags extends ChangeFlags, Idle {
  readonly show: string;
  readonly out: string;
  readonly export?: string;
  readonly force?: boolean;
  readonly format?: string;
  readonly cache: string;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const splitLines = (name: string, split: Split, classes: readonly string[]): readonly string[] => {
  if (split.count === 0) return [`${name}: no images`];
  const { accuracy, iou } = allBackgroundScore(split);
  const shares = sharesText(classShares(split, classes.length), classes, 'pixel');
  const ignored = ignoredShare(split);
  return [
    `${name}: ${split.count} images ${split.height}x${split.width}x${split.channels}, ` +
      `${imagesWithoutForeground(split)} without foreground`,
    `  pixels: ${shares}${ignored === 0 ? '' : `; ${percent(ignored)} of all are ignored`}`,
    `  answering background everywhere scores IoU ${iou.toFixed(4)}, accuracy ${accuracy.toFixed(4)}`,
  ];
};

/** The facts of a dataset, as text. */
const dataSummary = (task: Task, dataset: Dataset): string =>
  [
    describeTask(task),
    ...splitNames.flatMap((name) => splitLines(name, dataset[name], dataset.classes)),
  ].join('\n');

/** Data in files are read in place, even if an experiment names them. */
const isMade = (task: Task, { cache }: DataFlags): Checked<void> => {
  const why =
    task.name === 'npy' || task.name === 'png'
      ? 'this data lies in files'
      : isMadeArrayTask(task)
        ? 'its arrays are made when they are read'
        : undefined;
  return why === undefined || cache === madeData
    ? E.right(undefined)
    : E.left(decodeError('--cache', `it does nothing here, since ${why}; leave it out`));
};

/** Ctrl-C stops between two images and leaves no partial result. */
export const data =
  (name: string, flags: DataFlags): Effect<string> =>
  async () => {
    const { signal, done } = interruptible();
    try {
      return await watched(name, flags, signal)();
    } finally {
      done();
    }
  };

const watched = (name: string, flags: DataFlags, signal: AbortSignal): Effect<string> =>
  pipe(
    TE.fromEither(
      allFlags({
        idle: noneIdle(flags),
        show: wholeFlag('--show', 0)(flags.show),
        settings: settingsFlag('--set', flags.set ?? []),
        asked: exportAsked(flags.export, flags.format),
      }),
    ),
    TE.tap(({ asked }) => mayExport(asked, flags)),
    TE.tap(({ show }) => (show === 0 ? TE.right(undefined) : mayPutFile(flags.out, flags))),
    TE.bind('task', ({ settings }) => taskFrom(name, settings, flags)),
    TE.tap(({ task }) => TE.fromEither(isMade(task, flags))),
    TE.flatMap((asked) =>
      isArrayTask(asked.task) ? ofArrays(asked.task, asked, flags, signal) : ofImages(asked, flags, signal),
    ),
  );

/**
 * The content of a task of arrays, and a sheet of its first samples. It cannot be exported, since it has no pictures.
 */
const ofArrays = (
  task: ArrayTask,
  { show, asked }: Pick<Asked, 'show' | 'asked'>,
  flags: DataFlags,
  signal: AbortSignal,
): Effect<string> =>
  asked !== null
    ? TE.left(
        decodeError(
          '--export',
          `${task.name} has arrays and no pictures; leave it out, and read them by loadTask`,
        ),
      )
    : pipe(
        TE.Do,
        TE.bind('loaded', () => {
          const { tell } = plainTeller(remark, seconds);
          return loadTask(task, {
            cacheDir: flags.cache,
            generatorOf,
            signal,
            onProgress: ({ done, total }) => tell({ kind: 'data', done, total }),
          });
        }),
        TE.bindW('summary', ({ loaded }) => TE.tryCatch(() => arraysSummary(task, loaded), defect)),
        TE.bind('sheet', ({ loaded: { arrays } }) => {
          const count = Math.min(show, arrays.test.count);
          if (count === 0) return TE.right('');
          const indices = Array.from({ length: count }, (_, i) => i);
          return pipe(
            TE.tryCatch(() => arrays.test.read(Object.keys(arrays.forms), indices), defect),
            TE.flatMapEither((values) => arraySheetPng(arrays.forms, values, count)),
            TE.flatMap((bytes) => putFile(flags.out, bytes, sayingMoves(flags))),
            TE.map((path) => `\nthe first ${count} test samples: ${path}`),
          );
        }),
        TE.map(({ summary, sheet }) => fitted(summary) + sheet),
      );

/** The checked request. */
interface Asked {
  readonly task: Task;
  readonly show: number;
  readonly asked: DataExport | null;
}

const ofImages = (given: Asked, flags: DataFlags, signal: AbortSignal): Effect<string> =>
  pipe(
    TE.right(given),
    TE.bind('dataset', ({ task }) => {
      const { tell } = plainTeller(remark, seconds);
      return loadDataset(task, {
        cacheDir: flags.cache,
        signal,
        onProgress: ({ done, total }) => tell({ kind: 'data', done, total }),
      });
    }),
    TE.bind('sheet', ({ dataset, show }) => {
      const split = dataset.test;
      const count = Math.min(show, split.count);
      if (count === 0) return TE.right('');
      const indices = Array.from({ length: count }, (_, i) => i);
      return pipe(
        TE.fromEither(dataSheetPng(split, dataset, indices)),
        TE.flatMap((bytes) => putFile(flags.out, bytes, sayingMoves(flags))),
        TE.map((path) => `\nthe first ${count} test images: ${path}`),
      );
    }),
    TE.bind('exported', ({ dataset, asked }) =>
      asked === null
        ? TE.right('')
        : pipe(
            exportData(dataset, asked, { signal }, sayingMoves(flags)),
            TE.map((paths) => `\nwritten: ${paths.join(', ')}`),
          ),
    ),
    TE.map(({ task, dataset, sheet, exported }) =>
      fitted([...dataset.notes, dataSummary(task, dataset)].join('\n') + sheet + exported),
    ),
  );
