/**
 * Options of layers and scans. Unknown keys are refused, since they would have no effect, and plain JavaScript has no
 * type check.
 */

import { nearest } from '../base/error.js';
import type { InitialiserName } from './initialiser.js';
import { refuse } from './tensor.js';

/** All options of a kind, optional or not. */
type Every<O extends object> = Readonly<Record<keyof O & string, true>>;

/**
 * Returns the options; refuses a value that is not a record, and unknown keys, with the nearest known one.
 *
 * @param known all valid options
 */
export const checkedOptions = <O extends object>(operation: string, options: O, known: Every<O>): O => {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    return refuse(operation, `its options are a record such as { ${Object.keys(known)[0]}: ... }`);
  const names = Object.keys(known);
  const stranger = Object.keys(options).find((key) => !names.includes(key));
  if (stranger === undefined) return options;
  const meant = nearest(stranger, names);
  const all = names.join(', ');
  return refuse(
    operation,
    `it has no option '${stranger}'; ${meant === undefined ? 'it has' : `did you mean '${meant}'? It has`} ${all}`,
  );
};

/** Whether this is an array or a typed array. */
const isList = (u: unknown): boolean => Array.isArray(u) || ArrayBuffer.isView(u);

const inits: readonly unknown[] = ['pytorch', 'glorot', 'kaiming', 'laplacian', 'identity', 'zeros'];
const numbered = ['constant', 'uniform', 'between', 'normal', 'values'];

/** Returns the initialiser; refuses an unknown one, and a record with more than one number. */
export const checkedInit = (operation: string, init: InitialiserName): InitialiserName => {
  const keys = typeof init === 'object' && init !== null ? Object.keys(init) : [];
  if (typeof init === 'object' && init !== null && 'values' in init && !isList(init.values))
    return refuse(operation, 'its init { values } takes a list of numbers, row-major');
  if (typeof init === 'object' && init !== null && 'between' in init) {
    const ends: unknown = init.between;
    if (!Array.isArray(ends) || ends.length !== 2 || !ends.every((end) => typeof end === 'number'))
      return refuse(operation, 'its init { between } takes two numbers, [from, to]');
  }
  return inits.includes(init) || (keys.length === 1 && numbered.includes(keys[0]))
    ? init
    : refuse(
        operation,
        `its init is one of ${inits.join(', ')}, { constant: x }, { uniform: x }, { between: [a, b] }, { normal: x } or { values: [x, ...] }`,
      );
};
