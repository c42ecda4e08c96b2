/** The folder of TensorFlow.js's WebAssembly binaries. */

import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';

/**
 * The folder of the installed package's .wasm files, with its closing separator, or undefined when the package is
 * not there. Resolved from this file, so that it is found wherever drumhead itself is installed.
 */
export const wasmBinaryFolder = (): string | undefined => {
  try {
    const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
    return join(dirname(manifest), 'dist') + sep;
  } catch {
    return undefined;
  }
};
