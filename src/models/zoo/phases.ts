/** Pictures by the phases of a fixed network. */

import { pipe } from 'fp-ts/lib/function.js';
import { stream } from '../../base/random.js';
import {
  concat,
  cos,
  data,
  gather,
  mlp,
  type Program,
  program,
  reshape,
  sin,
  transpose,
} from '../../dsl/index.js';
import { cvRnnLayer } from '../networks/index.js';

/**
 * A class for each pixel from the phases of a cv-RNN at the last steps of its second layer; the cv-RNN itself is not
 * trained: image [side, side, 1] → logits [side, side, classes].
 *
 * @example
 * const p = classesByPhase({ side: 8, steps: [10, 20], read: 4, classes: 3 });
 * signature(p); // => 'image [8,8,1] → logits [8,8,3]'
 */
export const classesByPhase = (o: {
  readonly side: number;
  /** The last steps of the two layers. */
  readonly steps: readonly [number, number];
  /** The number of last steps that are read. */
  readonly read: number;
  readonly classes: number;
}): Program => {
  const nodes = o.side * o.side;
  const random = stream(0, 'cv-rnn', 'phases');
  const phases = Array.from({ length: nodes }, () => 2 * Math.PI * random.uniform() - Math.PI);
  const { steps, side } = o;
  const network = cvRnnLayer({ rows: side, columns: side, alpha: [0.5, 0.5], sigma: [0.9, 0.0313], steps });
  const shown = Array.from({ length: o.read }, (_, i) => steps[1] - o.read + i);
  return program({ image: [side, side, 1] }, ({ image }) => {
    const { phase } = network(reshape(side, side)(image), data(phases, nodes));
    // The nodes are the pixels column after column.
    const seen = pipe(gather(0, shown)(phase), reshape(o.read, side, side), transpose(2, 1, 0));
    return { logits: mlp([32, 32], o.classes)(concat(cos(seen), sin(seen))) };
  });
};
