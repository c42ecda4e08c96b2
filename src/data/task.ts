/** A task as plain data: which images are segmented, how they are made, and how many there are. */

import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import type * as t from 'io-ts';
import { byName, decodeWith } from '../base/codec.js';
import { type Checked, unknownName } from '../base/error.js';
import type { TaskShape } from './dataset.js';
import { describeMnist, digitShape, mnistTask } from './made/mnist.js';
import { describeMultiMnist, multiMnistTask } from './made/multi-mnist.js';
import { describePolygons, polygonsShape, polygonsTask } from './made/polygons.js';
import { describeTetrominoes, tetrominoesShape, tetrominoesTask } from './made/tetrominoes.js';
import { describeFolder } from './own/folder.js';
import { npyTask } from './own/npy-pairs.js';
import { pngTask } from './own/png-pairs.js';

const codecs = {
  tetrominoes: tetrominoesTask,
  mnist: mnistTask,
  'multi-mnist': multiMnistTask,
  polygons: polygonsTask,
  npy: npyTask,
  png: pngTask,
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

/** The sizes of a task's data; none if they depend on the user's files. */
export const taskShape = (task: Task): O.Option<TaskShape> => {
  switch (task.name) {
    case 'tetrominoes':
      return O.some(tetrominoesShape(task));
    case 'mnist':
    case 'multi-mnist':
      return O.some(digitShape(task));
    case 'polygons':
      return O.some(polygonsShape(task));
    case 'npy':
    case 'png':
      return O.none;
  }
};

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
    case 'npy':
    case 'png':
      return describeFolder(task);
  }
};

const sizes = (task: Task): string => {
  const shape = taskShape(task);
  if (O.isNone(shape)) return '';
  const { height, width, channels, classes } = shape.value;
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
