/** The messages between a sweep and the process of one of its runs. */

import * as t from 'io-ts';
import { Kernels } from '../../engine/index.js';
import { experimentCodec } from '../../experiments/experiment.js';
import { progressFields } from '../folder/ongoing/progress.js';

const request = t.union([
  t.intersection([
    t.type({
      kind: t.literal('run'),
      experiment: experimentCodec,
      seed: t.number,
      engine: t.string,
      runs: t.string,
      cache: t.string,
      workers: t.number,
      pictures: t.boolean,
    }),
    t.partial({ kernels: Kernels, why: t.string, placed: t.string }),
  ]),
  /** Stop after this step. */
  t.type({ kind: t.literal('stop') }),
]);
/** The message that starts a run's process. */
export const requestCodec = request;
export type Request = t.TypeOf<typeof request>;
/** One run and its settings. */
export type RunRequest = Extract<Request, { kind: 'run' }>;

const orNull = t.union([t.null, t.number]);

const chief = t.type({ name: t.string, value: orNull });

const news = t.union([
  t.type({ kind: t.literal('begins'), folder: t.string, epochs: t.number }),
  t.type({ kind: t.literal('step'), ...progressFields }),
  t.intersection([
    t.type({
      kind: t.literal('epoch'),
      epoch: t.number,
      trainLoss: t.number,
      validationLoss: orNull,
      foregroundIou: orNull,
    }),
    /** The score that is shown first, if it is another. */
    t.partial({ chief }),
  ]),
  t.type({ kind: t.literal('says'), message: t.string }),
]);
/** The progress of a run. */
export type News = t.TypeOf<typeof news>;

const outcome = t.union([
  t.intersection([
    t.type({ kind: t.literal('finished'), folder: t.string, before: t.boolean, foregroundIou: orNull }),
    t.partial({ chief }),
  ]),
  /** It was stopped; its checkpoint is kept. */
  t.type({ kind: t.literal('stopped'), message: t.string }),
  /** `lost`: its process died without a message, so the run itself may be fine. */
  t.intersection([
    t.type({ kind: t.literal('failed'), message: t.string }),
    t.partial({ lost: t.literal(true) }),
  ]),
  /** Another process works on it, here or on another machine. */
  t.type({ kind: t.literal('elsewhere'), message: t.string }),
]);
/** How the work on a run ended. */
export type Outcome = t.TypeOf<typeof outcome>;

/** The messages of a run's process. */
export const answerCodec = t.union([
  t.type({ kind: t.literal('news'), news }),
  t.type({ kind: t.literal('outcome'), outcome }),
]);
export type Answer = t.TypeOf<typeof answerCodec>;
