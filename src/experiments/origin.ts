/** Weights of another run from which a training begins, and a person's notes on it. */

import * as t from 'io-ts';
import { record, text, where } from '../base/codec.js';

/** The finished run whose weights a training begins with. */
export interface Origin {
  /** Its folder, for people; another folder with the same weights is the same. */
  readonly run: string;
  /** SHA-256 of its weights, which is part of the identity of what begins with them. */
  readonly weights: string;
}

/** The codec of origins. */
export const originCodec: t.Type<Origin, Origin, unknown> = record('from', {
  run: text,
  weights: where(t.string, (hash) =>
    /^[0-9a-f]{64}$/.test(hash)
      ? null
      : 'it is not a SHA-256 in hexadecimal; `drumhead run … --from RUN` writes it',
  ),
});

const longest = 10_000;

/** The codec of notes: any text that is not too long for a page. */
export const notesCodec = where(text, (notes) =>
  notes.length > longest ? `notes have at most ${longest} letters, these have ${notes.length}` : null,
);
