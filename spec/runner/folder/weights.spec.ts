import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { volume } from '../../../src/dsl/index.js';
import { openEngine } from '../../../src/engine/index.js';
import {
  decodeManifest,
  decodeWeights,
  encodeWeights,
  weightsManifest,
} from '../../../src/runner/folder/weights.js';
import { right } from '../../support/either.js';

const entries = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z]{1,6}(\/[a-z0-9]{1,6})?$/),
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
  }),
  { selector: ({ name }) => name, maxLength: 5 },
);

const filled = (shape: readonly number[], salt: number): Float32Array =>
  Float32Array.from({ length: volume(shape) }, (_, i) => Math.sin(i + salt));

describe('weights', () => {
  it('come back as they went, through JSON and bytes', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const values = Object.fromEntries(list.map(({ name, shape }, i) => [name, filled(shape, i)]));
        const bytes = encodeWeights(list, values);
        const manifest: unknown = JSON.parse(JSON.stringify(weightsManifest(list, 'weights.bin')));
        const found = decodeManifest(manifest, 'weights.json');
        assert.ok(E.isRight(found));
        const back = decodeWeights(found.right, bytes, 'weights.bin');
        assert.deepEqual(back, E.right(values));
      }),
    );
  });

  it('are in the format that TensorFlow.js reads', async () => {
    const { tf } = right(await openEngine('cpu')());
    const list = [
      { name: 'a/weight', shape: [2, 3] },
      { name: 'a/bias', shape: [3] },
    ];
    const values = { 'a/weight': filled([2, 3], 0), 'a/bias': filled([3], 7) };
    const bytes = encodeWeights(list, values);
    const [{ weights }] = weightsManifest(list, 'weights.bin');
    const specs = weights.map(({ name, shape }) => ({ name, shape: [...shape], dtype: 'float32' as const }));
    const tensors = tf.io.decodeWeights(new Uint8Array(bytes).buffer, specs);
    assert.deepEqual(tensors['a/weight'].shape, [2, 3]);
    assert.deepEqual(Float32Array.from(tensors['a/bias'].dataSync()), values['a/bias']);
    tf.dispose(tensors);
  });

  it('of the wrong length are refused with both lengths', () => {
    const short = decodeWeights([{ name: 'w', shape: [4] }], new Uint8Array(12), 'w.bin');
    assert.ok(E.isLeft(short));
    assert.match(short.left.problems[0], /expected 16 bytes of weights, got 12/);
  });

  it('with a foreign manifest are refused', () => {
    assert.ok(E.isLeft(decodeManifest({ hello: 1 }, 'weights.json')));
  });
});
