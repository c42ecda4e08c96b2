/** An opened engine, and how much memory each kind is taken to have. */

import type { EngineName } from './names.js';
import type { NativeLevel } from './native/code.js';

/** TensorFlow.js as the rest of drumhead sees it. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core');

/** An opened engine. */
export interface Engine {
  readonly name: EngineName;
  /** The reason it was chosen, for the run's record. */
  readonly why: string;
  /** Versions of TensorFlow.js and of the backend, e.g. `tfjs 4.22.0, wasm 4.22.0`. */
  readonly version: string;
  /** Bytes that tensors may take at once: a constant of each engine, so that micro-batches are the same everywhere. */
  readonly limitBytes: number;
  readonly tf: TensorFlow;
  /** Whether fused kernels compute everything that they can, and only the rest runs op by op. */
  readonly fused: boolean;
  /** The native code of fused kernels, on the engine `native`; left out: WebAssembly. */
  readonly native?: NativeLevel;
}

/** The engine without fused kernels: everything op by op. */
export const opByOp = (engine: Engine): Engine => ({ ...engine, fused: false });

/** The part of an engine that determines the bits of a result: its name, and whether kernels are fused. */
export const engineLabel = ({ name, fused }: Pick<Engine, 'name' | 'fused'>): string =>
  fused ? `${name}, fused` : name;

const GiB = 2 ** 30;

/**
 * The bytes of tensors that an engine is assumed to hold. These are constants and do not depend on free memory, because
 * micro-batches follow from them, and the bits of results from micro-batches.
 *
 * - wasm: the heap ends at 4 GiB (32-bit addresses); a quarter is left for working memory inside kernels, for the
 *   holes that allocation leaves and for what an estimate misses, since running out is an abort that cannot be
 *   caught. Cutting a batch costs next to nothing: the NWM at batch 16, 64x64, T = 100 takes the same time whole as
 *   in four parts.
 * - cpu: typed arrays outside the JavaScript heap; 4 GiB is what a common machine can give.
 * - tensorflow: what a GPU with 8 GiB holds beside the library's own workspace.
 */
export const limitBytes: Readonly<Record<EngineName, number>> = {
  // fused kernels and everything else use WebAssembly's memory
  native: 3 * GiB,
  wasm: 3 * GiB,
  cpu: 4 * GiB,
  tensorflow: 6 * GiB,
};
