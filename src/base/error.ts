/**
 * Everything that can go wrong, as one tagged union.
 *
 * Every error is a value: a tag to branch on, and the data that its message needs. `errorMessage` turns any of them
 * into one sentence. Nothing in drumhead throws across a room's boundary.
 */

import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';

/** The language refused a program: operation, shapes and line of the user's source. */
export interface ProgramError {
  readonly _tag: 'ProgramError';
  /** The operation that refused, e.g. `conv` or `scan`. */
  readonly operation: string;
  /** The problem and what to do, in one sentence. */
  readonly message: string;
  /** `file:line:column` of the first caller outside the language, when known. */
  readonly at?: string;
}

/** A value from outside (JSON, flags, a file's header) is invalid. */
export interface DecodeError {
  readonly _tag: 'DecodeError';
  /** The source that was read: a file path, a flag, "experiment". */
  readonly source: string;
  /** One line per problem, each with its path. */
  readonly problems: readonly string[];
}

/** The file system refused an operation. */
export interface FileError {
  readonly _tag: 'FileError';
  readonly path: string;
  readonly message: string;
}

/** A name that is not in the list it should be in. */
export interface UnknownName {
  readonly _tag: 'UnknownName';
  /** The kind of the name: "experiment", "engine", "preset", "case". */
  readonly kind: string;
  readonly name: string;
  readonly known: readonly string[];
}

/** An engine cannot be opened, or lacks a feature that the program needs. */
export interface EngineError {
  readonly _tag: 'EngineError';
  readonly engine: string;
  readonly message: string;
}

/** The work does not fit the engine's memory; found before it starts. */
export interface OutOfMemory {
  readonly _tag: 'OutOfMemory';
  readonly engine: string;
  readonly neededBytes: number;
  readonly limitBytes: number;
}

/** A loss, a parameter or a simulated state is not finite. */
export interface Diverged {
  readonly _tag: 'Diverged';
  /** The quantity that is not finite; default the loss. */
  readonly of?: string;
  /** Null for a simulation, which trains nothing. */
  readonly epoch: number | null;
  readonly step: number;
  /** The value that is not finite. */
  readonly loss: number;
  /** What to do about it, where it is something else than usual. */
  readonly advice?: string;
}

/** The person stopped it; finished work is kept. */
export interface Interrupted {
  readonly _tag: 'Interrupted';
  readonly message: string;
}

/** Something was tried and did not give what it should: numbers beyond the limits of a comparison, a program that refuses. */
export interface Mismatch {
  readonly _tag: 'Mismatch';
  readonly message: string;
}

/** A bug in drumhead itself: an exception where none should be thrown. */
export interface Defect {
  readonly _tag: 'Defect';
  readonly message: string;
}

/** Any of these errors: the left side of every Either and TaskEither in drumhead. */
export type DrumheadError =
  | ProgramError
  | DecodeError
  | FileError
  | UnknownName
  | EngineError
  | OutOfMemory
  | Diverged
  | Interrupted
  | Mismatch
  | Defect;

/** A value, or the error that explains why there is none. */
export type Checked<A> = E.Either<DrumheadError, A>;

/** Work that runs when it is called, and results in a value or an error. */
export type Effect<A> = TE.TaskEither<DrumheadError, A>;

/**
 * A DecodeError of these problems.
 *
 * @example
 * errorMessage(decodeError('model.json', 'it is not JSON')); // => 'model.json: it is not JSON'
 */
export const decodeError = (
  source: string,
  /** Lists are passed as they are: spread into arguments, a long list would exceed the engine's limit. */
  ...problems: readonly (string | readonly string[])[]
): DecodeError => ({
  _tag: 'DecodeError',
  source,
  problems: problems.flat(),
});

/** A value, unless there are problems. **Errors** DecodeError with all of them. */
export const unlessProblems = <A>(source: string, problems: readonly string[], value: A): Checked<A> =>
  problems.length === 0 ? E.right(value) : E.left(decodeError(source, problems));

