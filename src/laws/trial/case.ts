/** Cases: the data that a law is tried on, small enough to print as code. */

import type { NdArray } from '../../compile/reference/array.js';
import { type Shape, volume } from '../../dsl/shape.js';
import type { Interval } from '../reading/interval.js';
import { chosenBy, type System, sequenceName } from '../system/system.js';

/** Numbers by their index in an array; all others are zero. */
export type Sparse = Readonly<Record<string, number>>;

/** One case. */
export interface Case {
  readonly grid: Shape;
  readonly steps: number;
  /** The seed of the program's parameters. */
  readonly seed: number;
  /** Whole numbers from 0 to 15; their meaning depends on the law. */
  readonly choices: readonly number[];
  /** Fields, free externals and driving sequences by name. */
  readonly values: Readonly<Record<string, Sparse>>;
}

/** Options for the cases of a law. */
export interface CaseOptions {
  /** Largest number of steps; default 6. */
  readonly steps?: number;
  /** Condition on grids. */
  readonly grids?: (grid: Shape) => boolean;
  /** Largest number of sites; default 36. */
  readonly sites?: number;
  /** Ranges of values by name; default -1 to 1, for free externals the values of these that the program can produce. */
  readonly ranges?: Readonly<Record<string, Interval>>;
  /** Whether drives stay at zero. */
  readonly undriven?: boolean;
  /** Free externals that stay at zero. */
  readonly resting?: readonly string[];
}

/** Shapes of everything that a case has values for. */
export const shapesOf = (system: System, steps: number): Readonly<Record<string, Shape>> => ({
  ...chosenBy(system),
  ...Object.fromEntries(system.sequences.map((shape, i) => [sequenceName(i), [steps, ...shape]])),
});

/** The dense array of these values. */
export const dense = (shape: Shape, values: Sparse): NdArray => {
  const data = new Float64Array(volume(shape));
  for (const [at, value] of Object.entries(values)) data[Number(at)] = value;
  return { shape, data };
};

/** The values of a case as arrays, for the system on the case's grid. */
export const arraysOf = (system: System, { steps, values }: Case): Readonly<Record<string, NdArray>> =>
  Object.fromEntries(
    Object.entries(shapesOf(system, steps)).map(([name, shape]) => [name, dense(shape, values[name] ?? {})]),
  );

/** The number of nonzero cells of a case. */
export const cellCount = ({ values }: Case): number =>
  Object.values(values).reduce((sum, sparse) => sum + Object.values(sparse).filter((v) => v !== 0).length, 0);
