/** Several engines in one process share one TensorFlow.js, which computes on one backend at a time. */

import type { Engine } from './engine.js';
import { backendOf } from './names.js';

/**
 * Makes an opened engine the current one. Code that may hold two engines calls it before each computation, since
 * otherwise the last opened engine computes.
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
