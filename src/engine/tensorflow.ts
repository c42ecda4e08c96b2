/** tfjs-node-gpu, or tfjs-node, when the user has it: taken by dynamic import, never needed to type-check or to run. */

import { createRequire } from 'node:module';
import * as t from 'io-ts';
import { withAdded } from './added.js';
import type { Usable } from './choose.js';
import type { TensorFlow } from './engine.js';

/** Variables, so that neither tsc nor a bundler looks for the modules; the first that is installed is taken. */
export const tensorFlowPackages: readonly string[] = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/**
 * The part of the module that is checked to recognise it; drumhead relies on the backend that it registers in the
 * shared tfjs-core.
 */
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

const isAbsent = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';

/** The command that builds the native library against a TensorFlow of Python. */
const adding = 'drumhead engine add tensorflow --from WHEEL';

const firstSentence = (name: string, cause: unknown): string => {
  if (isAbsent(cause)) {
    return (
      `the package ${name} is not installed; run \`npm install ${name}@4.22.0\` where its download of ` +
      `libtensorflow is reachable, elsewhere with --ignore-scripts and then \`${adding}\`, or use another engine`
    );
  }
  const stated = cause instanceof Error ? cause.message : String(cause);
  if (stated.includes('tfjs_binding.node')) {
    return (
      `the package ${name} is installed without its native library; run \`${adding}\`, or ` +
      `\`npm rebuild ${name}\` where its download of libtensorflow is reachable, or use another engine`
    );
  }
  return `the package ${name} is installed but does not load: ${stated.split('\n')[0].trim()}`;
};

/** Whether its backend computes on a GPU. */
const onGpu = t.type({ isUsingGpuDevice: t.literal(true) });

/** TensorFlow prints how it was built and what it finds, unless this variable limits it to errors. */
const logVariable = 'TF_CPP_MIN_LOG_LEVEL';

/**
 * Imports tfjs-node-gpu, or tfjs-node where that is not installed, and says whether its backend is there; on import it registers
 * `tensorflow` with tfjs-core.
 *
 * @param byName whether a person asked for it by name; `auto` skips it without a GPU, since drumhead's own engines are
 * faster then
 */
export const probeTensorFlow = async (
  tf: TensorFlow,
  byName: boolean,
  load: (name: string) => Promise<unknown> = (name) => withAdded(name, (each) => import(each)),
): Promise<Usable> => {
  restoreIsNullOrUndefined(createRequire(import.meta.url)('node:util'));
  process.env[logVariable] ??= '2';
  const [first, ...others] = tensorFlowPackages;
  const taken = await loaded(first, load);
  if ('module' in taken) return usableOf(tf, byName, first, taken.module);
  if (!isAbsent(taken.cause)) return { usable: false, reason: firstSentence(first, taken.cause) };
  for (const name of others) {
    const other = await loaded(name, load);
    if ('module' in other) return usableOf(tf, byName, name, other.module);
    if (!isAbsent(other.cause)) return { usable: false, reason: firstSentence(name, other.cause) };
  }
  return { usable: false, reason: firstSentence(first, taken.cause) };
};

type Loaded = { readonly module: unknown } | { readonly cause: unknown };

const loaded = async (name: string, load: (name: string) => Promise<unknown>): Promise<Loaded> => {
  try {
    return { module: await load(name) };
  } catch (cause) {
    return { cause };
  }
};

const usableOf = (tf: TensorFlow, byName: boolean, name: string, module: unknown): Usable => {
  if (!NodeGpu.is(module)) return { usable: false, reason: `${name} is not the module that was expected` };
  if (tf.findBackendFactory('tensorflow') === null)
    return {
      usable: false,
      reason: `${name} brought a TensorFlow.js of its own; install version 4.22.0 of it`,
    };
  return byName || onGpu.is(tf.findBackend('tensorflow'))
    ? { usable: true }
    : { usable: false, reason: `${name} finds no GPU here; --engine tensorflow takes it all the same` };
};

/** The part of the backend that reports its version of TensorFlow. */
const Versioned = t.type({ binding: t.type({ TF_Version: t.string }) });

/** The version of TensorFlow behind the backend; the version of TensorFlow.js if the backend does not report it. */
export const tensorFlowVersion = (tf: TensorFlow): string => {
  const backend: unknown = tf.findBackend('tensorflow');
  return Versioned.is(backend) ? backend.binding.TF_Version : tf.version_core;
};
