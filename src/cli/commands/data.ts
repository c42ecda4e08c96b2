/** `drumhead data`: a task's data, in numbers and as a contact sheet. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import {
  allBackgroundScore,
  classShares,
  type Dataset,
  ignoredShare,
  imagesWithoutForeground,
  type Split,
  splitNames,
} from '../../data/dataset.js';
import { loadDataset } from '../../data/load.js';
import { describeTask, type Task } from '../../data/task.js';
import { mayPutFile, putFile } from '../../files/put-files.js';
import { dataSheetPng } from '../../report/data-sheet.js';
import { interruptible, remark, sayingMoves } from '../edge.js';
import { allFlags, type Idle, noneIdle } from '../flags/all-flags.js';
import { type ChangeFlags, settingsFlag, wholeFlag } from '../flags/flags.js';
import { seconds } from '../session.js';
import { taskFrom } from '../source/task.js';
import { fitted } from '../terminal/fitted.js';
import { plainTeller } from '../terminal/progress.js';
import { exportAsked, exportData, mayExport } from './data-export.js';

export interface DataFlags extends ChangeFlags, Idle {
  readonly show: string;
  readonly out: string;
  readonly export?: string;
  readonly force?: boolean;
  readonly format?: string;
  readonly cache: string;
}

/** Where made data is kept, unless a person says otherwise. */
export const madeData = 'runs/.cache';

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** A line that a person still reads: of many classes, those that occur. */
const sharesOf = (shares: readonly number[], classes: readonly string[]): readonly string[] => {
  const all = shares.map((share, k) => ({ share, text: `${classes[k]} ${percent(share)}` }));
  const shown = classes.length <= 24 ? all : all.filter(({ share }) => share > 0);
  const left = all.length - shown.length;
  return [...shown.map(({ text }) => text), ...(left === 0 ? [] : [`${left} classes without a pixel`])];
};

const splitLines = (name: string, split: Split, classes: readonly string[]): readonly string[] => {
  if (split.count === 0) return [`${name}: no images`];
  const { accuracy, iou } = allBackgroundScore(split);
  const shares = sharesOf(classShares(split, classes.length), classes);
  const ignored = ignoredShare(split);
  return [
    `${name}: ${split.count} images ${split.height}x${split.width}x${split.channels}, ` +
      `${imagesWithoutForeground(split)} without foreground`,
    `  pixels: ${shares.join(', ')}${ignored === 0 ? '' : `; ${percent(ignored)} of all are ignored`}`,
    `  answering background everywhere scores IoU ${iou.toFixed(4)}, accuracy ${accuracy.toFixed(4)}`,
  ];
};

/** The facts of a dataset, as text. */
const dataSummary = (task: Task, dataset: Dataset): string =>
  [
    describeTask(task),
    ...splitNames.flatMap((name) => splitLines(name, dataset[name], dataset.classes)),
  ].join('\n');

/** Data in files are read where they are, also where an experiment names them. */
const isMade = ({ name }: Task, { cache }: DataFlags): Checked<void> =>
  (name === 'npy' || name === 'png') && cache !== madeData
    ? E.left(decodeError('--cache', 'it does nothing here, since this data lies in files; leave it out'))
    : E.right(undefined);

/** Ctrl-C stops between two images, and nothing half-made stays. */
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
