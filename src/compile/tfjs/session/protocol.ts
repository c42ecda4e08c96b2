/** The messages between a pool and its workers, and their shared memory. */

import { parametersOf } from '../../../dsl/graph.js';
import type { Program } from '../../../dsl/index.js';
import { volume } from '../../../dsl/shape.js';
import type { EngineName } from '../../../engine/index.js';
import type { LossyMicroBatch, MicroBatch } from './micro-batch.js';
import type { Arrays, Gradients, Inference } from './values.js';

/** The start data of a worker. */
export interface Setup {
  readonly engine: EngineName;
  readonly fused: boolean;
  /** The program as `encodeProgram` writes it. */
  readonly program: string;
  /** The values of all parameters, as `parametersIn` finds them. */
  readonly parameters: SharedArrayBuffer;
}

/** A request to a worker, with its number. The worker answers each but `load`. */
export interface Asked {
  readonly id: number;
  readonly request: Request;
}

/** A message of a worker, with the number of the request. */
export interface Said {
  readonly id: number;
  readonly answer: Answer;
}

/** Requests, and messages to a running one: the sums of all micro-batches, or that there will be none. */
export type Request =
  | { readonly kind: 'load'; readonly names: readonly string[] }
  | { readonly kind: 'gradients'; readonly microBatch: LossyMicroBatch }
  | {
      readonly kind: 'infer';
      readonly microBatch: MicroBatch;
      readonly outputs: readonly string[];
      readonly training: boolean;
    }
  | { readonly kind: 'tensors' }
  | { readonly kind: 'totals'; readonly totals: Float64Array }
  | { readonly kind: 'abandon' };

/** The answers of a worker; `sums` are not its last message to a request. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'gradients'; readonly gradients: Gradients }
  | { readonly kind: 'inference'; readonly inference: Inference }
  | { readonly kind: 'tensors'; readonly count: number }
  | { readonly kind: 'sums'; readonly sums: Float64Array }
  | { readonly kind: 'failed'; readonly message: string };

export type AnswerOf<K extends Answer['kind']> = Extract<Answer, { readonly kind: K }>;

const sizesOf = ({ graph }: Program): readonly (readonly [string, number])[] =>
  parametersOf(graph).map(({ name, shape }) => [name, volume(shape)]);

/** Shared memory for all parameters of a program. */
export const shareParameters = (program: Program): SharedArrayBuffer => {
  const values = sizesOf(program).reduce((total, [, size]) => total + size, 0);
  return new SharedArrayBuffer(values * Float32Array.BYTES_PER_ELEMENT);
};

/** The parameters in it by name, not copied: they lie one after the other in the order of the graph. */
export const parametersIn = (program: Program, memory: SharedArrayBuffer): Arrays => {
  let begin = 0;
  return Object.fromEntries(
    sizesOf(program).map(([name, size]) => {
      const values = new Float32Array(memory, begin, size);
      begin += values.byteLength;
      return [name, values];
    }),
  );
};

/**
 * Copies of these arrays, and their buffers, which are transferred to another thread instead of being copied again.
 */
export const handOver = (arrays: Arrays): { readonly arrays: Arrays; readonly buffers: ArrayBuffer[] } => {
  const copies = Object.entries(arrays).map(([name, values]) => [name, new Float32Array(values)] as const);
  return { arrays: Object.fromEntries(copies), buffers: copies.map(([, { buffer }]) => buffer) };
};
