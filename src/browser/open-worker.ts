/** A worker of the page, as plain functions. */

import * as E from 'fp-ts/lib/Either.js';
import type { Arrays } from '../compile/parameters.js';
import type { Program } from '../dsl/program.js';
import {
  asks,
  type Frame,
  type LawVerdict,
  type Learnt,
  type OpenedFilm,
  type OpenedProgram,
  type OpenedTraining,
  type Progress,
} from './asks.js';
import { type Channel, channelTo } from './channel.js';
import { startThread, type Thread } from './thread.js';
import { threadsHere } from './threads-here.js';
import type { Answered } from './wire.js';

/** Options of `openWorker`. */
export interface WorkerOptions {
  /**
   * Starts the thread: for bundlers that do not know `new Worker(new URL(...))`, and for frames without an origin, whose worker
   * comes from a blob. Left out: the module beside this one.
   */
  readonly start?: () => Thread;
  /**
   * At most so many workers share the steps of a training, with the same bits. They share memory, so the page must be isolated
   * (COOP and COEP); otherwise there is one. Default: as many as the machine has threads; with `start`, 1.
   */
  readonly workers?: number;
}

/** The parameters with which a program is opened. */
export interface Weighted {
  /** By name; missing ones are drawn from the seed. */
  readonly weights?: Arrays;
  /** Default 0. */
  readonly seed?: number;
}

/** How a program is opened. */
export interface OpenOptions extends Weighted {
  /**
   * `wasm`: fused kernels, the default. `cpu`: TensorFlow.js in JavaScript, op by op, which loads only now; slow, and it also
   * computes what has no fused kernels.
   */
  readonly engine?: 'wasm' | 'cpu';
}

/** A program as a value or as its JSON. */
export type AnyProgram = Program | { readonly graph: unknown };

/** A program that is open in a worker. */
export interface PageProgram {
  readonly about: OpenedProgram;
  /** The named outputs of `count` samples, one after the other. */
  readonly infer: (
    count: number,
    inputs: Arrays,
    outputs: readonly string[],
    options?: { readonly training?: boolean },
  ) => Promise<Answered<Arrays>>;
  /**
   * The loss of a batch and its gradients: the mean cross-entropy of `logits` by labels, or the mean of an output.
   * `parts` are the sizes of its micro-batches; default the whole batch.
   */
  readonly gradients: (
    count: number,
    inputs: Arrays,
    minimised: { readonly labels: Uint8Array | Int32Array } | { readonly output: string },
    parts?: readonly number[],
  ) => Promise<Answered<{ readonly loss: number; readonly gradients: Arrays; readonly statistics: Arrays }>>;
  /** Sets these parameters; others stay. Answered once they hold. */
  readonly load: (weights: Arrays) => Promise<Answered<unknown>>;
  /** All parameters. */
  readonly weights: () => Promise<Answered<Arrays>>;
  /** Frees its memory. */
  readonly close: () => Promise<Answered<unknown>>;
}

/** How steps are taken. */
export interface StepOptions {
  /** The number of steps; default 1. */
  readonly steps?: number;
  /** Whether the answer contains the state; default false. */
  readonly state?: boolean;
  /** Sites whose values are read after each step. */
  readonly probes?: readonly { readonly row: number; readonly column: number }[];
}

