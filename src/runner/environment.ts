/** The environment of a run: its settings, its clock and signal, and the events that it reports. */

import type * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { DrumheadError } from '../base/error.js';
import type { GeneratorOf } from '../data/own/generated/generated.js';
import type { EngineChoice, Kernels } from '../engine/index.js';
import type { Chief } from '../experiments/scores/measures.js';

/** An event of a run, for progress bars and logs. */
export type RunEvent =
  | { readonly kind: 'note'; readonly message: string }
  | { readonly kind: 'data'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'start';
      readonly folder: string;
      readonly epochs: number;
      readonly stepsPerEpoch: number;
      readonly fromStep: number;
    }
  | {
      readonly kind: 'step';
      readonly epoch: number;
      readonly step: number;
      /** Steps of the whole training, and how many are done. */
      readonly done: number;
      readonly total: number;
      readonly loss: number;
      readonly samplesPerSecond: number;
      readonly secondsLeft: number;
    }
  | {
      readonly kind: 'epoch';
      readonly epoch: number;
      readonly trainLoss: number;
      readonly validationLoss: number | null;
      readonly foregroundIou: number | null;
      /** The score that is shown first, if it is another. */
      readonly chief?: Chief;
    }
  | { readonly kind: 'stage'; readonly message: string };

/**
 * The settings of a run that change no result, and its connections to the outside: clock, signal, folders,
 * reports.
 */
export interface Environment {
  readonly engine: EngineChoice;
  /** The kernels, on an engine with the choice; left out, `DRUMHEAD_FUSE` decides, else fused kernels. */
  readonly kernels?: Kernels;
  /** Why this engine was chosen, if the caller chose it; left out: the reason of the opened engine. */
  readonly why?: string;
  /** The folder that holds all run folders. */
  readonly runs: string;
  /**
   * The folder of the run, where the caller has looked for it under every name: a sweep looks once for all of its runs, of which
   * there may be many.
   */
  readonly placed?: string;
  /** The folder that made data is kept in. */
  readonly cache: string;
  /** Runs the module of a person's task function; left out: none is run. */
  readonly generatorOf?: GeneratorOf;
  /** How many workers share the gradients of a batch; 1 works in this thread. */
  readonly workers: number;
  /** Whether a finished run draws its pictures and its report. */
  readonly pictures: boolean;
  /** Seconds on a clock that only goes forward. */
  readonly now: () => number;
  readonly tell: (event: RunEvent) => void;
  /** Aborted when the person wants to stop. */
  readonly signal: AbortSignal;
}

/** Work in an environment, with errors as values. */
export type RunEffect<A> = RTE.ReaderTaskEither<Environment, DrumheadError, A>;
