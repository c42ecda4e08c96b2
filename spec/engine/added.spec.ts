/** Where an added engine is looked for; that one computes is tried by system/tensorflow.system.ts. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { addedFolder, bindingName, withAdded } from '../../src/engine/added.js';
import { addedVariable } from '../../src/engine/names.js';
import { tensorFlowVersion } from '../../src/engine/tensorflow.js';

/** Does work with these variables, each as it is given or not there. */
const withVariables = async <A>(
  given: Readonly<Record<string, string | undefined>>,
  work: () => Promise<A>,
): Promise<A> => {
  const before = Object.keys(given).map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(given)) set(name, value);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
};

describe('an added engine', () => {
  it('is looked for in the cache, where a variable says, or nowhere', async () => {
    const at = (added: string | undefined, cache?: string): Promise<string | null> =>
      withVariables({ [addedVariable]: added, XDG_CACHE_HOME: cache }, async () => addedFolder());
    const name = `tensorflow-${process.platform}-${process.arch}`;
    assert.equal(await at(undefined), join(homedir(), '.cache', 'drumhead', name));
    assert.equal(await at(undefined, '/x'), join('/x', 'drumhead', name));
    assert.equal(await at('mine'), resolve('mine'));
    assert.equal(await at('off'), null);
  });

  it('is passed over where there is none, or the package is not installed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drumhead-added-'));
    const loaded = (added: string): Promise<unknown> =>
      withVariables({ [addedVariable]: added }, () =>
        withAdded('@tensorflow/no-such-package', async (name) => `loaded ${name}`),
      );
    assert.equal(await loaded(folder), 'loaded @tensorflow/no-such-package');
    writeFileSync(join(folder, bindingName), '');
    assert.equal(await loaded(folder), 'loaded @tensorflow/no-such-package');
    rmSync(folder, { recursive: true });
  });

  it('says which TensorFlow it is', () => {
    assert.equal(tensorFlowVersion(tf), tf.version_core);
    const backend = Object.assign(new tf.KernelBackend(), {
      binding: { TF_Version: '2.21.0' },
      floatPrecision: () => 32 as const,
      dispose: () => {},
    });
    tf.registerBackend('tensorflow', () => backend, 0);
    assert.equal(tensorFlowVersion(tf), '2.21.0');
    tf.removeBackend('tensorflow');
  });
});
