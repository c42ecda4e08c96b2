/** The data of a sweep's report: plain values and finished pictures. Parts that are left out are not on the page. */

import type { Picture, Shown } from '../page/picture.js';
import type { Fact } from '../page/run.js';
import type { Table } from '../tables/table.js';

/** One run of the sweep. */
export interface RunLine {
  readonly experiment: string;
  readonly seed: number;
  readonly state: 'finished' | 'unfinished' | 'failed' | 'not begun';
  /** Epochs done and to be done. */
  readonly epochs: number;
  readonly planned: number;
  readonly foregroundIou: number | null;
  /** Its own report, from this page on; null where there is none. */
  readonly href: string | null;
}

/** Pictures of one experiment's best run. */
export interface Gallery {
  readonly name: string;
  readonly href: string | null;
  readonly picture: Shown;
}

export interface SweepReport {
  readonly name: string;
  /** The question, in a few sentences. */
  readonly words: string;
  /** The outcome, in one or two sentences. */
  readonly verdict: string;
  readonly tiles: readonly Fact[];
  readonly settings: readonly Fact[];
  /** Whether anything was published of these experiments. */
  readonly published: boolean;
  readonly tables: readonly Table[];
  readonly bars?: Picture;
  readonly curves?: Picture;
  /** Accuracy against parameters. */
  readonly parameters?: Picture;
  readonly waves: readonly Gallery[];
  readonly predictions: readonly Gallery[];
  /** How many more there are that would have made the page too large. */
  readonly leftOut: number;
  readonly runs: readonly RunLine[];
  readonly commands: readonly string[];
  /** Versions and engine, and notes on unreadable runs. */
  readonly environment: readonly Fact[];
  readonly notes: readonly string[];
}
