/** Targets of training: the class of each pixel, or one class for the whole image. */

import { hasClass, noClass } from '../base/no-class.js';
import { type Labels, masksOf, type Split } from './dataset.js';

/**
 * The class of an image: its most frequent foreground class, the lower label if several are equal; 0, the background,
 * if it has no foreground. For MNIST that is the digit. Ignored pixels do not count; if all are ignored, the class is
 * `noClass`.
 *
 * @param mask [pixels]
 */
export const imageClass = (mask: Labels): number => {
  if (mask.length > 0 && !mask.some(hasClass)) return noClass;
  const counts = new Uint32Array(256);
  for (const label of mask) if (label > 0) counts[label]++;
  return counts.reduce((best, count, label) => (count > counts[best] ? label : best), 0);
};

/**
 * The labels of the images with these indices, one after the other: one for every pixel (indices.length, height,
 * width), or one for each image.
 */
export const labelsOf = (split: Split, indices: readonly number[], target: 'pixel' | 'image'): Labels => {
  if (target === 'pixel') return masksOf(split, indices);
  const classes = indices.map((i) => imageClass(masksOf(split, [i])));
  return split.ignored === undefined ? Uint8Array.from(classes) : Int32Array.from(classes);
};
