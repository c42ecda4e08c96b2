/** Pictures as graphs: a node for each pixel, an edge between neighbours. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  concat,
  data,
  dense,
  last,
  mean,
  type Program,
  program,
  relu,
  reshape,
  type Tensor,
} from '../../dsl/index.js';
import { graphConvolution, graphconLayer } from '../networks/index.js';

/** The edges of a square grid of pixels: from each to its eight neighbours. */
const neighbours = (side: number): readonly (readonly [number, number])[] =>
  Array.from({ length: side * side }, (_, node) => node).flatMap((node) => {
    const [row, column] = [Math.floor(node / side), node % side];
    return [-1, 0, 1].flatMap((down) =>
      [-1, 0, 1].flatMap((right): readonly (readonly [number, number])[] => {
        const [i, j] = [row + down, column + right];
        const inside = i >= 0 && j >= 0 && i < side && j < side;
        return inside && (down !== 0 || right !== 0) ? [[node, i * side + j]] : [];
      }),
    );
  });

/** The position of each pixel, row and column from 0 to 1. */
const places = (side: number): Tensor<readonly [number, number]> =>
  data(
    Array.from({ length: 2 * side * side }, (_, i) =>
      i % 2 === 0 ? Math.floor(i / 2 / side) / side : ((i / 2 - 0.5) % side) / side,
    ),
    side * side,
    2,
  );

/**
 * A class for each picture by GraphCON over its pixels, each with its brightness and its position as features: image
 * [side, side, I] → logits [classes].
 *
 * @example
 * const p = classOfGraph({ side: 8, input: 1, features: 4, layers: 3, classes: 10 });
 * signature(p); // => 'image [8,8,1] → logits [10]'
 */
export const classOfGraph = (o: {
  readonly side: number;
  /** Channels of the picture. */
  readonly input: number;
  readonly features: number;
  /** Layers, which are steps. */
  readonly layers: number;
  readonly classes: number;
}): Program =>
  program({ image: [o.side, o.side, o.input] }, ({ image }) => {
    const nodes = o.side * o.side;
    const known = concat(reshape(nodes, o.input)(image), places(o.side));
    const coupling = graphConvolution({ nodes, edges: neighbours(o.side) }, o.features);
    const graphcon = graphconLayer({ layers: o.layers, dt: 1, alpha: 1, gamma: 1, coupling });
    const { x } = pipe(known, dense(o.features, { name: 'encoder' }), relu, graphcon);
    return { logits: dense(o.classes, { name: 'readout' })(mean(0)(last(x))) };
  });
