/** The probe: which engines can run on this machine. The only place that looks; `chooseEngine` decides. */

import type { Availability, Usable } from './choose.js';
import type { TensorFlow } from './engine.js';
import type { EngineChoice, EngineName } from './names.js';
import { probeTensorFlow } from './tensorflow.js';
import { wasmBinaryFolder } from './wasm/binaries.js';

const usable: Usable = { usable: true };
const notLookedAt: Usable = { usable: false, reason: 'it was not asked for' };

const probeWasm = async (): Promise<Usable> => {
  if (!('WebAssembly' in globalThis)) {
    return { usable: false, reason: 'this JavaScript engine has no WebAssembly' };
  }
  return wasmBinaryFolder() === undefined
    ? { usable: false, reason: 'the package @tensorflow/tfjs-backend-wasm is not installed' }
    : usable;
};

/**
 * Looks for the engines that a choice can lead to, and only for those: importing tfjs-node-gpu takes seconds and
 * registers its backend, so `--engine wasm` does not touch it.
 */
export const probeAvailability = async (choice: EngineChoice, tf: TensorFlow): Promise<Availability> => {
  const wanted = (name: EngineName): boolean => choice === 'auto' || choice === name;
  return {
    tensorflow: wanted('tensorflow') ? await probeTensorFlow(tf) : notLookedAt,
    wasm: wanted('wasm') ? await probeWasm() : notLookedAt,
    cpu: usable,
  };
};
