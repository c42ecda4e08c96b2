import assert from 'node:assert/strict';
import { splitInMemory } from '../../src/data/arrays.js';
import { type Dataset, imagesOf, masksOf, type Split } from '../../src/data/dataset.js';
import { arraysOfImages } from '../../src/data/images.js';

const split = (count: number): Split => ({
  count,
  height: 2,
  width: 1,
  channels: 1,
  images: Uint8Array.from({ length: 2 * count }, (_, i) => 20 * i),
  masks: Uint8Array.from({ length: 2 * count }, (_, i) => [0, 1, 9, 2, 9, 9][i % 6]),
  ignored: 9,
});
const dataset: Dataset = { train: split(3), validation: split(0), test: split(1), classes: ['a', 'b', 'c'] };

describe('named arrays', () => {
  it('of images are the picture, the class of each pixel and the class of the whole, bit for bit', async () => {
    const { forms, train, validation } = arraysOfImages(dataset);
    assert.deepEqual(forms, {
      image: { shape: [2, 1, 1], integer: false, plane: 0 },
      mask: { shape: [2, 1], integer: true, classes: ['a', 'b', 'c'], plane: 0 },
      label: { shape: [], integer: true, classes: ['a', 'b', 'c'] },
    });
    assert.equal(validation.count, 0);
    const read = await train.read(['image', 'mask', 'label'], [2, 0, 1]);
    assert.deepEqual(read.image, imagesOf(dataset.train, [2, 0, 1]));
    assert.deepEqual([...read.mask], [...masksOf(dataset.train, [2, 0, 1])]);
    assert.deepEqual([...read.label], [-1, 1, 2]);
    await assert.rejects(train.read(['picture'], [0]), /no array 'picture'/);
  });

  it('in memory are read in any order, and only those that are named', async () => {
    const forms = { x: { shape: [2], integer: false }, n: { shape: [], integer: true } };
    const made = splitInMemory(3, forms, { x: [1, 2, 3, 4, 5, 6], n: [7, 8, 9] });
    assert.deepEqual(await made.read(['n'], [2, 2, 0]), { n: Float32Array.of(9, 9, 7) });
    assert.deepEqual(await made.read(['x', 'n'], [1]), { x: Float32Array.of(3, 4), n: Float32Array.of(8) });
  });
});
