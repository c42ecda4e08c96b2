/**
 * The seam to TensorFlow.js's kernel registry: the one file where types are asserted rather than checked.
 *
 * The registry keeps kernels as functions over `{ inputs, attrs, backend }` whose types depend on the kernel's name,
 * which its own types do not express (tfjs's kernels assert them the same way). Nothing else may cast.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type {
  KernelConfig,
  KernelFunc,
  NamedAttrMap,
  NamedTensorInfoMap,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { instantiateOn } from './host.js';

/** One kernel on the wasm backend: inputs by name, attributes, and the backend whose heap holds the values. */
export type WasmKernel<Inputs extends object, Attrs extends object> = (
  inputs: Inputs,
  attrs: Attrs,
  backend: BackendWasm,
) => TensorInfo | TensorInfo[];

/** Registers a kernel for the wasm backend in place of the one of this name, if there was one. */
export const register = <Inputs extends object, Attrs extends object>(
  kernelName: string,
  kernel: WasmKernel<Inputs, Attrs>,
): void => {
  const call = ({ inputs, attrs, backend }: { inputs: Inputs; attrs: Attrs; backend: BackendWasm }) =>
    kernel(inputs, attrs, backend);
  // the registry calls a kernel with the inputs and attributes of its name, which its own type does not know
  const kernelFunc = call as unknown as KernelFunc;
  const before = registered(kernelName);
  if (before !== undefined) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ ...before, kernelName, backendName: 'wasm', kernelFunc });
};

/** The kernel that is registered for the wasm backend under this name now; tfjs types it as always there. */
export const registered = (kernelName: string): KernelConfig | undefined => tf.getKernel(kernelName, 'wasm');

/**
 * A kernel of the wasm backend as it stands now, to be called from a substitute for it or for another. Throws if
 * there is none; it is called while the substitutes are installed, and `openEngine` turns the exception into an
 * EngineError.
 */
export const stock = <Inputs extends object, Attrs extends object>(
  kernelName: string,
): StockKernel<Inputs, Attrs> => {
  const found = registered(kernelName);
  if (found === undefined) throw new Error(`TensorFlow.js has no kernel ${kernelName} for wasm`);
  return (inputs, attrs, backend) => {
    const result = found.kernelFunc({
      // a record of the tensors that this kernel takes; the registry's type wants an index signature
      inputs: inputs as unknown as NamedTensorInfoMap,
      // a record of the attributes that this kernel takes; the same
      attrs: attrs as unknown as NamedAttrMap,
      backend,
    });
    return Array.isArray(result) ? result[0] : result;
  };
};

/** A kernel with one output. */
export type StockKernel<Inputs extends object, Attrs extends object> = (
  inputs: Inputs,
  attrs: Attrs,
  backend: BackendWasm,
) => TensorInfo;

/**
 * The function `run` of a module that works on the backend's memory. Throws when the backend does not show its
 * memory, which 4.22 does; `openEngine` and the kernels' callers turn that into an error.
 */
export const instantiate = (backend: BackendWasm, bytes: Uint8Array): ((...parameters: number[]) => void) => {
  // the module has exports that its types lack; the next line checks that they exist
  const { asm } = backend.wasm as unknown as { readonly asm?: { readonly memory?: object } };
  if (asm?.memory === undefined) throw new Error('the wasm backend does not show its memory');
  return instantiateOn(asm.memory, bytes);
};
