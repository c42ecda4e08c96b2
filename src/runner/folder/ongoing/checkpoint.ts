/**
 * Checkpoints: a training state on disk.
 *
 * The values are written to a file of their own. Then a small sealed JSON file, the header, names this file
 * and its hash. It replaces the header before, which is kept. So one whole checkpoint exists at any time,
 * even if the power fails.
 */

import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  type Checked,
  type DrumheadError,
  decodeError,
  type Effect,
  errorMessage,
  fileError,
} from '../../../base/error.js';
import type { ParameterDeclaration } from '../../../dsl/index.js';
import { type Arithmetic, kernelsText } from '../../../engine/index.js';
import { ifPresent, isPresent, readBytesIfPresent, writeBytes } from '../../../files/files.js';
import type { TrainState } from '../../training/state.js';
import { files } from '../files.js';
import { isFromLater } from '../seal.js';
import { readChecked, readCheckedIfPresent, writeChecked } from '../sealed-json.js';
import { type Header, headerCodec, packed, unpacked } from './checkpoint-values.js';

/** Saves a state. **Errors** FileError; the checkpoint before it stays. */
export const saveCheckpoint = (
  folder: string,
  declared: readonly ParameterDeclaration[],
  state: TrainState,
  arithmetic: Arithmetic,
): Effect<void> => {
  const { header, bytes } = packed(declared, state, arithmetic);
  const path = join(folder, files.checkpoint);
  return pipe(
    writeBytes(join(folder, header.values), bytes),
    TE.flatMap(() => setAside(folder, header.values)),
    TE.flatMap(() => writeChecked(path, header)),
    TE.flatMap(() => removeUnnamed(folder)),
  );
};

const attempt = <A>(path: string, work: () => Promise<A>): Effect<A> =>
  TE.tryCatch(work, (cause) => fileError(path, cause));

/**
 * Renames the current header to the one before, unless the next one names the same values: two headers of one
 * file would be damaged together.
 */
const setAside = (folder: string, next: string): Effect<void> => {
  const path = join(folder, files.checkpoint);
  return async () => {
    const current = await readHeader(path)();
    if (E.isRight(current) && current.right.values === next) return E.right(undefined);
    return attempt(folder, async () => {
      await rename(path, join(folder, files.checkpointBefore)).catch((cause: unknown) => {
        if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
      });
    })();
  };
};

const isValues = (name: string): boolean => /^checkpoint-\d+-\d+\.bin$/.test(name);

/** Files of values that neither the checkpoint nor the one before it names; none where one of the two cannot be read. */
export const unnamedValues = async (folder: string): Promise<readonly string[]> => {
  const [current, before] = [
    await readHeader(join(folder, files.checkpoint))(),
    await headerIfPresent(folder, files.checkpointBefore)(),
  ];
  if (E.isLeft(current) || E.isLeft(before)) return [];
  const named = new Set([current.right.values, before.right?.values]);
  const names = await readdir(folder).catch((): readonly string[] => []);
  return names.filter((name) => isValues(name) && !named.has(name)).map((name) => join(folder, name));
};

/**
 * Removes values that no checkpoint names. Where the disk refuses to read a header, they stay: the next save removes them,
 * or the next run of a finished experiment (`tidyFinished`).
 */
const removeUnnamed = (folder: string): Effect<void> =>
  attempt(folder, async () => {
    for (const path of await unnamedValues(folder)) await rm(path, { force: true });
  });

const readHeader = (path: string): Effect<Header> => readChecked(path, headerCodec);

const headerIfPresent = (folder: string, header: string): Effect<Header | null> =>
  readCheckedIfPresent(join(folder, header), headerCodec);

const otherArithmetic = 'it was computed ';

/**
 * Refuses a checkpoint of another arithmetic or of other kernels: its bits would be mixed with those of this one.
 */
const ofArithmetic =
  (wanted: Arithmetic, source: string) =>
  (found: Header): Checked<Header> => {
    if ((found.arithmetic ?? 1) !== wanted.number)
      return E.left(
        decodeError(
          source,
          `${otherArithmetic}with arithmetic ${found.arithmetic ?? 1} of its engine, and this drumhead computes with ` +
            `${wanted.number}, whose bits differ: go on with the drumhead that began it, or move its folder away to begin ` +
            'anew. Nothing was touched',
        ),
      );
    return found.kernels === undefined || found.kernels === wanted.kernels
      ? E.right(found)
      : E.left(
          decodeError(
            source,
            `${otherArithmetic}${kernelsText(found.kernels)}, and this run computes ` +
              `${wanted.kernels === null ? 'on an engine without that choice' : kernelsText(wanted.kernels)}, whose bits ` +
              `differ: go on with --fuse ${found.kernels === 'fused' ? 'on' : 'off'} on the engine that began it, or move ` +
              'its folder away to begin anew. Nothing was touched',
          ),
        );
  };

