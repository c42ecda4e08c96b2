/**
 * WebAssembly as the host of the language has it: Node or a browser. Nothing here knows TensorFlow.js, so that fused kernels
 * run without it.
 */

/** Memory that assembled functions work on: pages of 64 KiB. A view is only valid until the next `grow`. */
export interface Memory {
  readonly buffer: ArrayBuffer;
  readonly grow: (pages: number) => number;
}

interface WebAssemblyApi {
  readonly Memory: new (sizes: { readonly initial: number; readonly maximum: number }) => Memory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: Readonly<Record<string, object>> },
  ) => { readonly exports: { readonly run: (...parameters: number[]) => void } };
  readonly validate: (bytes: Uint8Array) => boolean;
}

/** Of type string, so that the types of a page, which declare `WebAssembly` with more than is needed here, are not asked. */
const name: string = 'WebAssembly';

/** The WebAssembly object of the language's host; neither the ES library's types nor Node's declare it. */
const webAssembly = (): WebAssemblyApi | undefined => Reflect.get(globalThis, name);

/** Whether the host can run a WebAssembly module of these bytes. */
export const canRun = (bytes: Uint8Array): boolean => webAssembly()?.validate(bytes) ?? false;

/** Fresh memory of its own, at most 4 GiB. Throws if the host has no WebAssembly. */
export const newMemory = (pages: number): Memory => {
  const api = webAssembly();
  if (api === undefined) throw new Error('this host has no WebAssembly');
  return new api.Memory({ initial: pages, maximum: 65_536 });
};

/** The function `run` of a module that works on this memory and calls these functions, imported as `f0`, `f1`, ... */
export const instantiateOn = (
  memory: object,
  bytes: Uint8Array,
  functions: readonly ((...parameters: number[]) => void)[] = [],
): ((...parameters: number[]) => void) => {
  const api = webAssembly();
  if (api === undefined) throw new Error('this host has no WebAssembly');
  const called = Object.fromEntries(functions.map((each, i) => [`f${i}`, each]));
  return new api.Instance(new api.Module(bytes), { env: { memory, ...called } }).exports.run;
};
