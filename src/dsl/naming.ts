/** Names of parameters, given once, when a program is closed. */

import type { Layer, Scope } from './identity.js';
import { refuse } from './tensor.js';

/** The path of each layer; one layer has one path. */
export interface Names {
  readonly of: (layer: Layer, scope: Scope | undefined) => string;
}

/** No segment may consist of dots only, since weights are stored in files of these names. */
const segment = /^(?!\.+$)[A-Za-z0-9_.-]+$/;

/** Whether this can be the name of a parameter, such as `encoder/conv1/weight`. */
export const isPath = (name: string): boolean =>
  typeof name === 'string' && name.split('/').every((part) => segment.test(part));

/**
 * A new register of names. It counts in the order of the calls, which is that of the data flow. So names depend on what
 * a program computes, and not on the order in which it was written.
 */
export const names = (): Names => {
  const layers = new Map<Layer, string>();
  const owners = new Map<string, Layer>();
  const scopes = new Map<string, symbol>();
  const counts = new Map<string, number>();

  const scopePath = (scope: Scope | undefined): string => {
    if (scope === undefined) return '';
    const path = `${scopePath(scope.parent)}${scope.name}/`;
    const owner = scopes.get(path);
    if (owner !== undefined && owner !== scope.identity)
      return refuse(
        'scope',
        `two scopes are named '${path.slice(0, -1)}'; give one of them another name, or use one scope twice`,
        scope.at,
      );
    scopes.set(path, scope.identity);
    return path;
  };

  const counted = (path: string, kind: string): string => {
    const count = (counts.get(path + kind) ?? 0) + 1;
    counts.set(path + kind, count);
    return `${kind}${count}`;
  };

  const name = (layer: Layer, scope: Scope | undefined): string => {
    const path = scopePath(scope);
    const given = path + (layer.name ?? counted(path, layer.kind));
    if (owners.has(given))
      return refuse(
        layer.kind,
        `two layers are named '${given}'; give one of them another name, or use one layer twice to share it`,
        layer.at,
      );
    owners.set(given, layer);
    layers.set(layer, given);
    return given;
  };

  return { of: (layer, scope) => layers.get(layer) ?? name(layer, scope) };
};

/** The name if it is valid; else throws. A layer's name may be a path, a scope's name is one segment. */
export const checkedName = (
  what: string,
  given: string,
  valid: (name: string) => boolean = isPath,
): string =>
  valid(given)
    ? given
    : refuse(
        what,
        `'${given}' is not a name: use letters, digits, '_', '-' and '.'${valid === isPath ? ", and '/' between parts" : ''}`,
      );

/** A name without '/'. */
export const isSegment = (name: string): boolean => segment.test(name);
