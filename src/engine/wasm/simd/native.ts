/** Assembled functions on the memory of TensorFlow.js's wasm backend. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { instantiate } from '../../seam.js';
import { assemble, type Source } from './module.js';

/** An assembled function: addresses are bytes on the heap. */
export type Native = (...parameters: number[]) => void;

/**
 * The function of a source, assembled on first use and cached by its key, which must be unique for the source.
 *
 * @example
 * native(backend, 'double', () => ({ parameters: 2, body: ([from, to]) => store(to, 0, add(load(from), load(from))) }))
 */
export const native = (backend: BackendWasm, key: string, source: () => Source): Native => {
  const kept = cache.get(backend) ?? new Map<string, Native>();
  cache.set(backend, kept);
  const found = kept.get(key);
  if (found !== undefined) return found;
  const made = instantiate(backend, assemble(source()));
  kept.set(key, made);
  return made;
};

/** Assembling is pure; this only saves doing it twice. A backend that was removed takes its functions along. */
const cache = new WeakMap<BackendWasm, Map<string, Native>>();
