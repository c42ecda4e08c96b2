/** The catalogue: every run of the publication by name, in several sizes. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, unknownName } from '../base/error.js';
import { readouts } from '../dsl/index.js';
import { decodeExperiment, type Experiment } from './experiment.js';
import { type Preset, presets, smaller } from './settings/presets.js';
import { zooDrafts } from './zoo.js';

/** An experiment as a person writes it; omitted settings have their published values. */
interface Draft {
  readonly task: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly model: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly training?: Readonly<Record<string, unknown>>;
  readonly seeds?: readonly number[];
}

const firstSeeds = (count: number): readonly number[] => Array.from({ length: count }, (_, seed) => seed);

export const cnnDepths = [2, 4, 8, 16, 32] as const;
export const unetWidths = [2, 3, 4, 5] as const;

const ofTask = (task: string): readonly (readonly [string, Draft])[] => [
  ...readouts.map(
    (readout) =>
      [
        `${task}/nwm-${readout}`,
        { task: { name: task }, model: { name: 'nwm', readout }, seeds: firstSeeds(10) },
      ] as const,
  ),
  ...readouts.map(
    (readout) =>
      [
        `${task}/lstm-${readout}`,
        { task: { name: task }, model: { name: 'conv-lstm', readout }, seeds: firstSeeds(10) },
      ] as const,
  ),
  ...cnnDepths.map(
    (layers) =>
      [
        `${task}/cnn-${layers}`,
        { task: { name: task }, model: { name: 'cnn', layers }, seeds: firstSeeds(10) },
      ] as const,
  ),
];

const drafts: Readonly<Record<string, Draft>> = Object.fromEntries([
  ...ofTask('tetrominoes'),
  ...ofTask('mnist'),
  [
    'multi-mnist/nwm-linear-smaller4',
    {
      task: { name: 'multi-mnist' },
      model: { name: 'nwm', channels: 16, hidden: 'linear_smaller4' },
      seeds: firstSeeds(12),
    },
  ],
  ...unetWidths.map((base) => [
    `multi-mnist/unet-${base}`,
    { task: { name: 'multi-mnist' }, model: { name: 'unet', base }, seeds: firstSeeds(12) },
  ]),
  [
    'polygons/nwm-fft',
    { task: { name: 'polygons' }, model: { name: 'nwm', channels: 1, steps: 200, dt: 0.5, readout: 'fft' } },
  ],
]);

/** Names of all experiments of the catalogue. */
export const experimentNames: readonly string[] = [...Object.keys(drafts), ...Object.keys(zooDrafts)];

const draftOf = (name: string): Checked<object> =>
  Object.hasOwn(drafts, name)
    ? E.right(drafts[name])
    : Object.hasOwn(zooDrafts, name)
      ? E.right(zooDrafts[name]())
      : E.left(unknownName('experiment', name, experimentNames));

const isPreset = (name: string): name is Preset => presets.some((preset) => preset === name);

/** The preset of this name. **Errors** UnknownName. */
export const presetNamed = (name: string): Checked<Preset> =>
  isPreset(name) ? E.right(name) : E.left(unknownName('preset', name, presets));

/**
 * An experiment of the catalogue: `full` as published, `small` in minutes to hours on a laptop, `quick` in minutes.
 *
 * **Errors** UnknownName for a name that is not in the catalogue.
 *
 * @example
 * experimentNamed('tetrominoes/nwm-linear', 'full')   // right({ name: 'tetrominoes/nwm-linear', seeds: [0, ..., 9], ... })
 */
export const experimentNamed = (name: string, preset: Preset): Checked<Experiment> =>
  pipe(
    draftOf(name),
    E.flatMap((draft) => decodeExperiment({ name, ...draft }, name)),
    E.map(smaller(preset)),
  );
