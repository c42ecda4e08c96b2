/** Pictures by the phases of a fixed network. */

import { pipe } from 'fp-ts/lib/function.js';
import { stream } from '../../base/random.js';
import {
  add,
  broadcastLike,
  complement,
  concat,
  cos,
  data,
  expand,
  fill,
  gather,
  greater,
  mlp,
  mul,
  offset,
  type Program,
  program,
  reshape,
  scale,
  sin,
  sub,
  sum,
  transpose,
} from '../../dsl/index.js';
import { cvRnnLayer } from '../networks/index.js';

/**
 * A class for each pixel from the phases of a cv-RNN at the last steps of its second layer; the cv-RNN itself is not
 * trained: image [side, side, 1] → logits [side, side, classes].
 *
 * Phases differ by an unknown turn from image to image. So they are read from the direction of their sum over the
 * pixels that the network keeps, and mirrored where the pixels behind that direction lie on the right: of two groups in
 * two phases, the left one is behind. Read are the cosine and the sine of these phases, 0 where the network masks a
 * pixel, and whether it does.
 *
 * @example
 * const p = classesByPhase({ side: 8, sigma: [0.9, 0.2], steps: [10, 20], read: 4, classes: 3 });
 * signature(p); // => 'image [8,8,1] → logits [8,8,3]'
 */
export const classesByPhase = (o: {
  readonly side: number;
  /** The widths of the two kernels, in units of the side; the second has to reach the pixels beside a pixel. */
  readonly sigma: readonly [number, number];
  /** The last steps of the two layers. */
  readonly steps: readonly [number, number];
  /** The number of last steps that are read. */
  readonly read: number;
  readonly classes: number;
}): Program => {
  const nodes = o.side * o.side;
  const random = stream(0, 'cv-rnn', 'phases');
  const phases = Array.from({ length: nodes }, () => 2 * Math.PI * random.uniform() - Math.PI);
  const { steps, side, sigma } = o;
  const network = cvRnnLayer({ rows: side, columns: side, alpha: [0.5, 0.5], sigma, steps });
  const shown = Array.from({ length: o.read }, (_, i) => steps[1] - o.read + i);
  const rightwards = data(
    Array.from({ length: nodes }, (_, i) => (i % side) - (side - 1) / 2),
    side,
    side,
  );
  return program({ image: [side, side, 1] }, ({ image }) => {
    const { phase, mask } = network(reshape(side, side)(image), data(phases, nodes));
    // The nodes are the pixels column after column.
    const seen = pipe(gather(0, shown)(phase), reshape(o.read, side, side), transpose(2, 1, 0));
    const kept = pipe(complement(1, mask), reshape(side, side), transpose(1, 0));
    const held = expand(2, o.read)(kept);
    const all = broadcastLike(seen);
    const [c, s] = [mul(cos(seen), held), mul(sin(seen), held)];
    const [east, north] = [all(sum(0, 1)(c)), all(sum(0, 1)(s))];
    const [along, ahead] = [add(mul(c, east), mul(s, north)), sub(mul(s, east), mul(c, north))];
    // The parts ahead add up to 0, so that the sum does not depend on where columns are counted from.
    const right = greater(sum(0, 1)(mul(ahead, expand(2, o.read)(rightwards))), fill(0, o.read));
    const mirrored = mul(ahead, all(offset(-1, scale(2, right))));
    return { logits: mlp([32, 32], o.classes)(concat(along, concat(mirrored, expand(2, 1)(kept)))) };
  });
};
