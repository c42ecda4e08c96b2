/** Several samples of a person's function, made in one turn of the event loop. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../../../base/error.js';
import type { SplitName } from '../../dataset.js';
import { interrupted } from '../../made/generate.js';
import type { GeneratedTask } from '../stated/generated.js';
import { type Generate, type Sample, sampleOf } from './sample.js';
import { timeLimited } from './time-limit.js';

/** Consecutive samples of a split from `from` on, forwards or backwards. */
export interface Row {
  readonly split: SplitName;
  readonly from: number;
  readonly step: 1 | -1;
  readonly count: number;
}

/** The longest time without a turn for the event loop while samples are quick to make, in milliseconds. */
export const moment = 50;

/** Bytes that are collected before they are written. */
export const gathered = 2 ** 20;

/**
 * The first samples of a row: at least one, and as many as can be made in `moment` milliseconds. A person's function
 * runs here and nowhere else.
 *
 * **Errors** DecodeError for a sample that is invalid or takes too long; Interrupted by Ctrl-C.
 */
export const someSamples = (
  generate: Generate,
  task: GeneratedTask,
  { split, from, step, count }: Row,
  seconds: number,
): Checked<readonly Sample[]> => {
  const samples: Sample[] = [];
  const refuse = (problem: string): Checked<never> =>
    E.left(
      decodeError(task.file, `task.generate: sample ${from + step * samples.length} of ${split}: ${problem}`),
    );
  let wrong: string | null = null;
  const ended = timeLimited(() => {
    const begun = performance.now();
    let bytes = 0;
    do {
      const sample = sampleOf(generate, task, split, from + step * samples.length);
      if (typeof sample === 'string') {
        wrong = sample;
        return;
      }
      samples.push(sample);
      for (const { values } of Object.values(sample)) bytes += values.byteLength;
    } while (samples.length < count && bytes < gathered && performance.now() - begun < moment);
  }, seconds);
  if (ended === 'stopped') return E.left(interrupted);
  if (ended === 'late')
    return refuse(`it takes more than ${seconds} s, which is the limit; look for a loop without an end`);
  return wrong === null ? E.right(samples) : refuse(wrong);
};
