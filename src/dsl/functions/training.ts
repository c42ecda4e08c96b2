/** Values that differ between training and inference. */

import type { OpOf } from '../op.js';
import { apply, type Tensor } from '../tensor.js';

const leaf: OpOf<'training'> = { op: 'training' };

/**
 * 1 where a session trains, 0 where it infers: a scalar of the program. `where(training, a, b)` is a in training and b
 * in inference, and the other branch is not computed. A session that takes gradients trains; scores, pictures, waves,
 * laws, light cones and exported graphs use inference. A program without it is the same in both.
 *
 * @example
 * const jittered = add(y, scale(0.1, gaussian('jitter')(64, 64, 2)));
 * const robust = where(training, jittered, y);   // Tensor<readonly [64, 64, 2]>
 */
export const training: Tensor<readonly []> = apply('training', leaf);
