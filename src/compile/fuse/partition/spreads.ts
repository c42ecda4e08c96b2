/** How far NaN and infinity reach in fused kernels beyond their reach in the program itself. */

import { isWinograd, leastWinogradChannels } from '../emit/convolution/winograd.js';
import { isStrassen, leastStrassenFeatures } from '../emit/dense/strassen.js';
import type { FieldNode } from '../ir/field.js';
import { lowerGraph } from '../lower/index.js';
import { pixelsOf } from '../memory/address.js';
import { tileStrips } from '../schedule/tile.js';
import { loweredOn, type Segment } from './segments.js';

/** All nodes of a field graph, including those inside of steps, each with its inputs. */
const all = (
  nodes: readonly FieldNode[],
): readonly { readonly node: FieldNode; readonly reads: readonly FieldNode[] }[] =>
  nodes.flatMap((node) => [
    { node, reads: node.inputs.map((input) => nodes[input]) },
    ...(node.op.op === 'scan' ? all(node.op.body.nodes) : []),
  ]);

/** Whether a convolution computes four lines together. */
const sharesLines = ({ op, extent: { grid } }: FieldNode): boolean =>
  op.op === 'conv' && grid !== undefined && isWinograd(op, grid);

/** Whether a layer computes pairs of pixels of a tile together. */
const sharesPixels = ({ op, extent: { grid } }: FieldNode): boolean =>
  op.op === 'dense' && grid !== undefined && isStrassen(op, { most: tileStrips }, pixelsOf(grid));

/** Whether a convolution is a roll, with a window of zeros and a one. */
const isRoll = (node: FieldNode, reads: readonly FieldNode[]): boolean =>
  node.op.op === 'conv' &&
  node.op.depthwise &&
  reads[1].op.op === 'leaf' &&
  reads[1].op.source.kind === 'constant' &&
  node.op.boundary === 'circular';

/** Sentences on segments, each once; none if nothing spreads. */
export const spreadsOf = (segments: readonly Segment[]): readonly string[] => {
  const nodes = segments.flatMap(({ graph, pixels }) =>
    pixels === undefined ? [] : all(lowerGraph(graph, loweredOn(pixels), true).builder.nodes),
  );
  return [
    ...(nodes.some(({ node }) => sharesLines(node))
      ? [
          `fused convolutions of ${leastWinogradChannels} channels and more take four lines together: a NaN or an infinity in one ` +
            'reaches up to two lines beyond the window',
        ]
      : []),
    ...(nodes.some(({ node }) => sharesPixels(node))
      ? [
          `fused dense layers of ${leastStrassenFeatures} features and more take two pixels together: a NaN or an infinity in one ` +
            'reaches the other, 32 further in its tile of 64',
        ]
      : []),
    ...(nodes.some(({ node, reads }) => isRoll(node, reads))
      ? [
          'fused rolls are windows of zeros and a one: a NaN or an infinity at one site reaches those beside it, as far as the ' +
            'roll goes',
        ]
      : []),
  ];
};
