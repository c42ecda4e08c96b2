/** The modes that a Fourier operator keeps, and their weights. */

import type { Shape } from '../shape.js';

/** Numbers of the modes of fewer waves than `most` along an axis of n. */
export const keptModes = (n: number, most: number): Shape =>
  Array.from({ length: 2 * most - 1 }, (_, i) => (i < most ? i : n - 2 * most + 1 + i));

/** The weight of each mode along the last axis in the inverse transform to a real field of this many sites. */
export const modeWeights = (modes: number, sites: number): Shape =>
  Array.from({ length: modes }, (_, k) => (k === 0 ? 1 : 2) / sites);
