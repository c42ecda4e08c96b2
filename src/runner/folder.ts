/** Run folders: where a run's files lie, and who may work there. */

import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError, fileError } from '../base/error.js';
import { readBytes, writeBytes } from '../data/files.js';

/** The files of a run folder. */
export const files = {
  experiment: 'experiment.json',
  program: 'program.json',
  environment: 'environment.json',
  metrics: 'metrics.ndjson',
  timing: 'timing.json',
  result: 'result.json',
  weights: join('weights', 'weights.json'),
  weightValues: join('weights', 'weights.bin'),
  checkpoint: 'checkpoint.json',
  checkpointBefore: 'checkpoint.before.json',
  waves: 'waves.gif',
  segmentations: 'segmentations.png',
  curves: 'curves.svg',
  curvesPng: 'curves.png',
  report: 'report.html',
  lock: 'lock',
} as const;

/** Writes a text atomically. */
export const writeText = (path: string, content: string): TE.TaskEither<DrumheadError, string> =>
  writeBytes(path, new TextEncoder().encode(content));

/** Writes a value as indented JSON, atomically. */
export const writeJson = (path: string, value: unknown): TE.TaskEither<DrumheadError, string> =>
  writeText(path, `${JSON.stringify(value, null, 2)}\n`);

/** Parses JSON text. **Errors** DecodeError for what is not JSON. */
export const parseJson = (content: string, source: string): E.Either<DrumheadError, unknown> =>
  E.tryCatch(
    (): unknown => JSON.parse(content),
    () => decodeError(source, 'this is not JSON; the file is damaged or is something else'),
  );

/** Reads a JSON file. **Errors** FileError, DecodeError. */
export const readJson = (path: string): TE.TaskEither<DrumheadError, unknown> =>
  pipe(
    readBytes(path),
    TE.chainEitherK((bytes) => parseJson(new TextDecoder().decode(bytes), path)),
  );

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // EPERM: it lives, and belongs to someone else.
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
};

/**
 * Runs work in a folder that nobody else is working in; the folder is made. A lock left by a process that has died
 * is taken over.
 *
 * **Errors** FileError when another process works there or the folder cannot be written.
 */
export const inFolder = <A>(
  folder: string,
  work: TE.TaskEither<DrumheadError, A>,
): TE.TaskEither<DrumheadError, A> =>
  pipe(
    take(folder),
    TE.chain((lock) => async () => {
      try {
        return await work();
      } finally {
        await rm(lock, { force: true });
      }
    }),
  );

const take =
  (folder: string): TE.TaskEither<DrumheadError, string> =>
  async () => {
    const lock = join(folder, files.lock);
    try {
      await mkdir(folder, { recursive: true });
      const held = Number(await readFile(lock, 'utf8').catch(() => 'NaN'));
      if (Number.isInteger(held) && held !== process.pid && alive(held))
        return E.left({
          _tag: 'FileError',
          path: folder,
          message: `process ${held} is working on this run; wait for it or stop it`,
        });
      await rm(lock, { force: true });
      const handle = await open(lock, 'wx');
      await handle.writeFile(String(process.pid));
      await handle.close();
      return E.right(lock);
    } catch (cause) {
      return E.left(fileError(folder, cause));
    }
  };
