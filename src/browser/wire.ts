/**
 * Messages between a page and its worker. A codec checks every message where it arrives; a refusal is a value
 * with one sentence.
 */

import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { decodeWith } from '../base/codec.js';
import { type DrumheadError, defect, errorMessage } from '../base/error.js';

/** A codec whose decoded and written form are the same value. */
export type Same<A> = t.Type<A, A, unknown>;

/** Numbers in a message. */
export const floats: Same<Float32Array> = new t.Type<Float32Array, Float32Array, unknown>(
  'Float32Array',
  (u): u is Float32Array => u instanceof Float32Array,
  (u, context) =>
    u instanceof Float32Array ? t.success(u) : t.failure(u, context, 'it is not a Float32Array'),
  t.identity,
);

/** Whole numbers in a message: the class of each pixel. */
export const labels: Same<Uint8Array | Int32Array> = new t.Type<
  Uint8Array | Int32Array,
  Uint8Array | Int32Array,
  unknown
>(
  'labels',
  (u): u is Uint8Array | Int32Array => u instanceof Uint8Array || u instanceof Int32Array,
  (u, context) =>
    u instanceof Uint8Array || u instanceof Int32Array
      ? t.success(u)
      : t.failure(u, context, 'it is neither a Uint8Array nor an Int32Array'),
  t.identity,
);

/** Bytes of a file. */
export const bytes: Same<Uint8Array> = new t.Type<Uint8Array, Uint8Array, unknown>(
  'Uint8Array',
  (u): u is Uint8Array => u instanceof Uint8Array,
  (u, context) => (u instanceof Uint8Array ? t.success(u) : t.failure(u, context, 'it is not a Uint8Array')),
  t.identity,
);

/** Values by name. */
export const arrays: Same<Readonly<Record<string, Float32Array>>> = t.readonly(t.record(t.string, floats));

/** Why there is no answer. */
export interface Refusal {
  /** The tag of the error, such as `ProgramError`; `Interrupted` if the worker was ended. */
  readonly tag: string;
  /** What is wrong and what to do. */
  readonly sentence: string;
  /** The line of the program that caused it, `file:line:column`, if known. */
  readonly at: string | null;
}

export const refusal: Same<Refusal> = t.type({
  tag: t.string,
  sentence: t.string,
  at: t.union([t.string, t.null]),
});

/** An answer, or why there is none. */
export type Answered<A> = E.Either<Refusal, A>;

/** An error of drumhead, as a page shows it. */
export const refusalOf = (error: DrumheadError): Refusal => ({
  tag: error._tag,
  sentence: errorMessage(error),
  at: error._tag === 'ProgramError' ? (error.at ?? null) : null,
});

/** The worker was ended before it answered. */
export const ended = (why: string): Refusal => ({ tag: 'Interrupted', sentence: why, at: null });

/** One kind of question: the codecs of the question, of its progress and of its answer. */
export interface Endpoint<A, B, S = never> {
  readonly name: string;
  readonly ask: Same<A>;
  readonly answer: Same<B>;
  readonly said: Same<S>;
}

const silent: Same<never> = t.never;

/** A question without progress. */
export const asked = <A, B>(name: string, ask: Same<A>, answer: Same<B>): Endpoint<A, B> => ({
  name,
  ask,
  answer,
  said: silent,
});

/** A question with progress. */
export const told = <A, B, S>(
  name: string,
  ask: Same<A>,
  answer: Same<B>,
  said: Same<S>,
): Endpoint<A, B, S> => ({ name, ask, answer, said });

/** Decodes a message from the other side. */
export const received = <A>(codec: Same<A>, source: string, value: unknown): Answered<A> => {
  try {
    return E.mapLeft(refusalOf)(decodeWith(codec, source)(value));
  } catch (cause) {
    return E.left(refusalOf(defect(cause)));
  }
};

/** A question, with its number. */
export const question = t.type({ id: t.number, name: t.string, ask: t.unknown });

/** A worker's message: that it is ready, progress of a question, its answer, or its refusal. */
export const reply = t.type({
  id: t.number,
  kind: t.keyof({ ready: null, said: null, answered: null, refused: null }),
  value: t.unknown,
});

/** The number in messages that belong to no question: that the worker is ready. */
export const noQuestion = 0;

/** Buffers that may be transferred instead of copied, since the sender no longer uses them. */
export const buffersIn = (value: unknown): ArrayBuffer[] => {
  const found = new Set<ArrayBuffer>();
  const look = (one: unknown): void => {
    if (one instanceof Float32Array || one instanceof Uint8Array || one instanceof Int32Array) {
      if (one.buffer instanceof ArrayBuffer) found.add(one.buffer);
    } else if (Array.isArray(one)) one.forEach(look);
    else if (typeof one === 'object' && one !== null) Object.values(one).forEach(look);
  };
  look(value);
  return [...found];
};
