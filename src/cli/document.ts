/** Files that hold a value: JSON, YAML, or a TypeScript or JavaScript module whose default export it is. */

import { extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type DrumheadError, decodeError, describe } from '../base/error.js';
import { isPresent, readBytes } from '../data/files.js';
import { ProgramFault } from '../dsl/index.js';
import { readJson } from '../runner/folder.js';

type Read = (path: string) => TE.TaskEither<DrumheadError, unknown>;

const readYaml: Read = (path) =>
  pipe(
    readBytes(path),
    TE.chain((bytes) => async () => {
      // Taken when they are needed: most commands read no such file.
      const { parseDocument } = await import('yaml');
      const document = parseDocument(new TextDecoder().decode(bytes), { prettyErrors: true });
      if (document.contents === null && document.errors.length === 0)
        return E.left<DrumheadError, unknown>(decodeError(path, 'there is nothing in it'));
      const problems = document.errors.map(({ message }) => message.split('\n')[0].replace(/:$/, ''));
      return problems.length > 0
        ? E.left<DrumheadError, unknown>(decodeError(path, ...problems))
        : E.tryCatch(
            (): unknown => document.toJS(),
            (cause) => decodeError(path, cause instanceof Error ? cause.message : String(cause)),
          );
    }),
  );

/** This package, so that a module finds the very drumhead that reads it, installed beside it or not. */
const own = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../index.ts' : '../index.js', import.meta.url),
);

const ownLaws = own.replace(/index\.(ts|js)$/, 'laws/index.$1');

/** What a person's own code threw. */
export const inWords = (cause: unknown): string =>
  cause instanceof ProgramFault
    ? describe(cause.error)
    : cause instanceof Error
      ? inOneLine(cause)
      : String(cause);

/** A parser says where on a line of its own. */
const inOneLine = ({ name, message }: Error): string => {
  const [first, second = ''] = message.split('\n').map((line) => line.trim());
  const at = /:\d+:\d+$/.test(second) ? ` (at ${second})` : '';
  return `${name === 'Error' ? '' : `${name}: `}${first}${at}`;
};

/** A module may give an Either, as fp-ts's pipelines end with one; its left is an error here. */
const unwrapped = (value: unknown, path: string): E.Either<DrumheadError, unknown> => {
  if (!t.UnknownRecord.is(value)) return E.right(value);
  if (value._tag === 'Right') return E.right(value.right);
  return value._tag === 'Left' ? E.left(decodeError(path, ...problemsIn(value.left))) : E.right(value);
};

const problemsIn = (left: unknown): readonly string[] =>
  t.type({ problems: t.array(t.string) }).is(left) ? left.problems : [JSON.stringify(left)];

/** What stands for a default export that is undefined: the module once more. */
const isHollow = (value: unknown): boolean =>
  value === undefined || (t.UnknownRecord.is(value) && 'default' in value && value.default === undefined);

const readModule: Read = (path) =>
  pipe(
    TE.tryCatch(
      async (): Promise<unknown> => {
        const { createJiti } = await import('jiti');
        const jiti = createJiti(import.meta.url, {
          fsCache: false,
          alias: { 'drumhead/laws': ownLaws, drumhead: own },
        });
        const module: unknown = await jiti.import(resolve(path));
        return module;
      },
      (cause): DrumheadError => decodeError(path, inWords(cause)),
    ),
    TE.chain((module) =>
      t.UnknownRecord.is(module) && 'default' in module && !isHollow(module.default)
        ? TE.tryCatch(
            async () => module.default,
            (cause): DrumheadError => decodeError(path, inWords(cause)),
          )
        : TE.left(
            decodeError(path, 'it has no default export; `export default` the experiment, sweep or program'),
          ),
    ),
    TE.chainEitherK((value) => unwrapped(value, path)),
  );

const readers: Readonly<Record<string, Read>> = {
  '.json': readJson,
  '.yaml': readYaml,
  '.yml': readYaml,
  '.ts': readModule,
  '.mts': readModule,
  '.cts': readModule,
  '.js': readModule,
  '.mjs': readModule,
  '.cjs': readModule,
};

const endings = Object.keys(readers).join(', ');

/** Whether a name is that of a file by its ending. */
export const isDocument = (name: string): boolean => Object.hasOwn(readers, extname(name));

/**
 * The value that a file holds. A module is executed: it is the person's own program.
 *
 * **Errors** FileError where there is none; DecodeError with every problem of its syntax, or what a module threw.
 */
export const readDocument: Read = (path) =>
  pipe(
    isPresent(path),
    TE.chain((there) => {
      const reader = Object.hasOwn(readers, extname(path)) ? readers[extname(path)] : undefined;
      // The reader of bytes says what is missing.
      if (!there) return readBytes(path);
      return reader === undefined
        ? TE.left<DrumheadError, unknown>(
            decodeError(path, `what it is cannot be told from its name: ${endings}`),
          )
        : reader(path);
    }),
  );
