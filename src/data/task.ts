/** A task as plain data: which samples are learnt, how they are made, and how many there are. */

import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { byName, decodeWith } from '../base/codec.js';
import { type Checked, unknownName } from '../base/error.js';
import type { ArrayForm } from './arrays.js';
import type { TaskShape } from './dataset.js';
import { addingForms, addingTask, describeAdding } from './made/adding.js';
import { connectednessShape, connectednessTask, describeConnectedness } from './made/connectedness.js';
import { copyForms, copyTask, describeCopy } from './made/copy.js';
import { describeInsideOutside, insideOutsideShape, insideOutsideTask } from './made/inside-outside.js';
import { describeMazes, mazesShape, mazesTask } from './made/mazes.js';
import { describeMnist, digitShape, mnistTask } from './made/mnist.js';
import { describeMultiMnist, multiMnistTask } from './made/multi-mnist.js';
import { describePathfinder, pathfinderShape, pathfinderTask } from './made/pathfinder.js';
import { describePolygons, polygonsShape, polygonsTask } from './made/polygons.js';
import {
  describeSequentialMnist,
  sequentialMnistForms,
  sequentialMnistTask,
} from './made/sequential-mnist.js';
import { describeShapes, shapesShape, shapesTask } from './made/shapes.js';
import { describeTetrominoes, tetrominoesShape, tetrominoesTask } from './made/tetrominoes.js';
import { describeWaveForecast, waveForecastForms, waveForecastTask } from './made/wave-forecast.js';
import { describeFolder } from './own/folder.js';
import { arraysTask, describeArrays } from './own/stated/arrays.js';
import { describeGenerated, type GeneratedTask, generatedTask } from './own/stated/generated.js';
import { describeImageFolders, imageFoldersTask } from './own/stated/image-folders.js';
import { npyTask } from './own/stated/npy.js';
import { pngTask } from './own/stated/png.js';
import { describeSeries, seriesTask } from './own/stated/series.js';

const codecs = {
  tetrominoes: tetrominoesTask,
  mnist: mnistTask,
  'multi-mnist': multiMnistTask,
  polygons: polygonsTask,
  mazes: mazesTask,
  pathfinder: pathfinderTask,
  'inside-outside': insideOutsideTask,
  connectedness: connectednessTask,
  shapes: shapesTask,
  'sequential-mnist': sequentialMnistTask,
  adding: addingTask,
  copy: copyTask,
  'wave-forecast': waveForecastTask,
  npy: npyTask,
  png: pngTask,
  arrays: arraysTask,
  'image-folders': imageFoldersTask,
  series: seriesTask,
  generated: generatedTask,
};

export type TaskName = keyof typeof codecs;

/** A task, distinguished by `name`; every setting is filled in. */
export type Task = t.TypeOf<(typeof codecs)[TaskName]>;

const isTaskName = (name: string): name is TaskName => Object.hasOwn(codecs, name);

export const taskNames: readonly TaskName[] = Object.keys(codecs).filter(isTaskName);

/**
 * The codec of tasks: omitted settings take their defaults; an unknown setting is refused with its path and the nearest
 * known one.
 */
export const taskCodec = byName<Task>('task', codecs);

/**
 * Decodes a task.
 *
 * @returns a DecodeError with one line for each problem
 * @example
 * decodeTask({ name: 'tetrominoes', size: 32, cell: 3 }) // right({ name: 'tetrominoes', size: 32, cell: 3, seed: 0, … })
 */
export const decodeTask = (value: unknown, source = 'task'): Checked<Task> =>
  decodeWith(taskCodec, source)(value);

/** The task of this name with these settings; an UnknownName if there is no such task. */
export const taskNamed = (name: string, settings: Readonly<Record<string, unknown>> = {}): Checked<Task> =>
  isTaskName(name) ? decodeTask({ ...settings, name }, name) : E.left(unknownName('task', name, taskNames));

/** The sizes of a task's images; null if they depend on the user's files, or the samples are no images. */
export const taskShape = (task: Task): TaskShape | null => {
  switch (task.name) {
    case 'tetrominoes':
      return tetrominoesShape(task);
    case 'mnist':
    case 'multi-mnist':
      return digitShape(task);
    case 'polygons':
      return polygonsShape(task);
    case 'mazes':
      return mazesShape(task);
    case 'pathfinder':
      return pathfinderShape(task);
    case 'inside-outside':
      return insideOutsideShape(task);
    case 'connectedness':
      return connectednessShape(task);
    case 'shapes':
      return shapesShape(task);
    case 'sequential-mnist':
    case 'adding':
    case 'copy':
    case 'wave-forecast':
    case 'npy':
    case 'png':
    case 'arrays':
    case 'image-folders':
    case 'series':
    case 'generated':
      return null;
  }
};

