import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  allBackgroundScore,
  classShares,
  imageOf,
  imagesOf,
  imagesWithoutForeground,
  maskOf,
  masksOf,
  type Split,
  select,
  shapeOfDataset,
} from '../../src/data/dataset.js';

/** Two images of 1x2 pixels and two channels: one with a pixel of class 2, one all background. */
const two: Split = {
  count: 2,
  height: 1,
  width: 2,
  channels: 2,
  images: Uint8Array.of(0, 51, 102, 255, 1, 2, 3, 4),
  masks: Uint8Array.of(0, 2, 0, 0),
};

describe('dataset', () => {
  it('gives images as shares of 255 and masks as labels', () => {
    assert.deepEqual(imageOf(two, 0), Float32Array.of(0, 0.2, 0.4, 1));
    assert.deepEqual(maskOf(two, 0), Uint8Array.of(0, 2));
    assert.deepEqual(imagesOf(two, [1, 0]).length, 8);
    assert.equal(imagesOf(two, [1, 0])[7], 1);
    assert.deepEqual(masksOf(two, [1, 0, 0]), Uint8Array.of(0, 0, 0, 2, 0, 2));
  });

  it('selects images in any order, as often as asked', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1), { maxLength: 6 }), (indices) => {
        const chosen = select(two, indices);
        assert.equal(chosen.count, indices.length);
        for (const [at, i] of indices.entries()) {
          assert.deepEqual(imageOf(chosen, at), imageOf(two, i));
          assert.deepEqual(maskOf(chosen, at), maskOf(two, i));
        }
      }),
    );
  });

  it('counts class shares and images without foreground', () => {
    assert.deepEqual(classShares(two, 3), [0.75, 0, 0.25]);
    assert.equal(imagesWithoutForeground(two), 1);
    assert.deepEqual(classShares(select(two, []), 3), [0, 0, 0]);
  });

  it('scores the answer "all background" per image, then averaged', () => {
    // One of two pixels: accuracy 1/2, IoU 1/(4-1); all pixels: 1 and 1.
    const { accuracy, iou } = allBackgroundScore(two);
    assert.equal(accuracy, 0.75);
    assert.equal(iou, (1 / 3 + 1) / 2);
    assert.deepEqual(allBackgroundScore(select(two, [])), { accuracy: 0, iou: 0 });
  });

  it('knows the sizes a program needs', () => {
    const dataset = { train: two, validation: two, test: two, classes: ['background', 'a', 'b'] };
    assert.deepEqual(shapeOfDataset(dataset), { height: 1, width: 2, channels: 2, classes: 3 });
  });
});
