/** One function assembled into a WebAssembly module. */

import { canRun } from '../../host.js';
import { four, joined, type Kind, type Local, local, type Statement, store, unsigned } from './code.js';

/** Makes fresh local variables. */
export interface Fresh {
  readonly i32: () => Local<'i32'>;
  readonly v128: () => Local<'v128'>;
}

/** A function of i32 parameters without a result, before it is assembled. */
export interface Source {
  readonly parameters: number;
  readonly body: (parameters: readonly Local<'i32'>[], fresh: Fresh) => Statement;
}

const typeCode: Readonly<Record<Kind, number>> = { i32: 0x7f, v128: 0x7b };
const vector = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...joined(items),
];
const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];
const text = (name: string): number[] => [...unsigned(name.length), ...new TextEncoder().encode(name)];

/**
 * The bytes of a module that imports `env.memory` and exports the function as `run`. It may call functions, imported
 * as `env.f0`, `env.f1`, ...: with i32 parameters and without a result. Their numbers of parameters are read after
 * the body is written.
 */
export const assemble = (
  { parameters, body }: Source,
  called: () => readonly number[] = () => [],
): Uint8Array => {
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
  const signature = (count: number): number[] => [
    0x60,
    ...vector(Array.from({ length: count }, () => [typeCode.i32])),
    0,
  ];
  const calls = called();
  // a type for each number of parameters
  const kindsOfCalls = [...new Set([parameters, ...calls])];
  const imports = calls.map((count, i) => [
    ...text('env'),
    ...text(`f${i}`),
    0x00,
    ...unsigned(kindsOfCalls.indexOf(count)),
  ]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(kindsOfCalls.map(signature))),
    ...section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x00, 0x01], ...imports])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...text('run'), 0x00, ...unsigned(calls.length)]])),
    ...section(10, vector([[...unsigned(code.length), ...code]])),
  ]);
};

/** Whether functions like these can run here: WebAssembly, and its instructions on four floats. */
export const hasSimd = (): boolean =>
  canRun(assemble({ parameters: 1, body: ([to]) => store(to, 0, four(0)) }));
