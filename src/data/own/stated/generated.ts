/** The settings of a task whose samples a person's function makes. */

import * as t from 'io-ts';
import { record, text, whole, withDefault } from '../../../base/codec.js';
import { classNames } from '../../classes/names.js';
import { countsOf, describeSamples } from '../../made/counts.js';
import { byArray } from './arrays.js';

/**
 * - `file`: the module with the function; `which`: which of its tasks, where it has several, from 0.
 * - `train`, `validation`, `test`: numbers of samples; `seed`: which ones.
 * - `settings`: passed to the function; `classes`, `planes`: as for the task arrays.
 * - `code`: the digest of the module and its imports when it was read; '' if it was not read.
 */
export type GeneratedTask = t.TypeOf<typeof generatedTask>;

export const generatedTask = record('generated', {
  name: t.literal('generated'),
  file: text,
  which: withDefault(whole(0, 1_000), 0),
  ...countsOf(1_000, 100, 200),
  settings: withDefault<Readonly<Record<string, unknown>>>(t.UnknownRecord, {}),
  classes: byArray<readonly string[]>(classNames, 'names of classes'),
  planes: byArray(whole(0, 7), 'axes of rows'),
  code: withDefault(t.string, ''),
});

export const describeGenerated = (task: GeneratedTask): string =>
  `made by ${task.file}${task.which === 0 ? '' : `, its task ${task.which}`}; ${describeSamples(task)}, seed ${task.seed}` +
  `${Object.keys(task.settings).length === 0 ? '' : `, ${JSON.stringify(task.settings)}`}`;
