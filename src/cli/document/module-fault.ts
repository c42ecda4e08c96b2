/** The error of a person's module, with its position in their own file and the name that was probably meant. */

import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorMessage, nearest } from '../../base/error.js';
import { ProgramFault } from '../../dsl/index.js';

interface Place {
  readonly file: string;
  readonly line: number;
}

const frame = /\(?((?:file:\/\/)?\/[^():]+):(\d+):\d+\)?$/;

/**
 * The first place in a stack outside of libraries, in the person's own code; none if their module did not start.
 * Lines are those of their file, since types are erased in place; columns may differ.
 */
const placeIn = (stack: string, library: string): Place | null => {
  for (const text of stack.split('\n').slice(1)) {
    if (text.includes('/node_modules/jiti/')) return null;
    const found = frame.exec(text.trim());
    if (found === null) continue;
    const file = found[1].startsWith('file:') ? fileURLToPath(found[1]) : found[1];
    if (!file.includes('/node_modules/') && !file.startsWith(library))
      return { file, line: Number(found[2]) };
  }
  return null;
};

/** The file and line at which a person's code threw an error, as the end of a sentence; empty if unknown. */
const thrownAt = ({ stack = '' }: Error, library: string): string => {
  const place = placeIn(stack, library);
  return place === null ? '' : ` (at ${relative(process.cwd(), place.file)}:${place.line})`;
};

/** The name that an error is about. */
const nameIn = (message: string): string | null =>
  /([\w$]+)\)? is not (?:a function|a constructor|defined|iterable)/.exec(message)?.[1] ??
  /\(reading '([\w$]+)'\)/.exec(message)?.[1] ??
  null;

/**
 * The position of a name in a text, nearest to a line. The line of running code may be off, since its types were
 * removed.
 */
const findName = (text: string, name: string, line: number): string | null => {
  const places = text
    .split('\n')
    .map((content, i) => ({
      line: i + 1,
      column: content.search(new RegExp(`(?<![\\w$])${name.replace(/\$/g, '\\$')}(?![\\w$])`)) + 1,
    }))
    .filter(({ column }) => column > 0);
  const [best] = [...places].sort((a, b) => Math.abs(a.line - line) - Math.abs(b.line - line));
  return best === undefined ? null : `${best.line}:${best.column}`;
};

/**
 * An error without a name, in one line. Syntax errors have their position in a separate line, others in their stack.
 */
export const plainFault = (cause: Error, library: string): string => {
  const [first, second = ''] = cause.message.split('\n').map((line) => line.trim());
  const title = cause.name === 'Error' ? '' : `${cause.name}: `;
  return `${title}${first}${/:\d+:\d+$/.test(second) ? ` (at ${second})` : thrownAt(cause, library)}`;
};

/** An entry that this package does not have: an import of 'drumhead/…' that is resolved behind its first one. */
const noEntry = (cause: Error, library: string, known: readonly KnownNames[]): string | null => {
  const begin = `Cannot find module '${library}/index.`;
  const meant = cause.message.startsWith(begin)
    ? /^[jt]s\/([^']+)'/.exec(cause.message.slice(begin.length))?.[1]
    : undefined;
  if (meant === undefined) return null;
  const entries = known.map(({ entry }) => entry);
  const near = nearest(`drumhead/${meant}`, entries);
  return (
    `drumhead has no entry 'drumhead/${meant}'; ${near === undefined ? '' : `did you mean '${near}'? `}` +
    `It has ${[...entries].sort().join(', ')}`
  );
};

/** The names that an entry of this package exports. */
export interface KnownNames {
  /** The import path, e.g. `drumhead/compile`. */
  readonly entry: string;
  readonly names: readonly string[];
}

/** Suggestions for a missing name: a name of another entry, or a misspelling. */
const hintOn = (name: string, text: string, known: readonly KnownNames[]): string => {
  const home = known.find(({ names }) => names.includes(name));
  if (home !== undefined)
    return text.includes(`'${home.entry}'`) || text.includes(`"${home.entry}"`)
      ? ''
      : `; import ${name} from '${home.entry}'`;
  const near = nearest(
    name,
    known.flatMap(({ names }) => names),
  );
  return near === undefined ? '' : `; did you mean '${near}'?`;
};

/**
 * One sentence on the error of a module.
 *
 * @param library the folder of this package, whose places in a stack say nothing to a person
 * @param known the names that the module may have meant
 */
export const faultOf = async (
  cause: unknown,
  library: string,
  known: readonly KnownNames[],
): Promise<string> => {
  if (cause instanceof ProgramFault) return errorMessage(cause.error);
  if (!(cause instanceof Error)) return String(cause);
  const missing = noEntry(cause, library, known);
  if (missing !== null) return missing;
  const title = cause.name === 'Error' ? '' : `${cause.name}: `;
  const name = nameIn(cause.message);
  const place = placeIn(cause.stack ?? '', library);
  if (name === null || place === null) return plainFault(cause, library);
  const text = await readFile(place.file, 'utf8').catch(() => '');
  const at = findName(text, name, place.line);
  const said = cause.message.replace(/\(0 ?, ?_?[\w$]+\.([\w$]+)\)/, '$1');
  return (
    `${title}${said}${/reading/.test(said) ? '' : hintOn(name, text, known)}` +
    (at === null ? '' : ` (at ${relative(process.cwd(), place.file)}:${at})`)
  );
};
