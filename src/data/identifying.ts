/** Which data a task alone does not identify: those of a person's files, whose contents do. */

import type { Loaded } from './cache.js';
import { digestOf } from './digest.js';
import type { Task } from './task.js';

/** Whether the task's data comes from files of the person. */
export const readsDigits = (task: Task): boolean => 'mnistDir' in task && task.mnistDir !== null;

/** Generated data enter the identity by their task, files by a digest of their content. */
export const digestFor = (task: Task, dataset: Loaded): string | undefined =>
  dataset.origin === 'files' || readsDigits(task) ? digestOf(dataset) : undefined;