/** An UnknownName; the message proposes the known name that is nearest. */
export const unknownName = (kind: string, name: string, known: readonly string[]): UnknownName => ({
  _tag: 'UnknownName',
  kind,
  name,
  known,
});

/** An EngineError. */
export const engineError = (engine: string, message: string): EngineError => ({
  _tag: 'EngineError',
  engine,
  message,
});

/** A Mismatch. */
export const mismatch = (message: string): Mismatch => ({ _tag: 'Mismatch', message });

/** A Defect from a caught exception. */
export const defect = (cause: unknown): Defect => ({
  _tag: 'Defect',
  message: cause instanceof Error ? cause.message : String(cause),
});

/** A FileError from an exception of `node:fs`, with a message that says what to do. */
export const fileError = (path: string, cause: unknown): FileError => ({
  _tag: 'FileError',
  path,
  message: fileMessage(cause),
});

const fileMessages: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied; choose another folder or change its permissions',
  EPERM: 'permission denied; choose another folder or change its permissions',
  EROFS: 'the file system is read-only; choose another folder',
  ENOSPC: 'the disk is full; free some space and run the same command again',
  ENOTDIR: 'part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  ELOOP:
    'it is a link, which is not followed or leads back to itself; remove the link and run the same command again',
  ENAMETOOLONG: 'the name is longer than the system allows; shorten it',
  EMFILE:
    'too many files are open; close some programs or raise the limit (ulimit -n), and run the same command again',
  ENFILE: 'too many files are open; close some programs, and run the same command again',
  EIO: 'the disk could not read or write it; nothing was changed. Run the same command again when it can',
  ESTALE: 'its network folder was mounted anew; run the same command again',
  EFBIG:
    'it is larger than the file system or the shell allows (ulimit -f); make it smaller, or choose another folder',
  EDQUOT: 'your share of the disk is used up; free some space and run the same command again',
  EBUSY: 'it is in use by the system; choose another path',
  ETXTBSY: 'it is a program that runs; choose another path',
  ENXIO: 'there is no such device, or nobody reads from the pipe',
  EEXIST: 'it, or a folder on the way to it, exists already as a file',
};

/** Codes of errors that may be temporary: the file itself may be undamaged. */
const refusals = ['EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'EIO', 'ESTALE'];

/** Whether the system refused to read a file, so that nothing is known of its content. */
export const isRefused = (error: DrumheadError): boolean =>
  error._tag === 'FileError' && refusals.some((code) => error.message === fileMessages[code]);

const fileMessage = (cause: unknown): string => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return fileMessages[code] ?? (cause instanceof Error ? cause.message : String(cause));
};

/**
 * The known name nearest to a misspelt one (Levenshtein distance), if any is near.
 *
 * @example
 * nearest('tetromino', ['mnist', 'tetrominoes']); // => 'tetrominoes'
 */
export const nearest = (name: string, known: readonly string[]): string | undefined => {
  // No known name is this long, and comparing takes time proportional to the product of both lengths.
  if (name.length > longestName) return undefined;
  const most = Math.max(2, Math.ceil(name.length / 3));
  // If the lengths alone differ by more, the names are not near.
  const alike = known.filter((candidate) => Math.abs(candidate.length - name.length) <= most);
  const scored = alike.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }));
  const best = scored.reduce<(typeof scored)[number] | undefined>(
    (a, b) => (a === undefined || b.distance < a.distance ? b : a),
    undefined,
  );
  if (best === undefined || best.distance > most) return undefined;
  // A name that shares no letter with the text is no suggestion.
  const shares = best.distance < Math.max(name.length, best.candidate.length);
  return shares || best.distance === 0 ? best.candidate : undefined;
};

const longestName = 200;

const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
};

/** Limits of messages: letters of a word, letters of a line, lines of a list of problems. */
const [longestWord, longestLine, mostProblems] = [400, 2000, 50];

