/** The messages between `drumhead doctor` and the process that tries one engine. */

import * as t from 'io-ts';
import { EngineChoice, EngineName, Kernels } from '../../engine/index.js';

/** An engine to try, and the seconds for which its training is timed. */
export const requestCodec = t.type({ engine: EngineChoice, seconds: t.number });
export type Request = t.TypeOf<typeof requestCodec>;

const agreementCodec = t.type({
  /** The reference of the comparison. */
  against: t.string,
  /** The quantity that is nearest to its limit, or beyond it. */
  at: t.string,
  /** Null where values are NaN or missing. */
  error: t.union([t.number, t.null]),
  limit: t.number,
  holds: t.boolean,
});
/** The error of an engine's numbers. */
export type Agreement = t.TypeOf<typeof agreementCodec>;

const testedCodec = t.type({
  /** `wrong`: it runs, and its numbers are beyond the limits. */
  state: t.union([t.literal('works'), t.literal('wrong')]),
  version: t.string,
  /** The instructions of its kernels: those of the processor, or WebAssembly. */
  instructions: t.string,
  /** Null where the engine has no choice. */
  kernels: t.union([Kernels, t.null]),
  /** The number of threads that can share a batch; null if the engine has its own threads or device. */
  threads: t.union([t.number, t.null]),
  /** Bytes that its tensors may take at once. */
  limitBytes: t.number,
  parity: agreementCodec,
  /** The speed of training in one thread, and what was trained. */
  speed: t.type({ of: t.string, imagesPerSecond: t.number, flopsPerSecond: t.number }),
});

/** The outcome of the trial of an engine. */
export const trialCodec = t.union([
  testedCodec,
  /**
   * It does not open here: it is not installed, something that it needs is missing, or a setting turns it
   * off.
   */
  t.type({ state: t.literal('unusable'), reason: t.string }),
  /** It opened, and then failed or died. */
  t.type({ state: t.literal('fails'), reason: t.string }),
]);
export type Trial = t.TypeOf<typeof trialCodec>;
/** An engine that computed something. */
export type Tested = t.TypeOf<typeof testedCodec>;

/** The engine that `auto` takes; null where none opens. */
export const takenCodec = t.type({ engine: t.union([EngineName, t.null]), why: t.string });
export type Taken = t.TypeOf<typeof takenCodec>;

/** The last message of the process. */
export const replyCodec = t.union([
  t.type({ kind: t.literal('trial'), trial: trialCodec }),
  t.type({ kind: t.literal('taken'), taken: takenCodec }),
]);
export type Reply = t.TypeOf<typeof replyCodec>;
