/** `classes.json`: the classes of a folder of data. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeWith, record, withDefault } from '../../../base/codec.js';
import { type Checked, decodeError, type Effect } from '../../../base/error.js';
import { parsedJson } from '../../../base/json-text.js';
import { readBytesIfPresent } from '../../../files/files.js';
import { classNames } from '../../classes/names.js';
import { type Dataset, splitNames } from '../../dataset.js';
import type { Named } from '../folder.js';
import { type IgnoreKey, ignoredByte, ignoreKey } from '../labelling.js';

/** The path of a folder's `classes.json`. */
export const classesFile = (folder: string): string => join(folder, 'classes.json');

const withIgnored = record('classes.json', {
  classes: classNames,
  ignore: withDefault<IgnoreKey>(ignoreKey, null),
});

/** Names alone, or names and the ignored value. */
const decode = (json: unknown, path: string): Checked<Named> =>
  Array.isArray(json)
    ? pipe(
        decodeWith(classNames, path)(json),
        E.map((names) => ({ names, ignore: null })),
      )
    : pipe(
        decodeWith(withIgnored, path)(json),
        E.map(({ classes, ignore }) => ({ names: classes, ignore })),
      );

/**
 * The contents of a folder's `classes.json`, null if it has none: `["ground", "cat"]`, or `{"classes": [...], "ignore":
 * 255}`.
 */
export const readClasses = (folder: string): Effect<Named | null> =>
  pipe(
    readBytesIfPresent(classesFile(folder)),
    TE.flatMapEither(
      (bytes): Checked<Named | null> =>
        bytes === null
          ? E.right(null)
          : pipe(
              parsedJson(new TextDecoder().decode(bytes)),
              E.mapLeft((problem) => decodeError(classesFile(folder), problem)),
              E.flatMap((json) => decode(json, classesFile(folder))),
            ),
    ),
  );

/** The bytes of a `classes.json` that restores the names and ignored pixels of a dataset that is written. */
export const classesBytes = (dataset: Dataset): Uint8Array => {
  const ignores = splitNames.some((name) => dataset[name].ignored !== undefined);
  const said = ignores ? { classes: dataset.classes, ignore: ignoredByte } : dataset.classes;
  return new TextEncoder().encode(`${JSON.stringify(said, null, 2)}\n`);
};
