/** Products of two values that both differ between samples: the gradient of a weight. */

import { product } from '../../../dsl/functions/einsum.js';
import type { Tensor } from '../../../dsl/tensor.js';
import { rows } from '../raw.js';

/** sum over sites of a[site, i] b[site, o]: [..., I], [..., O] → [I, O]. */
export const outer = (a: Tensor, b: Tensor): Tensor =>
  product({ a: ['s', 'i'], b: ['s', 'o'], out: ['i', 'o'] }, rows(a), rows(b));
