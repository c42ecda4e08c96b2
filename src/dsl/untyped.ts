/** Checks of arguments. Files run without type checks, so any argument may be any value. */

import { isTensor, refuse } from './tensor.js';

/** A description of the given value, in a few words. */
export const inWords = (u: unknown): string => {
  if (typeof u === 'string') return `'${u}'`;
  if (typeof u === 'function') return 'a function';
  if (Array.isArray(u)) return 'a list';
  if (isTensor(u)) return 'a tensor';
  return typeof u === 'object' && u !== null ? 'a record' : String(u);
};

/** Whether this is a list of any kind. */
const isList = (u: unknown): boolean => Array.isArray(u) || ArrayBuffer.isView(u);

/** Whether this is a record that is not itself a list or a tensor. */
export const isRecord = (u: unknown): boolean =>
  typeof u === 'object' && u !== null && !isList(u) && !isTensor(u);

/** Returns a list; refuses anything else, with an example. */
export const listOf = <L extends Iterable<number> | ArrayLike<number>>(
  operation: string,
  what: string,
  list: L,
): L => (isList(list) ? list : refuse(operation, `${what} are a list of numbers, got ${inWords(list)}`));

/** Returns a record of tensors; refuses anything else. */
export const recordOf = <R extends object>(operation: string, what: string, record: R): R =>
  isRecord(record)
    ? record
    : refuse(operation, `${what} is a record of tensors by name, such as { y }, got ${inWords(record)}`);

/** Returns a function; refuses anything else. */
export const functionOf = <F extends (...args: never) => unknown>(
  operation: string,
  what: string,
  f: F,
): F => (typeof f === 'function' ? f : refuse(operation, `${what} is a function, got ${inWords(f)}`));

/** Whether this is a program, or has at least the graph of one. */
export const isProgram = (u: unknown): boolean =>
  typeof u === 'object' &&
  u !== null &&
  'graph' in u &&
  typeof u.graph === 'object' &&
  u.graph !== null &&
  'nodes' in u.graph;

/** Why something is not a program. */
export const notAProgram = (u: unknown): string => `a program is needed here, got ${inWords(u)}`;

/** Returns a program; refuses anything else. */
export const programOf = <P extends object>(operation: string, p: P): P =>
  isProgram(p) ? p : refuse(operation, notAProgram(p));
