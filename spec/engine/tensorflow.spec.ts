/** tfjs-node-gpu is taken by dynamic import: here with a stubbed loader. */

import * as assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { probeTensorFlow, restoreIsNullOrUndefined } from '../../src/engine/tensorflow.js';

const failing = (error: Error) => (): Promise<unknown> => Promise.reject(error);

describe('the probe of tfjs-node-gpu', () => {
  it('says that it is not installed', async () => {
    const missing = Object.assign(new Error("Cannot find package '@tensorflow/tfjs-node-gpu'"), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
    const found = await probeTensorFlow(tf, true, failing(missing));
    assert.ok(!found.usable);
    assert.match(found.reason, /is not installed.*npm install @tensorflow\/tfjs-node-gpu@4\.22\.0/);
  });

  it('says that its native library is missing, without a path of this machine', async () => {
    const broken = new Error(
      'The native addon (tfjs_binding.node) can not be found at path: /somewhere/x.node',
    );
    const found = await probeTensorFlow(tf, true, failing(broken));
    assert.ok(!found.usable);
    assert.match(found.reason, /without its native library.*npm rebuild/);
    assert.doesNotMatch(found.reason, /home/);
  });

  it('passes on any other reason, its first line', async () => {
    const found = await probeTensorFlow(
      tf,
      true,
      failing(new Error('libcudart.so.11.0: no such file\nat somewhere')),
    );
    assert.deepEqual(found, {
      usable: false,
      reason:
        'the package @tensorflow/tfjs-node-gpu is installed but does not load: libcudart.so.11.0: no such file',
    });
  });

  it('refuses a module of another shape', async () => {
    const found = await probeTensorFlow(tf, true, () => Promise.resolve({ default: 1 }));
    assert.ok(!found.usable);
    assert.match(found.reason, /not the module that was expected/);
  });

  it('refuses one that registered its backend with another TensorFlow.js', async () => {
    const found = await probeTensorFlow(tf, true, () =>
      Promise.resolve({ version: { tfjs: '4.22.0' }, node: {} }),
    );
    assert.ok(!found.usable);
    assert.match(found.reason, /a TensorFlow\.js of its own/);
  });

  it('takes one that registered the backend here', async () => {
    const found = await probeTensorFlow(tf, true, () => {
      const { factory } = { factory: () => Promise.reject(new Error('never started')) };
      tf.registerBackend('tensorflow', factory, 0);
      return Promise.resolve({ version: { tfjs: '4.22.0' }, node: {} });
    });
    tf.removeBackend('tensorflow');
    assert.deepEqual(found, { usable: true });
  });
});

describe('tensorflow without a GPU', () => {
  const probed = async (isUsingGpuDevice: boolean, byName: boolean, installed: string) => {
    const missing = Object.assign(new Error('Cannot find it'), { code: 'ERR_MODULE_NOT_FOUND' });
    const backend = Object.assign(new tf.KernelBackend(), {
      isUsingGpuDevice,
      floatPrecision: () => 32 as const,
      dispose: () => {},
    });
    const found = await probeTensorFlow(tf, byName, (name) => {
      if (name !== installed) return Promise.reject(missing);
      tf.registerBackend('tensorflow', () => backend, 0);
      return Promise.resolve({ version: { tfjs: '4.22.0' }, node: {} });
    });
    if (tf.findBackendFactory('tensorflow') !== null) tf.removeBackend('tensorflow');
    return found;
  };

  it('is passed by auto, with the reason, and taken by name; either package will do', async () => {
    const reason = '@tensorflow/tfjs-node finds no GPU here; --engine tensorflow takes it all the same';
    assert.deepEqual(await probed(false, false, '@tensorflow/tfjs-node'), { usable: false, reason });
    assert.deepEqual(await probed(false, true, '@tensorflow/tfjs-node'), { usable: true });
    assert.deepEqual(await probed(true, false, '@tensorflow/tfjs-node-gpu'), { usable: true });
  });
});

describe('the patch for Node 23 and later', () => {
  it('puts isNullOrUndefined back where it is missing', () => {
    const util: { isNullOrUndefined?: (value: unknown) => boolean } = {};
    restoreIsNullOrUndefined(util);
    assert.deepEqual(
      [null, undefined, 0, '', false].map((value) => util.isNullOrUndefined?.(value)),
      [true, true, false, false, false],
    );
  });

  it('leaves one alone that is there', () => {
    const there = (): boolean => true;
    const util = { isNullOrUndefined: there };
    restoreIsNullOrUndefined(util);
    assert.equal(util.isNullOrUndefined, there);
  });
});
