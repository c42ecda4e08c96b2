/** A test image in two forms: for a session, and for a picture. */

import { imagesOf, type Labels, masksOf, type Split } from '../../data/dataset.js';
import type { Sample } from '../../report/index.js';

/** One test image, by its index. */
export interface TestImage {
  /** The inputs of a session: values from 0 to 1. */
  readonly batch: {
    readonly count: 1;
    readonly inputs: { readonly image: Float32Array };
    readonly samples: readonly [number];
  };
  /** The sample of a picture: values from 0 to 255, with the mask as target and without a prediction. */
  readonly shown: Sample & { readonly target: Labels };
}

/** The test image of an existing index. */
export const testImage = (test: Split, index: number): TestImage => {
  const image = imagesOf(test, [index]);
  return {
    batch: { count: 1, inputs: { image }, samples: [index] },
    shown: {
      height: test.height,
      width: test.width,
      channels: test.channels,
      image: image.map((value) => value * 255),
      target: masksOf(test, [index]),
      name: `test image ${index}`,
    },
  };
};
