/** What a pool and its workers say to each other, and the memory they share. */

import { parametersOf } from '../../../dsl/graph.js';
import type { Program } from '../../../dsl/index.js';
import { volume } from '../../../dsl/shape.js';
import type { EngineName } from '../../../engine/index.js';
import type { LabelledMicroBatch, MicroBatch } from './micro-batch.js';
import type { Arrays, Gradients, Inference } from './values.js';

/** What a worker is started with. */
export interface Setup {
  readonly engine: EngineName;
  readonly fused: boolean;
  /** The program as `encodeProgram` writes it. */
  readonly program: string;
  /** The values of all parameters, as `parametersIn` finds them. */
  readonly parameters: SharedArrayBuffer;
}

/** A worker has one request at a time, and answers each but `load`. */
export type Request =
  | { readonly kind: 'load'; readonly names: readonly string[] }
  | { readonly kind: 'gradients'; readonly microBatch: LabelledMicroBatch }
  | {
      readonly kind: 'infer';
      readonly microBatch: MicroBatch;
      readonly outputs: readonly string[];
      readonly training: boolean;
    }
  | { readonly kind: 'tensors' };

/** The answers of a worker. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'gradients'; readonly gradients: Gradients }
  | { readonly kind: 'inference'; readonly inference: Inference }
  | { readonly kind: 'tensors'; readonly count: number }
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

/** Copies of these arrays, and their buffers: handed over whole to another thread instead of being copied again. */
export const handOver = (arrays: Arrays): { readonly arrays: Arrays; readonly buffers: ArrayBuffer[] } => {
  const copies = Object.entries(arrays).map(([name, values]) => [name, new Float32Array(values)] as const);
  return { arrays: Object.fromEntries(copies), buffers: copies.map(([, { buffer }]) => buffer) };
};
