/** Files that hold a value: JSON, YAML, or a TypeScript or JavaScript module whose default export it is. */

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import {
  type Checked,
  type DrumheadError,
  decodeError,
  type Effect,
  errorMessage,
} from '../../base/error.js';
import { ProgramFault } from '../../dsl/index.js';
import { isPresent, mayBeRead, readBytes } from '../../files/files.js';
import { endingOf, mayRun } from './code.js';
import { readJsonText } from './json.js';
import { faultOf, type KnownNames, plainFault } from './module-fault.js';
import { readYamlText } from './yaml.js';

type Read = (path: string) => Effect<unknown>;

const readYaml: Read = (path) =>
  pipe(
    readBytes(path, 'yaml'),
    TE.flatMap((bytes) => readYamlText(textOf(bytes), path)),
  );

/** The text of a file: UTF-8, with or without a byte-order mark, or UTF-16 if the mark says so. */
const textOf = (bytes: Uint8Array): string => {
  const [a, b] = bytes;
  const encoding = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
};

const readJson: Read = (path) =>
  pipe(
    readBytes(path),
    TE.flatMapEither((bytes) => readJsonText(textOf(bytes), path)),
  );

/** This package, so that a module imports the drumhead that reads it, wherever it is installed. */
const own = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../index.ts' : '../../index.js', import.meta.url),
);

/** The rooms whose entries a module may import, as package.json exports them. */
const rooms: Readonly<Record<string, string>> = {
  analysis: 'analysis',
  compile: 'compile',
  experiments: 'experiments',
  laws: 'laws',
  networks: 'models/networks',
  // last, since it exports names of the others too, and those are proposed first
  browser: 'browser',
};

/**
 * The entries of this package that a module may import, longest names first, since a name also matches all that begin
 * with it.
 */
const ownEntries: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(rooms).map(([entry, room]) => [
      `drumhead/${entry}`,
      own.replace(/index\.(ts|js)$/, `${room}/index.$1`),
    ]),
  ),
  drumhead: own,
};

/** An error that a person's own code threw. */
export const inWords = (cause: unknown): string =>
  cause instanceof ProgramFault
    ? errorMessage(cause.error)
    : cause instanceof Error
      ? plainFault(cause, dirname(own))
      : String(cause);

/** A module may export an Either, as fp-ts's pipelines end with one; its left is an error here. */
export const unwrapped = (value: unknown, path: string): Checked<unknown> => {
  if (!t.UnknownRecord.is(value)) return E.right(value);
  if (value._tag === 'Right') return E.right(value.right);
  return value._tag === 'Left' ? E.left(decodeError(path, problemsIn(value.left))) : E.right(value);
};

const problemsIn = (left: unknown): readonly string[] =>
  t.type({ problems: t.array(t.string) }).is(left) ? left.problems : [JSON.stringify(left)];

/** A function that makes the value of a file. */
type Writes = (options: object) => unknown;
const writes = (value: unknown): value is Writes => typeof value === 'function';

/**
 * The value of a module's default export, or what it returns if it is a function.
 *
 * **Errors** DecodeError with what it threw.
 */
export const calledValue = (value: unknown, path: string): Effect<unknown> =>
  writes(value)
    ? pipe(
        TE.tryCatch(
          async () => value({}),
          (cause): DrumheadError => decodeError(path, inWords(cause)),
        ),
        TE.flatMapEither((made) => unwrapped(made, path)),
      )
    : TE.right(value);

/** jiti's default export of a module without one: the module itself. */
const isHollow = (value: unknown): boolean =>
  value === undefined || (t.UnknownRecord.is(value) && 'default' in value && value.default === undefined);

/** The error of a module as a sentence, with its position and a suggestion. */
const faultIn =
  (path: string) =>
  async (cause: unknown): Promise<DrumheadError> => {
    const known = await Promise.all(
      Object.entries(ownEntries).map(async ([entry, file]): Promise<KnownNames> => {
        const names: readonly string[] = await import(file).then(Object.keys, () => []);
        return { entry, names };
      }),
    );
    return decodeError(path, await faultOf(cause, dirname(own), known));
  };