/** Tasks that make arrays and no images. */
const madeArrayNames = ['sequential-mnist', 'adding', 'copy', 'wave-forecast'] as const;

/** Tasks that read arrays of a person's files. */
const ownArrayNames = ['arrays', 'image-folders', 'series'] as const;

/** Tasks that read a person's files. */
const ownNames = ['npy', 'png', ...ownArrayNames] as const;

/** A task that makes arrays and no images. */
export type MadeArrayTask = Extract<Task, { readonly name: (typeof madeArrayNames)[number] }>;

/** A task that reads arrays of a person's files. */
export type OwnArrayTask = Extract<Task, { readonly name: (typeof ownArrayNames)[number] }>;

/** A task whose samples are arrays and no images. */
export type ArrayTask = MadeArrayTask | OwnArrayTask | GeneratedTask;

/** A task that reads a person's files. */
export type OwnTask = Extract<Task, { readonly name: (typeof ownNames)[number] }>;

/** Whether a task of this name reads a person's files. */
export const isOwnName = (name: string): boolean => ownNames.some((own) => own === name);

/** Whether a task reads a person's files, which then determine the data. */
export const isOwnTask = (task: Task): task is OwnTask => isOwnName(task.name);

/** Whether a task makes arrays and no images. */
export const isMadeArrayTask = (task: Task): task is MadeArrayTask =>
  madeArrayNames.some((name) => name === task.name);

/** Whether a task reads arrays of a person's files. */
export const isOwnArrayTask = (task: Task): task is OwnArrayTask =>
  ownArrayNames.some((name) => name === task.name);

/** Whether the samples of a task are arrays and no images. */
export const isArrayTask = (task: Task): task is ArrayTask =>
  isMadeArrayTask(task) || isOwnArrayTask(task) || task.name === 'generated';

/** The form of each array of a task of arrays, known before any sample is made. */
export const formsOfTask = (task: MadeArrayTask): Readonly<Record<string, ArrayForm>> => {
  switch (task.name) {
    case 'sequential-mnist':
      return sequentialMnistForms(task);
    case 'adding':
      return addingForms(task);
    case 'copy':
      return copyForms(task);
    case 'wave-forecast':
      return waveForecastForms(task);
  }
};

/** The facts on a task's samples that are known before any is made or read: sizes of images, or forms of arrays. */
export const statedData = (task: Task): TaskShape | Readonly<Record<string, ArrayForm>> | null =>
  isMadeArrayTask(task) ? formsOfTask(task) : taskShape(task);

const settings = (task: Task): string => {
  switch (task.name) {
    case 'tetrominoes':
      return describeTetrominoes(task);
    case 'mnist':
      return describeMnist(task);
    case 'multi-mnist':
      return describeMultiMnist(task);
    case 'polygons':
      return describePolygons(task);
    case 'mazes':
      return describeMazes(task);
    case 'pathfinder':
      return describePathfinder(task);
    case 'inside-outside':
      return describeInsideOutside(task);
    case 'connectedness':
      return describeConnectedness(task);
    case 'shapes':
      return describeShapes(task);
    case 'sequential-mnist':
      return describeSequentialMnist(task);
    case 'adding':
      return describeAdding(task);
    case 'copy':
      return describeCopy(task);
    case 'wave-forecast':
      return describeWaveForecast(task);
    case 'npy':
    case 'png':
      return describeFolder(task);
    case 'arrays':
      return describeArrays(task);
    case 'image-folders':
      return describeImageFolders(task);
    case 'series':
      return describeSeries(task);
    case 'generated':
      return describeGenerated(task);
  }
};

const sizes = (task: Task): string => {
  const shape = taskShape(task);
  if (shape === null) return '';
  const { height, width, channels, classes } = shape;
  return ` ${height}x${width}x${channels}, ${classes} classes,`;
};

/**
 * A description in one line.
 *
 * @example
 * pipe(taskNamed('tetrominoes'), E.map(describeTask))
 * // right('tetrominoes: 64x64x3, 6 classes, 1 to 5 textured pieces of …')
 */
export const describeTask = (task: Task): string => `${task.name}:${sizes(task)} ${settings(task)}`;
