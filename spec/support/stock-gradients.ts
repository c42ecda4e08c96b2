/**
 * The gradients that TensorFlow.js's union package registers. It registers them once, when it is first imported, in
 * place of those that are there; here they are only read, so that the other specs find an engine as users have it.
 */

import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { GradConfig } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../src/engine/index.js';

const kernelNames = (): readonly string[] => {
  const core = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json'));
  return readdirSync(join(core, 'dist', 'gradients'))
    .filter((file) => file.endsWith('_grad.js'))
    .map((file) => file.slice(0, -'_grad.js'.length));
};

/** tfjs types it as always there. */
const registered = (tf: TensorFlow, kernelName: string): GradConfig | undefined => tf.getGradient(kernelName);

const read = async (tf: TensorFlow): Promise<ReadonlyMap<string, GradConfig>> => {
  const names = kernelNames();
  const before = names.map((name) => registered(tf, name));
  await import('@tensorflow/tfjs');
  const stock = new Map(names.map((name) => [name, tf.getGradient(name)]));
  for (const [i, name] of names.entries()) {
    tf.unregisterGradient(name);
    const own = before[i];
    if (own !== undefined) tf.registerGradient(own);
  }
  return stock;
};

let found: Promise<ReadonlyMap<string, GradConfig>> | undefined;

/** Each stock gradient by the name of its kernel. */
export const stockGradients = (tf: TensorFlow): Promise<ReadonlyMap<string, GradConfig>> => {
  found ??= read(tf);
  return found;
};

/**
 * Registers the stock gradients for which drumhead has none of its own, so that plain TensorFlow.js code can be
 * differentiated.
 *
 * @returns a function that removes them again
 */
export const addStockGradients = async (tf: TensorFlow): Promise<() => void> => {
  const added = [...(await stockGradients(tf))].filter(([name]) => registered(tf, name) === undefined);
  for (const [, gradient] of added) tf.registerGradient(gradient);
  return () => {
    for (const [name] of added) tf.unregisterGradient(name);
  };
};
