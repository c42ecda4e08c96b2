/** Makes the wasm backend ready to be set: its binaries found, its kernels completed. */

import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { wasmBinaryFolder } from './binaries.js';
import { installKernels } from './install.js';

let prepared = false;

/** Idempotent; gives the backend's version. */
export const prepareWasm = (): string => {
  if (!prepared) {
    const folder = wasmBinaryFolder();
    if (folder !== undefined) setWasmPaths(folder);
    installKernels();
    prepared = true;
  }
  return version_wasm;
};
