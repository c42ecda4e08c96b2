/** tfjs-node-gpu, when the user has it: taken by dynamic import, never needed to type-check or to run. */

import { createRequire } from 'node:module';
import * as t from 'io-ts';
import type { Usable } from './choose.js';
import type { TensorFlow } from './engine.js';

/** A variable, so that neither tsc nor a bundler looks for the module. */
const specifier: string = '@tensorflow/tfjs-node-gpu';

/** What drumhead relies on: the backend registers itself in the shared tfjs-core; this much shows it is the module meant. */
const NodeGpu = t.type({ version: t.record(t.string, t.string), node: t.UnknownRecord });

/**
 * Node 23 dropped `util.isNullOrUndefined`, which tfjs-node 4.22 still calls for every tensor it makes; the CommonJS
 * `util` object is the one it reads, so putting the function back there is enough.
 */
export const restoreIsNullOrUndefined = (util: object): void => {
  if ('isNullOrUndefined' in util) return;
  Object.defineProperty(util, 'isNullOrUndefined', {
    value: (value: unknown): boolean => value === null || value === undefined,
    configurable: true,
  });
};

const firstSentence = (cause: unknown): string => {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ERR_MODULE_NOT_FOUND') {
    return (
      `the package ${specifier} is not installed; run \`npm install ${specifier}@4.22.0\` where its download of ` +
      'libtensorflow is reachable, or use another engine'
    );
  }
  const stated = cause instanceof Error ? cause.message : String(cause);
  if (stated.includes('tfjs_binding.node')) {
    return (
      `the package ${specifier} is installed without its native library; run \`npm rebuild ${specifier}\` where its ` +
      'download of libtensorflow is reachable, or use another engine'
    );
  }
  return `the package ${specifier} is installed but does not load: ${stated.split('\n')[0].trim()}`;
};

/** Imports tfjs-node-gpu and says whether its backend is there; on import it registers `tensorflow` with tfjs-core. */
export const probeTensorFlow = async (
  tf: TensorFlow,
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<Usable> => {
  restoreIsNullOrUndefined(createRequire(import.meta.url)('node:util'));
  try {
    const loaded = await load(specifier);
    if (!NodeGpu.is(loaded))
      return { usable: false, reason: `${specifier} is not the module that was expected` };
    return tf.findBackendFactory('tensorflow') === null
      ? {
          usable: false,
          reason: `${specifier} brought a TensorFlow.js of its own; install version 4.22.0 of it`,
        }
      : { usable: true };
  } catch (cause) {
    return { usable: false, reason: firstSentence(cause) };
  }
};
