/**
 * Scopes, from which parameters get their names.
 *
 * `scope('encoder', f)` is f, with the parameters that f uses named `encoder/...`. Scopes nest. The current scope and the
 * nesting depth of scans are the only mutable state of the language. The scope is set only while f runs, and only names
 * depend on it.
 */

import type { Scope } from './identity.js';
import { checkedName, isSegment } from './naming.js';
import { callerLocation } from './source-location.js';
import type { Tensor } from './tensor.js';
import { functionOf } from './untyped.js';

let current: Scope | undefined;

/** The scope in which a parameter is being used. */
export const currentScope = (): Scope | undefined => current;

/**
 * The same function with its parameters named `name/...`. If it is called twice, the calls share parameters as always.
 * Two scopes of one name in one program are refused.
 *
 * @param name one segment, without '/'
 * @example
 * const omega = pipe(image, scope('omega', encoder([16, 16], 2)));   // Tensor<readonly [64, 64, 2]>
 * const p = program({ x: [8, 8, 3] }, ({ x }) => ({ y: scope('eye', conv(2))(x) }));
 * parametersOf(p.graph).map(({ name }) => name); // => ['eye/conv1/weight', 'eye/conv1/bias']
 */
export const scope = <A extends readonly unknown[], B extends Tensor | Readonly<Record<string, Tensor>>>(
  name: string,
  f: (...args: A) => B,
): ((...args: A) => B) => {
  functionOf('scope', `what '${name}' names`, f);
  const identity = Symbol(checkedName('scope', name, isSegment));
  const at = callerLocation();
  return (...args) => {
    const outer = current;
    current = { name, parent: outer, identity, at };
    try {
      return f(...args);
    } finally {
      current = outer;
    }
  };
};
