/** Options of layers and scans: a key that is none of them would do nothing, which no type check tells in plain JavaScript. */

import { nearest } from '../base/error.js';
import type { InitialiserName } from './initialiser.js';
import { refuse } from './tensor.js';

/** Every option of a kind, whether it may be left out or not. */
type Every<O extends object> = Readonly<Record<keyof O & string, true>>;

/**
 * The options as they are; refuses what is no record of options, and a key that is none of them, with the nearest one.
 *
 * @param known all options there are
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

/** Refuses arguments behind the last one that is read. */
export const nothingMore = (operation: string, more: readonly unknown[]): void => {
  if (more.length > 0)
    refuse(operation, 'it takes no options; leave out what stands behind its last argument');
};

const inits: readonly unknown[] = ['pytorch', 'glorot', 'kaiming', 'laplacian', 'identity', 'zeros'];
const numbered = ['constant', 'uniform', 'normal'];

/** The initialiser as it is; refuses what is none, and a record that says more than one number. */
export const checkedInit = (operation: string, init: InitialiserName): InitialiserName => {
  const keys = typeof init === 'object' && init !== null ? Object.keys(init) : [];
  return inits.includes(init) || (keys.length === 1 && numbered.includes(keys[0]))
    ? init
    : refuse(
        operation,
        `its init is one of ${inits.join(', ')}, { constant: x }, { uniform: x } or { normal: x }`,
      );
};
