/** What is to be learnt of an image: the class of each of its pixels, or one class of the whole. */

import { masksOf, type Split } from './dataset.js';

/**
 * The class of an image: the foreground class that most of its pixels are of, the lower label of equals; 0, background,
 * where it has no foreground. For MNIST that is the digit.
 *
 * @param mask [pixels]
 */
export const imageClass = (mask: Uint8Array): number => {
  const counts = new Uint32Array(256);
  for (const label of mask) if (label !== 0) counts[label]++;
  return counts.reduce((best, count, label) => (count > counts[best] ? label : best), 0);
};

/**
 * The labels of the images with these indices, one after the other: of every pixel (indices.length, height, width), or
 * one for each image.
 */
export const labelsOf = (split: Split, indices: readonly number[], target: 'pixel' | 'image'): Uint8Array =>
  target === 'pixel'
    ? masksOf(split, indices)
    : Uint8Array.from(indices, (i) => imageClass(masksOf(split, [i])));
