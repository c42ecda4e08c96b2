/** Reads YAML that people write: no code, no endless aliases, and every name once. */

import { createRequire } from 'node:module';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Document } from 'yaml';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { tooDeep } from '../../base/json-text.js';
import { limits } from '../../base/limits.js';

/** The parser's error. Aliases of aliases make gigabytes from a few lines, so the parser stops when they multiply. */
const faultOf = (cause: unknown): string => {
  if (cause instanceof RangeError) return tooDeep;
  const message = cause instanceof Error ? cause.message : String(cause);
  return /alias count/i.test(message)
    ? 'its aliases (*name) multiply beyond 100, the limit; write out what they stand for'
    : message;
};

/** Whether lists and objects nest too deep. Counted without recursion, which such a file would overflow. */
const nestsDeep = (value: unknown): boolean => {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limits.nesting) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
};

const wordsOf = ({ message }: Error): string =>
  message.includes('call stack') ? tooDeep : message.split('\n')[0].replace(/:$/, '');

/** The parser's errors, and repeated names: its own check of these takes quadratic time. */
const problemsIn = (
  document: Document,
  yaml: Pick<typeof import('yaml'), 'isScalar' | 'visit'>,
  placeOf: (offset: number) => { readonly line: number; readonly col: number },
): readonly string[] => {
  const problems = [...document.errors, ...document.warnings].map(wordsOf);
  yaml.visit(document, {
    Map: (_, { items }) => {
      const names = new Set<unknown>();
      for (const { key } of items) {
        if (!yaml.isScalar(key)) continue;
        if (names.has(key.value)) {
          const { line, col } = placeOf(key.range?.[0] ?? 0);
          problems.push(`Map keys must be unique at line ${line}, column ${col}`);
        }
        names.add(key.value);
      }
    },
  });
  return [...new Set(problems)];
};

type Yaml = Pick<
  typeof import('yaml'),
  'Lexer' | 'LineCounter' | 'Parser' | 'parseDocument' | 'isScalar' | 'visit'
>;

/** What the parser keeps beside lists and objects: the document, and a scalar that is being read. */
const besideNesting = 4;

/**
 * Whether a text nests too deep to be parsed. The parser of documents is recursive, and where the stack ends while V8 compiles
 * a pattern, V8 ends the process; no exception can be caught. That of tokens has a stack of its own, so depth is seen there.
 */
const nestsTooDeepToParse = ({ Lexer, Parser }: Yaml, text: string): boolean => {
  if (text.length <= limits.nesting) return false;
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > limits.nesting + besideNesting) return true;
  }
  return false;
};

const valueIn = (all: Yaml, text: string, source: string): Checked<unknown> => {
  const { LineCounter, parseDocument, ...yaml } = all;
  if (nestsTooDeepToParse(all, text)) return E.left(decodeError(source, tooDeep));
  const lineCounter = new LineCounter();
  const wrong = (cause: unknown): DrumheadError => decodeError(source, faultOf(cause));
  return pipe(
    E.tryCatch(() => {
      // An unknown tag would be ignored and its value misread, so warnings count as problems.
      const document = parseDocument(text, { prettyErrors: true, uniqueKeys: false, lineCounter });
      const problems = problemsIn(document, yaml, (offset) => lineCounter.linePos(offset));
      return { document, problems };
    }, wrong),
    E.flatMap(({ document, problems }): Checked<unknown> => {
      if (document.contents === null && document.errors.length === 0)
        return E.left(decodeError(source, 'there is nothing in it'));
      return problems.length > 0
        ? E.left(decodeError(source, problems))
        : E.tryCatch((): unknown => document.toJS(), wrong);
    }),
    E.filterOrElse(
      (value) => !nestsDeep(value),
      (): DrumheadError => decodeError(source, tooDeep),
    ),
  );
};

const needed = createRequire(import.meta.url);

/**
 * A list or an object in one line of YAML: `[0, 255]`, `{ 255: cell }`. Synchronous, since flags are parsed
 * synchronously.
 *
 * **Errors** as `readYamlText`.
 */
export const readFlow = (text: string, source: string): Checked<unknown> => {
  const yaml: Yaml = needed('yaml');
  return valueIn(yaml, text, source);
};

/**
 * The value of a YAML text.
 *
 * **Errors** DecodeError with every problem of its syntax, each with its line.
 */
export const readYamlText =
  (text: string, source: string): Effect<unknown> =>
  async () => {
    // Imported on demand, since most commands read no YAML.
    return valueIn(await import('yaml'), text, source);
  };
