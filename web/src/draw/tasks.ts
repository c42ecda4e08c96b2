/** The tasks that one can draw for: picture size, classes, brush and models of each. */

import type { ModelSpec } from '../../../src/models/catalogue.js';

/** A trained model of a task. */
export interface Trained {
  readonly spec: ModelSpec;
  readonly title: string;
  readonly parameters: number;
  /** The path of its weights, relative to the page; null if there are none yet. */
  readonly weights: string | null;
  /** Its score on unseen samples. */
  readonly score: string | null;
  readonly command: string | null;
  /** The address of the report of its run. */
  readonly report: string | null;
}

/** The facts of a task besides its weights. */
export interface KnownTask {
  readonly name: string;
  readonly title: string;
  readonly size: number;
  readonly channels: 1 | 3;
  readonly classes: readonly string[];
  /** The settings of its generator; a task without a generator has samples in a file. */
  readonly task: Readonly<Record<string, unknown>>;
  readonly brush: Brush;
  /** Whose pictures its samples are, and their licence. */
  readonly credit?: string;
}

/** A task of the page. */
export interface DrawTask extends KnownTask {
  readonly models: readonly Trained[];
}

/**
 * The brush: squares of `cell` pixels on their own grid, each with a rim half as bright again, as the task draws its
 * pieces; or round and free.
 */
export interface Brush {
  readonly kind: 'cells' | 'round';
  readonly cell: number;
  readonly colours: readonly (readonly [number, number, number])[];
  readonly ground: readonly [number, number, number];
}
