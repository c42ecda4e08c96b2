/** One function assembled into a WebAssembly module, running on the memory of TensorFlow.js's wasm backend. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { canRun, instantiate } from '../../seam.js';
import { four, type Kind, type Local, local, type Statement, store, unsigned } from './code.js';

/** Makes fresh local variables. */
export interface Fresh {
  readonly i32: () => Local<'i32'>;
  readonly v128: () => Local<'v128'>;
}

/** A function of so many i32 parameters, without a result, before it is assembled. */
export interface Source {
  readonly parameters: number;
  readonly body: (parameters: readonly Local<'i32'>[], fresh: Fresh) => Statement;
}

/** An assembled function: addresses are bytes on the heap. */
export type Native = (...parameters: number[]) => void;

const typeCode: Readonly<Record<Kind, number>> = { i32: 0x7f, v128: 0x7b };
const vector = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];
const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];
const text = (name: string): number[] => [...unsigned(name.length), ...new TextEncoder().encode(name)];

/** The bytes of a module that imports `env.memory` and exports the function as `run`. */
export const assemble = ({ parameters, body }: Source): Uint8Array => {
  const kinds: Kind[] = [];
  const fresh = <K extends Kind>(kind: K): Local<K> => {
    kinds.push(kind);
    return local(kind, parameters + kinds.length - 1);
  };
  const statements = body(
    Array.from({ length: parameters }, (_, i) => local('i32', i)),
    { i32: () => fresh('i32'), v128: () => fresh('v128') },
  );
  const code = [...vector(kinds.map((kind) => [1, typeCode[kind]])), ...statements, 0x0b];
  const signature = [0x60, ...vector(Array.from({ length: parameters }, () => [typeCode.i32])), 0];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector([signature])),
    ...section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x00, 0x01]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...text('run'), 0x00, 0]])),
    ...section(10, vector([[...unsigned(code.length), ...code]])),
  ]);
};

/**
 * The function of a source, assembled when first asked for and kept by its key: one key, one source.
 *
 * @example
 * native(backend, 'double', () => ({ parameters: 2, body: ([from, to]) => store(to, 0, add(load(from), load(from))) }))
 */
export const native = (backend: BackendWasm, key: string, source: () => Source): Native => {
  const kept = cache.get(backend) ?? new Map<string, Native>();
  cache.set(backend, kept);
  const found = kept.get(key);
  if (found !== undefined) return found;
  const made = instantiate(backend, assemble(source()));
  kept.set(key, made);
  return made;
};

/** Assembling is pure; this only saves doing it twice. A backend that was removed takes its functions along. */
const cache = new WeakMap<BackendWasm, Map<string, Native>>();

/** Whether functions like these can run here: WebAssembly, and its instructions on four floats. */
export const hasSimd = (): boolean =>
  canRun(assemble({ parameters: 1, body: ([to]) => store(to, 0, four(0)) }));
