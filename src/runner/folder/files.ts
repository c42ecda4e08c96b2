/** The files of a run folder, and reading and writing JSON. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { parsedJson, tooDeep } from '../../base/json-text.js';
import { readBytes, writeBytes } from '../../files/files.js';

/** The files of a run folder. */
export const files = {
  run: 'run.json',
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
  progress: 'progress.json',
  failure: 'failure.json',
  events: 'events.out.tfevents.0.drumhead',
  waves: 'waves.gif',
  segmentations: 'segmentations.png',
  answers: 'answers.png',
  curves: 'curves.svg',
  curvesPng: 'curves.png',
  figures: 'figures.json',
  report: 'report.html',
} as const;

/** Writes a text atomically. */
export const writeText = (path: string, content: string): Effect<string> =>
  writeBytes(path, new TextEncoder().encode(content));

/** A value as indented JSON. */
export const jsonBytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** Writes a value as indented JSON, atomically. */
export const writeJson = (path: string, value: unknown): Effect<string> => writeBytes(path, jsonBytes(value));

/** Parses JSON text. **Errors** DecodeError for what is not JSON. */
export const parseJson = (content: string, source: string): Checked<unknown> =>
  pipe(
    parsedJson(content),
    E.mapLeft((problem) =>
      decodeError(
        source,
        problem === tooDeep ? problem : 'this is not JSON; the file is damaged or is something else',
      ),
    ),
  );

/** Reads a JSON file. **Errors** FileError, DecodeError. */
export const readJson = (path: string): Effect<unknown> =>
  pipe(
    readBytes(path),
    TE.flatMapEither((bytes) => parseJson(new TextDecoder().decode(bytes), path)),
  );
