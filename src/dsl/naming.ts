/** Names of parameters, given once, when a program is closed. */

import type { Layer } from './layer.js';
import type { Scope } from './scope.js';
import { refuse } from './tensor.js';

/** Gives each layer its path; the same layer always the same. */
export interface Names {
  readonly of: (layer: Layer, scope: Scope | undefined) => string;
}

const segment = /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/;

/**
 * A fresh book of names. Counts run in the order of the calls, which is the order of the data flow, so that names
 * depend on what a program computes and not on the order in which it was written.
 */
export const names = (): Names => {
  const layers = new Map<Layer, string>();
  const owners = new Map<string, Layer>();
  const scopes = new Map<string, symbol>();
  const counts = new Map<string, number>();

  const scopePath = (scope: Scope | undefined): string => {
    if (scope === undefined) return '';
    const path = `${scopePath(scope.parent)}${checked('scope', scope.name)}/`;
    const owner = scopes.get(path);
    if (owner !== undefined && owner !== scope.identity)
      return refuse(
        'scope',
        `two scopes are named '${path.slice(0, -1)}'; give one of them another name, or use one scope twice`,
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
    const given =
      path + (layer.name === undefined ? counted(path, layer.kind) : checked(layer.kind, layer.name));
    if (owners.has(given))
      return refuse(
        layer.kind,
        `two layers are named '${given}'; give one of them another name, or use one layer twice to share it`,
      );
    owners.set(given, layer);
    layers.set(layer, given);
    return given;
  };

  return { of: (layer, scope) => layers.get(layer) ?? name(layer, scope) };
};

const checked = (what: string, given: string): string =>
  segment.test(given)
    ? given
    : refuse(what, `'${given}' is not a name: use letters, digits, '_', '-', '.', and '/' between parts`);
