/** The probe: which engines can run on this machine. The only place that looks; `chooseEngine` decides. */

import * as E from 'fp-ts/lib/Either.js';
import type { Availability, Usable } from './choose.js';
import type { TensorFlow } from './engine.js';
import { type EngineChoice, type EngineName, nativeVariable } from './names.js';
import { nativeBinary } from './native/binary.js';
import { hasFma } from './native/level.js';
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

/** Native code has the memory of WebAssembly, and all that is not fused runs there. */
const probeNative = (choice: EngineChoice, wasm: Usable): Usable => {
  // Checked before the binary is loaded, so that a binary that crashes the process can be turned off.
  if (choice !== 'native' && process.env[nativeVariable] === 'off')
    return { usable: false, reason: `${nativeVariable} is off` };
  const binary = nativeBinary();
  if (E.isLeft(binary)) return { usable: false, reason: binary.left };
  if (!wasm.usable) return wasm;
  if (choice === 'native') return usable;
  if (!binary.right.tried)
    return {
      usable: false,
      reason:
        'the package’s binary for this platform was never tried on a real machine; --engine native takes it, and so does auto where npm run build:native has made one',
    };
  return hasFma(binary.right.code)
    ? usable
    : { usable: false, reason: 'this processor has no instruction for a product and a sum at once' };
};

/**
 * Looks for the engines that a choice can lead to, and only for those: importing tfjs-node-gpu takes seconds and
 * registers its backend, so `--engine wasm` does not touch it.
 */
export const probeAvailability = async (choice: EngineChoice, tf: TensorFlow): Promise<Availability> => {
  const wanted = (name: EngineName): boolean => choice === 'auto' || choice === name;
  const wasm = wanted('wasm') || wanted('native') ? await probeWasm() : notLookedAt;
  return {
    tensorflow: wanted('tensorflow') ? await probeTensorFlow(tf, choice === 'tensorflow') : notLookedAt,
    native: wanted('native') ? probeNative(choice, wasm) : notLookedAt,
    wasm,
    cpu: usable,
  };
};