/** One sample of a program, advanced step by step. */
export interface PageFilm {
  readonly about: () => OpenedFilm;
  /** Starts, or starts again; returns the outputs that need no step, such as `omega`. */
  readonly start: (inputs: Arrays) => Promise<Answered<Arrays>>;
  /** Other inputs for the next steps; state and observations stay. */
  readonly feel: (inputs: Arrays) => Promise<Answered<Arrays>>;
  /** Takes steps, and returns what is observed after the last. */
  readonly step: (options?: StepOptions) => Promise<Answered<Frame>>;
  /** Sets fields of the state, or values that every step reads. */
  readonly set: (values: Arrays) => Promise<Answered<unknown>>;
  /** Adds a Gaussian bump to a field; `width` is its standard deviation in sites, 0 for one site. */
  readonly pluck: (
    field: string,
    at: { readonly row: number; readonly column: number; readonly height?: number; readonly width?: number },
  ) => Promise<Answered<unknown>>;
  /** Sets fields to 0 where `open` is 0, after each step; an empty array removes the walls. */
  readonly wall: (open: Float32Array, fields?: readonly string[]) => Promise<Answered<unknown>>;
  /** The fields, and the values that every step reads. */
  readonly state: () => Promise<Answered<{ readonly state: Arrays; readonly given: Arrays }>>;
  /** The outputs that read the whole scan, such as `logits`; steps that are not yet taken count as 0. */
  readonly answers: () => Promise<Answered<Arrays>>;
  /** Another program for the next steps, such as one with another time step; state and record stay. */
  readonly retune: (program: AnyProgram, weights?: Arrays) => Promise<Answered<OpenedFilm>>;
  /**
   * Frames; each is computed while the one before is shown. Ends with the loop, or when a step is refused.
   */
  readonly frames: (options?: StepOptions) => AsyncGenerator<Answered<Frame>, void, undefined>;
  readonly close: () => Promise<Answered<unknown>>;
}

/** Options for checking a program against laws. */
export interface JudgeOptions {
  /** Names; left out: all. */
  readonly laws?: readonly string[];
  readonly seed?: number;
  /** Cases of each law; default 20. */
  readonly cases?: number;
  /** Time limit for all laws together; default 20. */
  readonly seconds?: number;
  /** Called with each verdict as soon as it is known. */
  readonly each?: (verdict: LawVerdict) => void;
}

/** A training that is open in a worker. */
export interface PageTraining {
  /** The program that is trained, its classes, and the sizes of the micro-batches of a step. */
  readonly program: { readonly graph: unknown };
  readonly hash: string;
  readonly classes: readonly string[];
  readonly parts: readonly number[];
  /** The workers that share the micro-batches of a step; 1: its own thread alone. */
  readonly workers: number;
  readonly begin: Progress;
  /**
   * Trains to the end, for so many epochs, or until `stop`. Another call continues from there, with the same
   * bits.
   */
  readonly train: (
    each: (learnt: Learnt) => void,
    options?: { readonly epochs?: number },
  ) => Promise<Answered<Progress>>;
  /** Stops after the current step. */
  readonly stop: () => Promise<Answered<unknown>>;
  /** The current weights, or the best on the validation images. */
  readonly weights: (which?: 'last' | 'best') => Promise<Answered<Arrays>>;
  /**
   * A run folder as a zip archive: unpack it below `runs`, and `drumhead run runs/NAME` continues it. Stop
   * the training first.
   */
  readonly folder: () => Promise<Answered<{ readonly name: string; readonly zip: Uint8Array }>>;
  readonly close: () => Promise<Answered<unknown>>;
}

/** A worker. Its questions are answered one after the other; `end` ends all of them at once. */
export interface PageWorker {
  readonly open: (program: AnyProgram, options?: OpenOptions) => Promise<Answered<PageProgram>>;
  readonly film: (program: AnyProgram, parameters?: Weighted) => Promise<Answered<PageFilm>>;
  readonly laws: (
    program: AnyProgram,
    options?: JudgeOptions,
  ) => Promise<Answered<{ readonly system: readonly string[]; readonly verdicts: readonly LawVerdict[] }>>;
  /**
   * Opens the training of an experiment (as in a file) whose task is generated: Tetrominoes, polygons, mazes,
   * pathfinder, inside-outside, connectedness, shapes. `model: { name: 'program', graph }` trains a program
   * of the editor.
   */
  readonly training: (experiment: unknown, seed?: number) => Promise<Answered<PageTraining>>;
  /** A program with its weights as a GraphModel of TensorFlow.js, as a zip archive. */
  readonly graphModel: (
    program: AnyProgram,
    weights: Arrays,
  ) => Promise<Answered<{ readonly zip: Uint8Array }>>;
  /** Ends the thread at once; open questions are refused with this sentence. */
  readonly end: (why?: string) => void;
  readonly isEnded: () => boolean;
}

declare const navigator: { readonly userAgent: string } | undefined;

/** The browser's name in the record of a run. */
const hostName = (): string => (typeof navigator === 'undefined' ? 'a browser' : navigator.userAgent);

