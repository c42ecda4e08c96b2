/** The questions that a worker answers. */

import * as t from 'io-ts';
import { choice, whole, withDefault } from '../base/codec.js';
import { lossyMicroBatch, microBatch } from './parts.js';
import { arrays, asked, bytes, floats, labels, type Same, told } from './wire.js';

const nothing = t.type({});
const handle = whole(1, Number.MAX_SAFE_INTEGER);
const count = whole(1, 1_000_000);
const names = t.readonlyArray(t.string);
const sizes = t.readonlyArray(t.number);
const named = t.type({ name: t.string, shape: sizes });
const optional = <A>(codec: Same<A>): Same<A | undefined> => t.union([codec, t.undefined]);

/** A program, opened with its parameters. */
const opened = t.type({
  handle,
  /** One line with inputs and outputs. */
  signature: t.string,
  /** SHA-256 of the program. */
  hash: t.string,
  inputs: t.readonlyArray(named),
  outputs: t.readonlyArray(named),
  parameters: t.readonlyArray(t.type({ name: t.string, shape: sizes, trainable: t.boolean })),
  /** Outputs that fused kernels compute. */
  fused: names,
});

const gradients = t.type({ loss: t.number, gradients: arrays, statistics: arrays });

/** One sample of a program, advanced step by step. */
const film = t.type({
  handle,
  steps: t.number,
  fields: t.readonlyArray(named),
  given: t.readonlyArray(named),
  observed: t.readonlyArray(named),
  outputs: t.type({ before: names, after: names }),
});

/** The number of steps, and the fields after the last. */
const frame = t.type({
  /** Steps since the start. */
  taken: t.number,
  /** What was observed after the last step, and the state if it was requested. */
  observed: arrays,
  state: arrays,
  /** By field: the readings of the probes after each step, [steps, probes, channels]. */
  probes: arrays,
  /** Whether all numbers are finite. */
  finite: t.boolean,
});

const site = t.type({ row: whole(0, 65_535), column: whole(0, 65_535) });

/** The verdict of one law. */
const verdict = t.type({
  law: t.string,
  /** The law in words. */
  statement: t.string,
  outcome: choice('holds', 'broken', 'does not apply', 'not tried'),
  /** The number of cases that were tried. */
  cases: t.number,
  /** The reason, or the finding of the counterexample; empty if the law holds. */
  because: t.string,
  /** Code that repeats the case; empty if there is none. */
  code: t.string,
});

/** How far a training is. */
const progress = t.type({
  /** Finished epochs, and steps of the current one. */
  epoch: t.number,
  step: t.number,
  epochs: t.number,
  stepsPerEpoch: t.number,
  /** Whether the training is complete. */
  done: t.boolean,
});

/** A step of a training, with its loss; or an epoch, with its mean loss and its scores on the validation images. */
const learnt = t.type({
  kind: choice('step', 'epoch'),
  epoch: t.number,
  step: t.number,
  loss: t.number,
  validation: t.readonly(t.record(t.string, t.number)),
});

/** A training, as it is answered. */
const openedTraining = t.type({
  handle,
  program: t.unknown,
  hash: t.string,
  classes: names,
  parts: sizes,
  /** The workers that share the micro-batches of a step. */
  workers: t.number,
  progress,
});

/** A training, as it is answered. */
export type OpenedTraining = t.TypeOf<typeof openedTraining>;
/** What is said of a training on its way. */
export type Learnt = t.TypeOf<typeof learnt>;
/** How far a training is. */
export type Progress = t.TypeOf<typeof progress>;
/** A verdict of one law. */
export type LawVerdict = t.TypeOf<typeof verdict>;
/** A program in a worker, as it is answered. */
export type OpenedProgram = t.TypeOf<typeof opened>;
/** A film, as it is answered. */
export type OpenedFilm = t.TypeOf<typeof film>;
/** A frame of a film. */
export type Frame = t.TypeOf<typeof frame>;

