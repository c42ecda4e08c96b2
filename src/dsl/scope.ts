/**
 * Scopes: where the names of parameters come from.
 *
 * `scope('encoder', f)` is f, with the parameters that f uses named `encoder/...`. Scopes nest. The current scope
 * is the one piece of mutable state of the language; it is set only while f runs and only names depend on it.
 */

import type { Tensor } from './tensor.js';

export interface Scope {
  readonly name: string;
  readonly parent: Scope | undefined;
  /** Two calls of `scope` with the same name are two scopes: using both in one program is an error. */
  readonly identity: symbol;
}

let current: Scope | undefined;

/** The scope that a parameter is being used in. */
export const currentScope = (): Scope | undefined => current;

/**
 * Names what a function uses.
 *
 * @param name one segment, without '/'
 * @example
 * const omega = pipe(image, scope('omega', encoder([16, 16], 2)));   // omega/conv1/weight, omega/conv1/bias, ...
 */
export const scope = <A extends readonly unknown[], B extends Tensor | Readonly<Record<string, Tensor>>>(
  name: string,
  f: (...args: A) => B,
): ((...args: A) => B) => {
  const identity = Symbol(name);
  return (...args) => {
    const outer = current;
    current = { name, parent: outer, identity };
    try {
      return f(...args);
    } finally {
      current = outer;
    }
  };
};