const cut = (text: string, most: number): string => `${text.slice(0, most)}…`;

/**
 * Shortened text: only the beginning is kept of a word longer than any path and of a line longer than a page.
 *
 * @example
 * cutLong(`unknown name '${'x'.repeat(500)}'`).length; // => 94
 */
export const cutLong = (text: string): string =>
  text
    .split('\n')
    .map((line) => {
      if (line.length <= longestWord) return line;
      const words = cutWords(line);
      return words.length > longestLine ? cut(words, longestLine) : words;
    })
    .join('\n');

const cutWords = (line: string): string =>
  line
    .split(' ')
    .map((word) => (word.length > longestWord ? cut(word, 80) : word))
    .join(' ');

/** The problems that are shown: all of them, or the first ones and the number of the others. */
const shownProblems = (problems: readonly string[]): readonly string[] =>
  problems.length <= mostProblems
    ? problems
    : [...problems.slice(0, mostProblems), `and ${problems.length - mostProblems} more`];

/** A short list: up to a dozen names, or the first six and the number of the others. */
const few = (names: readonly string[]): string =>
  names.length <= 12 ? names.join(', ') : `${names.slice(0, 6).join(', ')} and ${names.length - 6} more`;

const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20).toLocaleString('en-US')} MiB`;

/**
 * The message of an error, one sentence for a person.
 *
 * @example
 * errorMessage(unknownName('engine', 'wasn', ['wasm', 'cpu']));
 * // => "unknown engine 'wasn'; did you mean 'wasm'? Known: wasm, cpu"
 */
export const errorMessage = (error: DrumheadError): string => cutLong(sentence(error));

/** Messages of the runtime when memory is exhausted; not a bug in drumhead. */
const noMemory =
  /could not allocate memory|allocation failed|maximum memory size exceeded|unable to grow instance memory|Cannot allocate Wasm memory|out of memory|Invalid (typed )?array( buffer)? length/i;

const sentence = (error: DrumheadError): string => {
  switch (error._tag) {
    case 'ProgramError':
      return `${error.operation}: ${error.message}${error.at === undefined ? '' : ` (at ${error.at})`}`;
    case 'DecodeError':
      return error.problems.length === 1
        ? `${error.source}: ${error.problems[0]}`
        : `${error.source}: ${error.problems.length} problems\n${shownProblems(error.problems)
            .map((p) => `  - ${p}`)
            .join('\n')}`;
    case 'FileError':
      return `${error.path}: ${error.message}`;
    case 'UnknownName': {
      const hint = nearest(error.name, error.known);
      return (
        `unknown ${error.kind} '${error.name}'` +
        `${hint === undefined ? '.' : `; did you mean '${hint}'?`} Known: ${few(error.known)}`
      );
    }
    case 'EngineError':
      return `engine ${error.engine}: ${error.message}`;
    case 'OutOfMemory':
      return (
        `engine ${error.engine}: one sample needs about ${mib(error.neededBytes)}, the engine has ` +
        `${mib(error.limitBytes)}; use a smaller grid, fewer steps or fewer channels`
      );
    case 'Diverged':
      if (error.epoch === null)
        return `${error.of ?? 'the state'} became ${error.loss} by step ${error.step}: lower the time step with --set dt=`;
      return (
        `${error.of ?? 'the loss'} became ${error.loss} in epoch ${error.epoch}, step ${error.step}: ` +
        `${error.advice ?? 'lower the learning rate or the time step dt'}; what was saved before is kept`
      );
    case 'Interrupted':
    case 'Mismatch':
      return error.message;
    case 'Defect':
      if (noMemory.test(error.message))
        return `there is not enough memory: ${error.message}; use a smaller grid, fewer steps or fewer images, raise ulimit -v, or take --engine cpu`;
      return `this is a fault of drumhead, please report it: ${error.message}`;
  }
};
