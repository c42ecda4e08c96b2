/**
 * Files that are code. A TypeScript or JavaScript file is a program: reading it runs it, with all rights of the
 * person at the keyboard. JSON and YAML are data and run nothing.
 */

import { extname, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../../base/error.js';
import { remark } from '../edge.js';

const endings: readonly string[] = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/** The ending of a file's name in small letters; cameras and some systems write capitals. */
export const endingOf = (path: string): string => extname(path).toLowerCase();

/** Whether a file of this name is run when it is read. */
export const isCode = (path: string): boolean => endings.includes(endingOf(path));

/** The variable that `--code` and `--no-code` set to `on` or `off`, so that the processes of a sweep know it too. */
export const codeVariable = 'DRUMHEAD_CODE';

const told = new Set<string>();

/**
 * Called before code is run; announces it once on stderr.
 *
 * **Errors** DecodeError under `--no-code`.
 */
export const mayRun = (path: string): Checked<void> => {
  if (process.env[codeVariable] === 'off')
    return E.left(
      decodeError(path, 'it is code, and --no-code runs none; give what it holds as .json or .yaml'),
    );
  if (!told.has(resolve(path))) remark(`running the code of ${path}`);
  told.add(resolve(path));
  return E.right(undefined);
};

/**
 * Checks that a file may refer to another file that is read instead. Data must not refer to code, since a person who
 * opens data expects that nothing runs.
 *
 * **Errors** DecodeError if data names code without `--code`.
 */
export const mayName = (path: string, other: string): Checked<void> =>
  isCode(other) && !isCode(path) && process.env[codeVariable] !== 'on'
    ? E.left(
        decodeError(
          path,
          `it is data and names code, ${other}; --code lets it run, or write this file as .ts too and import it`,
        ),
      )
    : E.right(undefined);
