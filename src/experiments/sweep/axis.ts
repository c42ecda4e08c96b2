/** Axes: settings that a sweep changes. */

import type { Endomorphism } from 'fp-ts/lib/Endomorphism.js';
import type { Experiment, Training } from '../experiment.js';

/** A value along an axis, as written in tables and files. */
export type AxisValue = string | number | boolean;

/** A named way to change an experiment. **Law** set(b) after set(a) is set(b). */
export interface Axis<V extends AxisValue> {
  readonly name: string;
  readonly set: (value: V) => Endomorphism<Experiment>;
}

/** An axis whose value can also be read. **Laws** get(set(v)(e)) = v; set(get(e))(e) = e, if there is a value. */
export interface Lens<V extends AxisValue> extends Axis<V> {
  /** Null if the experiment has no value there. */
  readonly get: (experiment: Experiment) => V | null;
}

/** An axis of this name. */
export const axis = <V extends AxisValue>(
  name: string,
  set: (value: V) => Endomorphism<Experiment>,
): Axis<V> => ({ name, set });

/** The values of a setting that an axis can have: words and numbers, of an optimiser or a schedule its name. */
type Plain<T> = Extract<NonNullable<T>, AxisValue>;

type Along<T> = {
  readonly [K in keyof T]: [Plain<T[K]>] extends [never] ? never : K;
}[keyof T];

const isPlain = <T>(value: T): value is T & Plain<T> =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** Settings of the training that can be an axis. */
export type TrainingSetting = Along<Training>;

/**
 * A setting of the training.
 *
 * @example
 * trainingAxis('rate').set(3e-3)(experiment).training.rate   // 0.003
 */
export const trainingAxis = <K extends TrainingSetting>(key: K): Lens<Plain<Training[K]>> => ({
  name: key,
  get: ({ training }) => {
    const value = training[key];
    return isPlain(value) ? value : null;
  },
  set: (value) => (experiment) => ({ ...experiment, training: { ...experiment.training, [key]: value } }),
});

/** The number of seeds: 0, 1, 2 and so on. */
export const seedsAxis: Axis<number> = axis('seeds', (count) => (experiment) => ({
  ...experiment,
  seeds: Array.from({ length: count }, (_, seed) => seed),
}));

/**
 * An axis of alternatives, each a change of the experiment: models, tasks or anything else without a number. Other
 * labels are type errors.
 *
 * @example
 * const size = choiceOf('size', { small: smaller('small'), full: smaller('full') });   // Axis<'small' | 'full'>
 */
export const choiceOf = <const O extends Readonly<Record<string, Endomorphism<Experiment>>>>(
  name: string,
  options: O,
): Axis<keyof O & string> => axis(name, (label) => options[label]);