/** Like `TE.tryCatch`, for an error whose description reads files. */
const attempt = <A>(work: () => Promise<A>, told: (cause: unknown) => Promise<DrumheadError>): Effect<A> => {
  const done = async (): Promise<Checked<A>> => {
    try {
      return E.right(await work());
    } catch (cause) {
      return E.left(await told(cause));
    }
  };
  return done;
};

/**
 * The loaded entries of this package if drumhead runs from source, since jiti would compile all of it again for a
 * module. Compiled entries are imported by jiti itself.
 */
const entriesFromSource = async (): Promise<Record<string, unknown>> => {
  if (!own.endsWith('.ts')) return {};
  const entries = Object.entries(ownEntries).map(
    async ([entry, file]): Promise<readonly [string, unknown]> => [entry, await import(file)],
  );
  return Object.fromEntries(await Promise.all(entries));
};

const importModule: Read = (path) =>
  pipe(
    mayBeRead(path, 'code'),
    TE.flatMap(() => TE.fromEither(mayRun(path))),
    TE.flatMap(() =>
      attempt(async (): Promise<unknown> => {
        const { createJiti } = await import('jiti');
        const jiti = createJiti(import.meta.url, {
          fsCache: false,
          alias: { ...ownEntries },
          virtualModules: await entriesFromSource(),
        });
        const file = resolve(path);
        const ext = endingOf(file);
        // Node and jiti know a module by its ending in small letters only.
        const module: unknown = file.endsWith(ext)
          ? await jiti.import(file)
          : await jiti.evalModule(await readFile(file, 'utf8'), {
              id: file,
              filename: file,
              ext,
              async: true,
            });
        return module;
      }, faultIn(path)),
    ),
  );

const readModule: Read = (path) =>
  pipe(
    importModule(path),
    TE.flatMap((module) =>
      t.UnknownRecord.is(module) && 'default' in module && !isHollow(module.default)
        ? attempt(async () => module.default, faultIn(path))
        : TE.left(
            decodeError(path, 'it has no default export; `export default` the experiment, sweep or program'),
          ),
    ),
    TE.flatMapEither((value) => unwrapped(value, path)),
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
export const isDocument = (name: string): boolean => Object.hasOwn(readers, endingOf(name));

/**
 * The value of a file. A module is executed, since it is the person's own program.
 *
 * **Errors** FileError if there is none; DecodeError with every problem of its syntax, or with what a module threw.
 */
export const readDocument: Read = (path) =>
  pipe(
    isPresent(path),
    TE.flatMap((there) => {
      const ending = endingOf(path);
      const reader = Object.hasOwn(readers, ending) ? readers[ending] : undefined;
      // If the file is missing, reading its bytes reports it.
      if (!there) return readBytes(path);
      return reader === undefined
        ? pipe(
            // A device or a pipe is refused as such.
            mayBeRead(path, 'array'),
            TE.flatMap(() =>
              TE.left(decodeError(path, `what it is cannot be told from its name: ${endings}`)),
            ),
          )
        : reader(path);
    }),
  );

/** Whether a file is a module, which may export several values. */
export const isModule = (name: string): boolean => /^\.[cm]?[tj]s$/.test(endingOf(name));

/** All exports of a module, by name. **Errors** FileError if there is none; DecodeError with what it threw. */
export const readExports = (path: string): Effect<Readonly<Record<string, unknown>>> =>
  pipe(
    isPresent(path),
    TE.flatMap((there) => (there ? importModule(path) : readBytes(path))),
    TE.map((module) =>
      // A copy, since the object of jiti also looks into the default export.
      t.UnknownRecord.is(module)
        ? Object.fromEntries(Object.keys(module).map((name) => [name, module[name]]))
        : {},
    ),
  );