const parametersOf = ({ weights = {}, seed = 0 }: Weighted = {}) => ({ weights, seed });

/**
 * Starts a worker: language, fused kernels, laws and training in a thread of their own. Every function answers with an Either:
 * `{ _tag: 'Right', right }`, or `{ _tag: 'Left', left: { tag, sentence, at } }`.
 *
 * @example
 * const worker = openWorker();
 * const film = await worker.film(wave({ height: 64, width: 64, channels: 1, steps: 100, dt: 0.2, speed: 1 }));
 */
export const openWorker = ({
  start,
  workers = start === undefined ? threadsHere() : 1,
}: WorkerOptions = {}): PageWorker => {
  const channel = channelTo((start ?? startThread)());
  const { ask } = channel;
  return {
    open: async (program, options) =>
      E.map((about: OpenedProgram) => programOn(channel, about))(
        await ask(asks.open, {
          program: program.graph,
          ...parametersOf(options),
          engine: options?.engine ?? 'wasm',
        }),
      ),
    film: async (program, parameters) =>
      E.map((about: OpenedFilm) => filmOn(channel, about))(
        await ask(asks.film, { program: program.graph, ...parametersOf(parameters) }),
      ),
    laws: (program, { laws = [], seed = 1, cases, seconds = 20, each } = {}) =>
      ask(asks.laws, { program: program.graph, laws, seed, cases, seconds }, each),
    training: async (experiment, seed = 0) =>
      E.map(
        ({ handle, program, hash, classes, parts, workers, progress }: OpenedTraining): PageTraining => ({
          program: { graph: program },
          hash,
          classes,
          parts,
          workers,
          begin: progress,
          train: (each, { epochs } = {}) => ask(asks.train, { handle, epochs }, each),
          stop: () => ask(asks.stop, { handle }),
          weights: (which = 'last') => ask(asks.trained, { handle, which }),
          folder: () => ask(asks.folder, { handle, host: hostName() }),
          close: () => ask(asks.close, { handle }),
        }),
      )(await ask(asks.training, { experiment, seed, workers })),
    graphModel: (program, weights) => ask(asks.model, { program: program.graph, weights }),
    end: channel.end,
    isEnded: channel.isEnded,
  };
};

const programOn = ({ ask }: Channel, about: OpenedProgram): PageProgram => {
  const { handle } = about;
  return {
    about,
    infer: (count, inputs, outputs, { training = false } = {}) =>
      ask(asks.infer, { handle, count, inputs, outputs, training }),
    gradients: (count, inputs, minimised, parts) =>
      ask(asks.gradients, {
        handle,
        count,
        inputs,
        labels: 'labels' in minimised ? minimised.labels : undefined,
        output: 'output' in minimised ? minimised.output : undefined,
        parts,
      }),
    load: (weights) => ask(asks.load, { handle, weights }),
    weights: () => ask(asks.weights, { handle }),
    close: () => ask(asks.close, { handle }),
  };
};

const filmOn = ({ ask }: Channel, opened: OpenedFilm): PageFilm => {
  const { handle } = opened;
  let about = opened;
  const step = ({ steps = 1, state = false, probes = [] }: StepOptions = {}) =>
    ask(asks.step, { handle, steps, state, probes });
  return {
    about: () => about,
    start: (inputs) => ask(asks.start, { handle, inputs }),
    feel: (inputs) => ask(asks.feel, { handle, inputs }),
    step,
    set: (values) => ask(asks.set, { handle, values }),
    pluck: (field, { row, column, height = 1, width = 1.5 }) =>
      ask(asks.pluck, { handle, field, row, column, height, width }),
    wall: (open, fields = []) => ask(asks.wall, { handle, open, fields }),
    state: () => ask(asks.state, { handle }),
    answers: () => ask(asks.answers, { handle }),
    retune: async (program, weights = {}) => {
      const found = await ask(asks.retune, { handle, program: program.graph, weights });
      if (E.isRight(found)) about = found.right;
      return found;
    },
    frames: async function* (options) {
      let next = step(options);
      for (;;) {
        const found = await next;
        if (E.isLeft(found)) return yield found;
        next = step(options);
        yield found;
      }
    },
    close: () => ask(asks.close, { handle }),
  };
};
