/** The progress of the campaign, in .cache/break.json, so that it continues from there. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { writeText } from '../../src/runner/folder/files.js';

const codec = t.type({
  seed: t.number,
  parts: t.record(
    t.string,
    t.type({
      /** The next round. */
      next: t.number,
      tried: t.record(t.string, t.number),
      failed: t.number,
    }),
  ),
});
export type State = t.TypeOf<typeof codec>;

const path = join(fileURLToPath(new URL('../..', import.meta.url)), '.cache', 'break.json');

/** The progress of a campaign of this seed; the beginning if there is none, or only one of another seed. */
export const readState = async (seed: number): Promise<State> => {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  return pipe(
    E.tryCatch(
      (): unknown => JSON.parse(text),
      () => null,
    ),
    E.flatMap(codec.decode),
    E.filterOrElseW(
      (state) => state.seed === seed,
      () => null,
    ),
    E.getOrElseW((): State => ({ seed, parts: {} })),
  );
};

export const writeState = async (state: State): Promise<void> =>
  void (await writeText(path, `${JSON.stringify(state, null, 1)}\n`)());
