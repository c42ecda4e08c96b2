/** Values of settings in short form: .001 as `0.001`, a program by its layers, a folder by its last parts. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { canonical } from '../base/canonical.js';
import { decodeProgram } from '../dsl/index.js';
import { programText, shortProgramText } from './program-words.js';

/** A text on one line; if it is longer than this, its middle is left out. */
export const fitted = (text: string, letters: number): string => {
  const all = Array.from(text.replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\s]+/gu, ' ').trim());
  if (all.length <= letters) return all.join('');
  const front = Math.ceil((letters - 1) / 2);
  return `${all.slice(0, front).join('')}…${all.slice(all.length - (letters - 1 - front)).join('')}`;
};

/** A whole program in words, with the first digits of its hash; null for any other value. */
export const textOfProgram = (value: unknown): string | null => {
  if (!t.UnknownRecord.is(value)) return null;
  const graph = 'language' in value ? value : 'graph' in value ? value.graph : undefined;
  return graph === undefined
    ? null
    : pipe(
        decodeProgram(graph),
        E.match(() => null, programText),
      );
};

/**
 * The value of a setting in short form.
 *
 * @example
 * valueText([16, 16])                     // '[16, 16]'
 * valueText({ name: 'nwm', steps: 10 })   // 'nwm'
 */
export const valueText = (value: unknown): string => {
  const ofProgram = textOfProgram(value);
  if (ofProgram !== null) return ofProgram;
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (t.UnknownRecord.is(value))
    return typeof value.name === 'string'
      ? value.name
      : `{${Object.entries(value)
          .map(([key, inner]) => `${key} ${valueText(inner)}`)
          .join(', ')}}`;
  // JSON would write NaN and infinities as null.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return typeof value === 'string' ? value : canonical(value ?? null);
};

const segments = (path: string): readonly string[] => path.split(/[\\/]+/).filter((part) => part !== '');

/** Whether a value is a path: absolute, or the value of a folder setting. */
const isPath = (path: string, value: unknown): value is string =>
  typeof value === 'string' &&
  (/(^|\.)(folder|mnistDir)$/.test(path) || /^(\/|\.{1,2}\/|[A-Za-z]:\\)/.test(value));

/** As many last parts of a folder as distinguish it from the others. */
const endOf = (folder: string, others: readonly string[]): string => {
  const own = segments(folder);
  const end = (parts: readonly string[], count: number): string => parts.slice(-count).join('/');
  const count = own.findIndex((_, i) =>
    others.every((other) => other === folder || end(segments(other), i + 1) !== end(own, i + 1)),
  );
  return end(own, count < 0 ? own.length : count + 1);
};

/**
 * The value of a setting, shown among its other values.
 *
 * @param path the path of the setting, such as `task.folder`
 */
export const valueAmong = (path: string, value: unknown, all: readonly unknown[]): string =>
  isPath(path, value)
    ? endOf(
        value,
        all.filter((other): other is string => isPath(path, other)),
      )
    : shortProgramText(valueText(value), all);
