/**
 * The binding of TensorFlow.js to a person's own TensorFlow, built by `drumhead engine add tensorflow`. It is kept in
 * the person's cache, so that `npm ci` does not delete it, and tfjs-node is made to load it from there.
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { addedVariable } from './names.js';

/** The file of the binding. */
export const bindingName = 'tfjs_binding.node';

/**
 * The folder of an added engine; null if the variable turns it off. Home folders may be shared by machines of several
 * kinds.
 */
export const addedFolder = (): string | null => {
  const given = process.env[addedVariable] ?? '';
  if (given === 'off') return null;
  return given === ''
    ? join(
        process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
        'drumhead',
        `tensorflow-${process.platform}-${process.arch}`,
      )
    : resolve(given);
};

/** The path of the added binding; null if none was added. */
const addedBinding = (): string | null => {
  const folder = addedFolder();
  const path = folder === null ? null : join(folder, bindingName);
  return path !== null && existsSync(path) ? path : null;
};

/** The module that tells a package of tfjs-node where its binding is. */
const finderName = '@mapbox/node-pre-gyp';

/**
 * Loads a package of tfjs-node, with the added binding if there is one. The package asks a module of npm for the path
 * of its binding; that module is replaced while the package loads.
 */
export const withAdded = async (name: string, load: (name: string) => Promise<unknown>): Promise<unknown> => {
  const binding = addedBinding();
  if (binding === null) return load(name);
  const require = createRequire(import.meta.url);
  let finder: string;
  try {
    // Resolved as the package itself resolves it.
    finder = createRequire(require.resolve(`${name}/package.json`)).resolve(finderName);
    require(finder);
  } catch {
    return load(name);
  }
  const module = require.cache[finder];
  if (module === undefined) return load(name);
  const { exports: before } = module;
  module.exports = { find: () => binding };
  try {
    return require(name);
  } finally {
    module.exports = before;
  }
};
