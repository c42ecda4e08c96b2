/** Repeated keys of an object in JSON text; JSON.parse silently keeps only the last. */

import { endOfQuoted } from './json-text.js';

const tokens = /["{}[\],:]/g;

interface Open {
  /** Null in an array. */
  readonly keys: Set<string> | null;
  atKey: boolean;
}

/**
 * The first key that occurs twice in one object of this text, at any depth.
 *
 * @param json text that JSON.parse accepts
 * @example
 * repeatedKey('{"a": 1, "b": {"a": 2}}'); // => null
 * repeatedKey('{"a": 1, "\\u0061": 2}'); // => 'a'
 */
export const repeatedKey = (json: string): string | null => {
  const open: Open[] = [];
  tokens.lastIndex = 0;
  for (let found = tokens.exec(json); found !== null; found = tokens.exec(json)) {
    const [token] = found;
    if (token === '"') tokens.lastIndex = endOfQuoted(json, found.index);
    const inside = open[open.length - 1];
    if (token === '{') open.push({ keys: new Set(), atKey: true });
    else if (token === '[') open.push({ keys: null, atKey: false });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':' && inside !== undefined) inside.atKey = false;
    else if (token === ',' && inside !== undefined) inside.atKey = inside.keys !== null;
    else if (inside?.keys && inside.atKey) {
      const key = String(JSON.parse(json.slice(found.index, tokens.lastIndex)));
      if (inside.keys.has(key)) return key;
      inside.keys.add(key);
    }
  }
  return null;
};
