/**
 * The part of the data in a run's identity. Generated data are identified by their task, data in a person's files only
 * by their contents.
 */

import type { Loaded } from './cache.js';
import { digestOf } from './digest.js';
import type { Task } from './task.js';

/** Whether a task reads MNIST's digits from a person's own folder. */
export const readsDigits = (task: Task): boolean => 'mnistDir' in task && task.mnistDir !== null;

/** The digest of the data's contents; undefined for generated data, which the task identifies. */
export const digestFor = (task: Task, dataset: Loaded): string | undefined =>
  dataset.origin === 'files' || readsDigits(task) ? digestOf(dataset) : undefined;
