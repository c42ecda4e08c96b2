/** A fault in native code ends its process with a sentence; faults of WebAssembly stay V8's. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { nativeKernels } from '../../../src/compile/fuse/native/kernels.js';
import { nativeCode } from '../../../src/engine/native/binary.js';

/** A list of one call, that of `fill`, to an address. */
const filling = (to: number): readonly number[] => [
  ...[1, nativeKernels.indexOf('fill'), 0],
  ...[1, 0, 0, 5],
  ...[0, to, 0, 1, 1].flatMap((each) => [0, each]),
];

describe('a fault in native code', () => {
  before(function () {
    if (E.isLeft(nativeCode())) this.skip();
  });

  const binary = ['native/build/drumhead.node', `prebuilds/${process.platform}-${process.arch}/drumhead.node`]
    .map((place) => fileURLToPath(new URL(`../../../${place}`, import.meta.url)))
    .find((place) => existsSync(place));

  /** Runs a script in a thread of a process of its own, which has `code`, `filled(address)` and `loads(address)` in WebAssembly. */
  const inThread = (script: string) => {
    const wasm = [0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 5, 3, 1, 0, 1];
    const body = [7, 8, 1, 4, 108, 111, 97, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 40, 2, 0, 11];
    const text = `
      const code = require(${JSON.stringify(binary)});
      const lists = { near: ${JSON.stringify(filling(64))}, far: ${JSON.stringify(filling(2 ** 46))} };
      const filled = (name) => code.run(code.program(Float64Array.from(lists[name])), 1, new ArrayBuffer(4096), () => {});
      const module = new WebAssembly.Module(Uint8Array.from(${JSON.stringify([...wasm, ...body])}));
      const loads = new WebAssembly.Instance(module).exports.load;
      ${script}`;
    const start = `new (require('node:worker_threads').Worker)(${JSON.stringify(text)}, { eval: true })`;
    return spawnSync(process.execPath, ['-e', start], { encoding: 'utf8' });
  };

  it('ends the process by its signal, with a sentence that says what to do', function () {
    if (process.platform === 'win32') this.skip();
    const { signal, stderr } = inThread(`filled('near'); filled('far');`);
    assert.ok(signal === 'SIGSEGV' || signal === 'SIGBUS', String(signal));
    assert.match(stderr, /^drumhead: native code has ended this process by a fault, .*--engine wasm/m);
  });

  it('is none where WebAssembly reads beyond its memory, which is an error as ever', () => {
    const { status, stdout, stderr } = inThread(
      `filled('near'); try { loads(1 << 30) } catch (e) { console.log(e.message) } filled('near');`,
    );
    assert.deepEqual([status, stdout.trim(), stderr], [0, 'memory access out of bounds', '']);
  });
});
