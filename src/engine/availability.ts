/** The probe: which engines can run on this machine. The only place that looks; `chooseEngine` decides. */

import type { Availability, Usable } from './choose.js';
import type { TensorFlow } from './engine.js';
import type { EngineChoice, EngineName } from './names.js';
import { probeTensorFlow } from './tensorflow.js';
import { wasmBinaryFolder } from './wasm/binaries.js';

const usable: Usable = { usable: true };
const notLookedAt: Usable = { usable: false, reason: 'it was not asked for' };

/** SIMD has been in every Node since 16.4 on x64 and arm64; an old processor may still lack what it needs. */
const probeWasm = async (): Promise<Usable> => {
  if (wasmBinaryFolder() === undefined) {
    return { usable: false, reason: 'the package @tensorflow/tfjs-backend-wasm is not installed' };
  }
  const { hasRoom } = await import('./wasm/address-space.js');
  if (!hasRoom())
    return {
      usable: false,
      reason: 'there is no room for the memory of WebAssembly, some 10 GB of addresses each; raise ulimit -v',
    };
  const { hasSimd } = await import('./wasm/simd/module.js');
  return hasSimd() ? usable : { usable: false, reason: 'there is no WebAssembly with SIMD on this machine' };
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
