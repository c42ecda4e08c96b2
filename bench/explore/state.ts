/** The state of exploring: the seed, the position in it, and everything found so far. */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as t from 'io-ts';

const codec = t.type({
  seed: t.Integer,
  /** The number of finished items of this seed. */
  done: t.Integer,
  /** Commands that found something. */
  found: t.readonlyArray(t.string),
});
export type State = t.TypeOf<typeof codec>;

export const stateFile = join('.cache', 'explore.json');

/** The saved state; null if there is none, or if it cannot be read. */
export const readState = (): State | null => {
  try {
    const read = codec.decode(JSON.parse(readFileSync(stateFile, 'utf8')));
    return read._tag === 'Right' ? read.right : null;
  } catch {
    return null;
  }
};

export const writeState = (state: State): void => {
  mkdirSync(dirname(stateFile), { recursive: true });
  writeFileSync(`${stateFile}.tmp`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${stateFile}.tmp`, stateFile);
};