export const asks = {
  open: asked(
    'open',
    t.type({
      /** The program as data: its graph, as `JSON.parse(encodeProgram(p))` has it. */
      program: t.unknown,
      weights: withDefault(arrays, {}),
      seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 0),
      engine: withDefault(choice('wasm', 'cpu'), 'wasm'),
    }),
    opened,
  ),
  load: asked('load', t.type({ handle, weights: arrays }), nothing),
  weights: asked('weights', t.type({ handle }), arrays),
  infer: asked(
    'infer',
    t.type({ handle, count, inputs: arrays, outputs: names, training: withDefault(t.boolean, false) }),
    arrays,
  ),
  gradients: asked(
    'gradients',
    t.type({
      handle,
      count,
      inputs: arrays,
      /** The class of each pixel, for a cross-entropy of `logits`. */
      labels: optional(labels),
      /** The output that is minimised instead. */
      output: optional(t.string),
      parts: optional(t.readonlyArray(count)),
    }),
    gradients,
  ),
  /** From another worker, which shares a batch: the gradients of one micro-batch, and its outputs. */
  partGradients: asked('part gradients', t.type({ handle, microBatch: lossyMicroBatch }), gradients),
  partOutputs: asked(
    'part outputs',
    t.type({ handle, microBatch, outputs: names, training: t.boolean }),
    t.type({ outputs: arrays, statistics: arrays }),
  ),
  close: asked('close', t.type({ handle }), nothing),

  film: asked(
    'film',
    t.type({
      program: t.unknown,
      weights: withDefault(arrays, {}),
      seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 0),
    }),
    film,
  ),
  start: asked('start', t.type({ handle, inputs: arrays }), arrays),
  feel: asked('feel', t.type({ handle, inputs: arrays }), arrays),
  step: asked(
    'step',
    t.type({
      handle,
      steps: withDefault(whole(1, 100_000), 1),
      state: withDefault(t.boolean, false),
      probes: withDefault(t.readonlyArray(site), []),
    }),
    frame,
  ),
  set: asked('set', t.type({ handle, values: arrays }), nothing),
  pluck: asked(
    'pluck',
    t.type({
      handle,
      field: t.string,
      row: t.number,
      column: t.number,
      height: t.number,
      /** Standard deviation of the bump, in sites. */
      width: t.number,
    }),
    nothing,
  ),
  wall: asked(
    'wall',
    t.type({
      handle,
      /** Fields that are held at 0; none: all of the grid's size. */
      fields: withDefault(names, []),
      /** By site, 0 in a wall and 1 elsewhere; of no length: no walls. */
      open: floats,
    }),
    nothing,
  ),
  state: asked('state', t.type({ handle }), t.type({ state: arrays, given: arrays })),
  answers: asked('answers', t.type({ handle }), arrays),
  retune: asked('retune', t.type({ handle, program: t.unknown, weights: withDefault(arrays, {}) }), film),

  laws: told(
    'laws',
    t.type({
      program: t.unknown,
      /** Names of the laws to try; none: all. */
      laws: withDefault(names, []),
      seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 1),
      cases: optional(count),
      /** For all laws together. */
      seconds: withDefault(t.number, 20),
    }),
    t.type({ system: names, verdicts: t.readonlyArray(verdict) }),
    verdict,
  ),

  training: asked(
    'training',
    t.type({
      /** An experiment, as in a file. */
      experiment: t.unknown,
      seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 0),
      /** At most so many workers share a step. */
      workers: withDefault(count, 1),
    }),
    openedTraining,
  ),
  train: told('train', t.type({ handle, epochs: optional(count) }), progress, learnt),
  stop: asked('stop', t.type({ handle }), nothing),
  trained: asked('trained', t.type({ handle, which: withDefault(choice('last', 'best'), 'last') }), arrays),
  folder: asked(
    'folder',
    t.type({ handle, host: withDefault(t.string, 'a browser') }),
    t.type({ name: t.string, zip: bytes }),
  ),
  model: asked('model', t.type({ program: t.unknown, weights: arrays }), t.type({ zip: bytes })),
} as const;
