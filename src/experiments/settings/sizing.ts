/** Presets combined with settings that a person asked for explicitly, which take precedence. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Experiment } from '../experiment.js';
import { type Preset, smaller } from './presets.js';
import { at, withSettings } from './settings.js';

/**
 * The experiment at a preset's size, except for these settings, which stay.
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
      // Settings that do not fit together are reported when the whole experiment is decoded.
      E.getOrElse(() => small),
    );
  };
