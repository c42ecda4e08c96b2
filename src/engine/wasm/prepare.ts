/**
 * Makes the wasm backend ready to be set: its binaries found, its kernels completed.
 *
 * One thread. TensorFlow.js has a threaded build, but under Node its workers are blob URLs that worker_threads refuses,
 * its pool is sized and started while the module loads, which deadlocks, and idle workers keep the process alive; and
 * it speeds up XNNPACK only, while the products here run on panels of our own. More cores are better used by workers
 * that each open an engine and take a part of the batch.
 */

import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { wasmBinaryFolder } from './binaries.js';
import { installKernels } from './install.js';

let prepared = false;

/** Idempotent; returns the backend's version. */
export const prepareWasm = (): string => {
  if (!prepared) {
    const folder = wasmBinaryFolder();
    if (folder !== undefined) setWasmPaths(folder);
    installKernels();
    prepared = true;
  }
  return version_wasm;
};
