/** The methods of tensors that TensorFlow.js's types promise are there once an engine is open. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { open } from './compare.js';

const promised = readdirSync(
  join(
    dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json')),
    'dist/public/chained_ops',
  ),
)
  .filter((file) => file.endsWith('.d.ts') && !/_test|register_all/.test(file))
  .map((file) => file.replace('.d.ts', '').replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));

describe('methods of tensors', () => {
  it('are all those that the types promise', async () => {
    const { tf } = await open('cpu');
    const known = Object.getOwnPropertyNames(tf.Tensor.prototype).map((name) => name.toLowerCase());
    assert.ok(promised.length > 100);
    assert.deepEqual(
      promised.filter((name) => !known.includes(name.toLowerCase())),
      [],
    );
  });

  it('compute what the functions do, with gradients', async () => {
    const { tf } = await open('cpu');
    tf.tidy(() => {
      const x = tf.tensor2d([1, -2, 3, 4], [2, 2]);
      assert.deepEqual([...x.mul(2).sum(1).dataSync()], [-2, 14]);
      assert.deepEqual(x.as4D(1, 2, 1, 2).shape, [1, 2, 1, 2]);
      assert.deepEqual(x.as1D().shape, [4]);
      assert.deepEqual(x.sum().asScalar().shape, []);
      assert.deepEqual(x.concat(x, 1).shape, [2, 4]);
      assert.deepEqual(x.stack(x).shape, [2, 2, 2]);
      assert.equal(x.toInt().dtype, 'int32');
      assert.equal(x.greater(0).toFloat().dtype, 'float32');
      assert.deepEqual([...x.where(x.greater(0), tf.zerosLike(x)).dataSync()], [1, 0, 3, 4]);
      assert.deepEqual(x.flatten().reshapeAs(x).shape, [2, 2]);
      assert.deepEqual(
        [
          ...tf
            .grad((y) => y.square().sum())(x)
            .dataSync(),
        ],
        [2, -4, 6, 8],
      );
    });
  });
});