const load = (
  folder: string,
  header: string,
  declared: readonly ParameterDeclaration[],
  arithmetic: Arithmetic,
): Effect<TrainState> =>
  pipe(
    readHeader(join(folder, header)),
    TE.flatMapEither(ofArithmetic(arithmetic, join(folder, header))),
    TE.flatMap((found) =>
      pipe(
        readBytesIfPresent(join(folder, found.values), 'array'),
        TE.flatMapEither(
          (bytes): Checked<TrainState> =>
            bytes === null
              ? E.left(decodeError(join(folder, header), `its values, ${found.values}, are gone`))
              : unpacked(found, bytes, declared, join(folder, found.values)),
        ),
      ),
    ),
  );

/**
 * The progress of a training, without its weights; and the problem of the newest checkpoint, if it could not
 * be used.
 */
export interface Position extends Pick<Header, 'epoch' | 'step' | 'history'> {
  readonly problem?: DrumheadError;
}

/**
 * The progress of the training in a folder; null if nothing was saved yet. If the newest checkpoint is
 * missing or damaged, the one before counts, as it does when the run continues; damage is reported in
 * `problem`.
 *
 * **Errors** FileError; DecodeError if all are damaged, or of a newer drumhead.
 */
export const readPosition = (folder: string): Effect<Position | null> => {
  const at = (header: string): Effect<Position | null> => headerIfPresent(folder, header);
  return pipe(
    at(files.checkpoint),
    TE.matchEW(
      (error) =>
        pipe(
          at(files.checkpointBefore),
          TE.flatMap((before) =>
            before === null || mustStay(error) ? TE.left(error) : TE.right({ ...before, problem: error }),
          ),
        ),
      (current) => (current === null ? at(files.checkpointBefore) : TE.right(current)),
    ),
  );
};

/** A state that was read, and a sentence for each checkpoint that could not be used. */
export interface Restored {
  readonly state: TrainState | null;
  readonly notes: readonly string[];
}

/** The state that a header names; null if there is no header. */
const loadIfPresent = (
  folder: string,
  header: string,
  declared: readonly ParameterDeclaration[],
  arithmetic: Arithmetic,
): Effect<TrainState | null> => ifPresent(join(folder, header), load(folder, header, declared, arithmetic));

/**
 * Whether a checkpoint that could not be used must stay where it is: a newer drumhead wrote it, it is of
 * another arithmetic, or the disk could not read it. Only a file that was read and is wrong counts as
 * damaged; otherwise a wrong permission would cost the training.
 */
const mustStay = (error: DrumheadError): boolean =>
  error._tag === 'FileError' || isFromLater(error) || isOfOtherArithmetic(error);

const isOfOtherArithmetic = (error: DrumheadError): boolean =>
  error._tag === 'DecodeError' && error.problems.some((problem) => problem.startsWith(otherArithmetic));

/**
 * Reads the newest whole checkpoint; null if there is none. A damaged one is moved aside with its values, and
 * a note reports it: left in its place, it would replace the whole one at the next save.
 *
 * **Errors** DecodeError if a newer drumhead wrote it, or if it is of another arithmetic or other kernels;
 * FileError if it exists and cannot be read or moved aside.
 */
export const restoreCheckpoint =
  (folder: string, declared: readonly ParameterDeclaration[], arithmetic: Arithmetic): Effect<Restored> =>
  async () => {
    const notes: string[] = [];
    for (const [header, instead] of [
      [files.checkpoint, 'the one before it is taken'],
      [files.checkpointBefore, 'there is no other, so that the training begins again'],
    ]) {
      const loaded = await loadIfPresent(folder, header, declared, arithmetic)();
      if (E.isLeft(loaded)) {
        if (mustStay(loaded.left)) return loaded;
        const aside = await moveAside(folder, header)();
        if (E.isLeft(aside)) return aside;
        notes.push(`a checkpoint cannot be used, ${instead}: ${errorMessage(loaded.left)}`);
      } else if (loaded.right !== null) {
        // A process that ended between saving and tidying leaves values that no header names. Only where both headers are
        // there: without the one before, its values may still be wanted.
        const before = await isPresent(join(folder, files.checkpointBefore))();
        if (header === files.checkpoint && E.isRight(before) && before.right) await removeUnnamed(folder)();
        return E.right({ state: loaded.right, notes });
      }
    }
    return E.right({ state: null, notes });
  };

/** The first folder `damaged-N` that does not exist yet. */
const freshAside = async (folder: string): Promise<string> => {
  const names = new Set(await readdir(folder));
  for (let i = 1; ; i++) if (!names.has(`${aside}-${i}`)) return join(folder, `${aside}-${i}`);
};

const aside = 'damaged';

/** Moves a header, and all values that the other one does not name, to a folder that no later save touches. */
const moveAside = (folder: string, header: string): Effect<void> => {
  const other = header === files.checkpoint ? files.checkpointBefore : files.checkpoint;
  return async () => {
    const named = await headerIfPresent(folder, other)();
    // Two damaged headers name nothing: all values are moved with the first of them.
    const kept = E.isRight(named) ? named.right?.values : undefined;
    if (E.isLeft(named) && mustStay(named.left)) return named;
    return attempt(folder, async () => {
      const target = await freshAside(folder);
      await mkdir(target);
      for (const name of await readdir(folder))
        if (isValues(name) && name !== kept) await rename(join(folder, name), join(target, name));
      await rename(join(folder, header), join(target, header));
    })();
  };
};
