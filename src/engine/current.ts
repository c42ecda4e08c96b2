/** Several engines in one process share one TensorFlow.js, which computes on one backend at a time. */

import type { Engine } from './engine.js';
import { backendOf } from './names.js';

/**
 * Makes an opened engine the one that computes. Whoever may hold two engines calls it before each computation: what was
 * opened last computes otherwise, whatever engine is asked.
 *
 * @example
 * makeCurrent(engine);
 * engine.tf.getBackend(); // => 'cpu'
 */
export const makeCurrent = ({ name, tf }: Pick<Engine, 'name' | 'tf'>): void => {
  // A backend that has been started is in place before the promise is given back: `open.ts` has waited for it once.
  const backend = backendOf(name);
  if (tf.getBackend() !== backend) void tf.setBackend(backend);
};
