/** Opening engines for real. */

import * as assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { limitBytes, makeCurrent, openEngine } from '../../src/engine/index.js';
import { wasmBinaryFolder } from '../../src/engine/wasm/binaries.js';
import { open } from './compare.js';

describe('opening an engine', () => {
  for (const name of ['wasm', 'cpu'] as const) {
    it(`${name} computes, and knows its name, reason, versions and memory`, async () => {
      const engine = await open(name);
      assert.equal(engine.name, name);
      assert.equal(engine.why, 'asked for by name');
      assert.match(engine.version, new RegExp(`^tfjs 4\\.22\\.0, ${name} 4\\.22\\.0$`));
      assert.equal(engine.limitBytes, limitBytes[name]);
      assert.equal(engine.tf.getBackend(), name);
      assert.deepEqual(
        engine.tf.tidy(() => engine.tf.add([1, 2], [3, 4]).arraySync()),
        [4, 6],
      );
    });
  }

  it('two may be opened at the same moment', async () => {
    const opened = await Promise.all([openEngine('wasm')(), openEngine('cpu')(), openEngine('wasm')()]);
    assert.deepEqual(
      opened.map((one) => (E.isRight(one) ? one.right.name : one.left)),
      ['wasm', 'cpu', 'wasm'],
    );
  });

  it('opening again makes an engine current again', async () => {
    const wasm = await open('wasm');
    await open('cpu');
    assert.equal(wasm.tf.getBackend(), 'cpu');
    await open('wasm');
    assert.equal(wasm.tf.getBackend(), 'wasm');
  });

  it('of two that are open either can be made the one that computes', async () => {
    const engines = [await open('cpu'), await open('wasm')];
    for (const engine of [...engines, ...engines.reverse()]) {
      makeCurrent(engine);
      assert.equal(engine.tf.getBackend(), engine.name);
      const sum = engine.tf.tidy(() => engine.tf.add([1, 2], [3, 4]).arraySync());
      assert.deepEqual(sum, [4, 6]);
    }
  });

  it('auto opens one, and says why', async () => {
    const opened = await openEngine('auto')();
    assert.ok(E.isRight(opened));
    assert.match(opened.right.why, /^auto: /);
  });

  it('tensorflow opens, or says why it cannot', async () => {
    const opened = await openEngine('tensorflow')();
    if (E.isRight(opened)) assert.equal(opened.right.tf.getBackend(), 'tensorflow');
    else {
      assert.equal(opened.left._tag, 'EngineError');
      assert.match(JSON.stringify(opened.left), /tfjs-node-gpu/);
    }
  });

  it('leaves no listener for uncaught errors behind', async () => {
    await open('wasm');
    const listeners = process.listeners('uncaughtException').map(String);
    assert.deepEqual(
      listeners.filter((text) => text.includes('ExitStatus')),
      [],
    );
  });

  it('says nothing when the first tensor is made', async () => {
    const said: unknown[] = [];
    const { warn } = console;
    console.warn = (...words: unknown[]) => said.push(words);
    const { tf } = await open('cpu');
    tf.scalar(1).dispose();
    console.warn = warn;
    assert.deepEqual(said, []);
  });

  it('leaves the flags of TensorFlow.js as they were', async () => {
    const { tf } = await open('cpu');
    assert.equal(tf.env().getBool('IS_TEST'), false);
  });
});

describe('the binaries of the wasm backend', () => {
  it('lie where the installed package is', () => {
    assert.ok(existsSync(`${wasmBinaryFolder()}tfjs-backend-wasm-simd.wasm`));
  });
});
