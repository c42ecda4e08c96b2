/** Images with a class for each pixel, read as named arrays. */

import type { ArrayForm, ArraySplit, ArrayValues, NamedArrays } from './arrays.js';
import { type Dataset, imagesOf, type Split } from './dataset.js';
import { labelsOf } from './targets.js';

/** The arrays of images: the picture, the class of each pixel, and the class of the whole image. */
export const imageArrays = ['image', 'mask', 'label'] as const;
type ImageArray = (typeof imageArrays)[number];

const readers: Readonly<Record<ImageArray, (split: Split, indices: readonly number[]) => Float32Array>> = {
  image: imagesOf,
  mask: (split, indices) => Float32Array.from(labelsOf(split, indices, 'pixel')),
  label: (split, indices) => Float32Array.from(labelsOf(split, indices, 'image')),
};

/** The difficulty of images, if their task grades them. */
const difficultyName = 'difficulty';

const isImageArray = (name: string): name is ImageArray => Object.hasOwn(readers, name);

const splitOf = (split: Split): ArraySplit => ({
  count: split.count,
  read: async (names, indices): Promise<ArrayValues> =>
    Object.fromEntries(
      names.map((name) => {
        const { difficulties } = split;
        if (name === difficultyName && difficulties !== undefined)
          return [name, Float32Array.from(indices, (i) => difficulties[i])];
        if (!isImageArray(name)) throw new Error(`images have no array '${name}'`);
        return [name, readers[name](split, indices)];
      }),
    ),
});

/**
 * Images as named arrays: `image` [height, width, channels], 0 to 1; `mask` [height, width], the class of each pixel;
 * `label` [], the class of the image (`imageClass`); `difficulty` [], if the task grades its images. An ignored class
 * is -1.
 */
export const arraysOfImages = (dataset: Dataset): NamedArrays => {
  const { height, width, channels } = dataset.train;
  const classes = { integer: true, classes: dataset.classes };
  const forms: Readonly<Record<string, ArrayForm>> = {
    image: { shape: [height, width, channels], integer: false, plane: 0 },
    mask: { shape: [height, width], ...classes, plane: 0 },
    label: { shape: [], ...classes },
    ...(dataset.train.difficulties === undefined
      ? {}
      : { [difficultyName]: { shape: [], integer: false, aside: true } }),
  };
  return {
    forms,
    train: splitOf(dataset.train),
    validation: splitOf(dataset.validation),
    test: splitOf(dataset.test),
  };
};
