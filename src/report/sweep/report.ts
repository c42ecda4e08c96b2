/** The data of a sweep's report: plain values and finished pictures. Parts that are left out are not on the page. */

import type { Better } from '../../experiments/scores/measures.js';
import type { Picture, Shown } from '../page/picture.js';
import type { Fact } from '../page/run.js';
import type { MissingRun } from '../tables/scores.js';
import type { Table } from '../tables/table.js';

/** One run of the sweep. */
export interface RunLine {
  readonly experiment: string;
  readonly seed: number;
  readonly state: 'finished' | MissingRun['state'];
  /** Epochs done, and epochs planned. */
  readonly epochs: number;
  readonly planned: number;
  /** The main test score, with its name. */
  readonly chief: { readonly words: string; readonly value: number | null };
  /** The path of its own report, relative to this page; null if there is none. */
  readonly href: string | null;
}

/** Pictures of one experiment's best run. */
export interface Gallery {
  readonly name: string;
  readonly href: string | null;
  readonly picture: Shown;
}

/** The answers of one experiment's best run: charts with captions, and samples. */
export interface AnswerGallery extends Pick<Gallery, 'name' | 'href'> {
  readonly charts: readonly { readonly picture: Picture; readonly caption: string }[];
  readonly examples: Shown | null;
}

/** A picture of one score. */
export interface ScorePicture {
  /** The score, such as `foreground IoU`. */
  readonly score: string;
  readonly picture: Picture;
}

/** Scores of models of one task against the difficulty of samples. */
export interface GradedPictures extends ScorePicture {
  readonly task: string;
  /** Whether more or less of the score is better. */
  readonly better: Better;
  /** The number of models; the picture may show fewer. */
  readonly models: number;
}

export interface SweepReport {
  readonly name: string;
  /** The question, in a few sentences. */
  readonly words: string;
  /** The result, in one or two sentences. */
  readonly verdict: string;
  readonly tiles: readonly Fact[];
  readonly settings: readonly Fact[];
  /** Whether anything was published of these experiments. */
  readonly published: boolean;
  readonly tables: readonly Table[];
  /** Whether any score of the tables distinguishes foreground and background. */
  readonly foreground: boolean;
  /** A picture for each score that is the main one of some experiment. */
  readonly bars: readonly ScorePicture[];
  readonly curves: readonly ScorePicture[];
  /** Accuracy against parameters. */
  readonly parameters?: Picture;
  /** Scores against difficulty, a picture for each task whose samples have one. */
  readonly graded: readonly GradedPictures[];
  readonly waves: readonly Gallery[];
  readonly predictions: readonly Gallery[];
  /** The answers of the best runs. */
  readonly answers: readonly AnswerGallery[];
  /** The number of galleries that were left out to keep the page small. */
  readonly leftOut: number;
  readonly runs: readonly RunLine[];
  readonly commands: readonly string[];
  /** Versions and engine, and notes on unreadable runs. */
  readonly environment: readonly Fact[];
  readonly notes: readonly string[];
}
