/** Presets beside what a person asked for by name: that stands, whatever the size. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Experiment } from '../experiment.js';
import { type Preset, smaller } from './presets.js';
import { at, withSettings } from './settings.js';

/**
 * The experiment at a preset's size, but for these settings, which stay as they are.
 *
 * **Laws** at `full`, or with all settings kept, nothing changes.
 */
export const smallerBut =
  (preset: Preset, kept: readonly string[]) =>
  (experiment: Experiment): Experiment => {
    const small = smaller(preset)(experiment);
    const values = kept
      .filter((path) => !path.endsWith('.name'))
      .map((path) => [path, at(experiment, path)] as const)
      .filter(([path, value]) => value !== undefined && at(small, path) !== value);
    return pipe(
      withSettings(small, Object.fromEntries(values)),
      // What does not fit together is found where the whole is read, and said there.
      E.getOrElse(() => small),
    );
  };
