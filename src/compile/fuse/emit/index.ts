/** From one operation of a field graph to instructions: which kernel, with which addresses. */

import type { Along, FieldNode } from '../ir/field.js';
import { moving } from '../list/argument.js';
import type { Argument, Instruction } from '../list/instruction.js';
import { stripBytes } from '../memory/address.js';
import { crossEntropyKernel, firstMaxKernel, reduceKernel } from '../registry/moves.js';
import { sumPlanesKernel } from '../registry/sums.js';
import { emitConv, emitConvInput } from './convolution/convolution.js';
import { emitConvWeight } from './convolution/weight-gradient.js';
import { emitDense, emitDenseWeight, emitDenseWeightWhole } from './dense/dense.js';
import { emitEinsum, emitEinsumPixels } from './einsum.js';
import { type EmitContext, emitAddOnto, gridIn, type Operand, stripsIn, vectorsIn } from './emitting.js';
import { emitOnLists } from './list-operations.js';
import { emitMoments } from './moments.js';
import { emitNoise } from './noise.js';
import { emitConcatPixels, emitGatherPixels, emitPool, emitPoolVjp, emitScatterPixels } from './pixels.js';
import {
  emitConcatPlanes,
  emitEmbedPlanes,
  emitRearrange,
  emitRepeatPlanes,
  emitSlicePlanes,
} from './plane-copies.js';
import { emitEntries, emitSites, emitSum } from './planes.js';

/** The arguments of a kernel along the middle of planes. Its operands are as large as the first, or as `small`. */
const alongMiddle = (
  { outer, count, inner }: Along,
  operands: readonly Operand[],
  small: Operand,
  e: EmitContext,
): readonly Argument[] => {
  const { plane, strip } = operands[0].address;
  return [
    ...operands.map(({ address }) => address.at),
    outer,
    count,
    inner,
    plane,
    vectorsIn(gridIn(operands[0]), e),
    stripsIn(e),
    strip,
    small.address.strip,
  ];
};

/** Sums over more planes than this are carried in double precision: mostly sums over time. */
const longSum = 16;

const emitSumAll = (x: Operand, out: Operand, e: EmitContext): Instruction => {
  const { planes } = x.extent;
  const mask = e.arena.mask(planes % 4 || 4);
  const to = e.doubles(out.node);
  const vectors = Math.ceil(planes / 4) - 1;
  return sumPlanesKernel.call({ scale: 1 }, [x.address.at, 0, 0, to, 1, 1, vectors, mask]);
};

const emitCrossEntropy = (x: Operand, out: Operand, e: EmitContext): Instruction => {
  const { labels, scale, weights, total } = e.labels;
  const { tile } = e;
  const ofTile =
    tile === undefined ? labels : moving(labels, { loop: tile.loop, stride: tile.most * stripBytes });
  return crossEntropyKernel.call({}, [
    x.address.at,
    ofTile,
    out.address.at,
    x.extent.planes,
    stripsIn(e),
    scale,
    weights,
    total,
  ]);
};

/** The instructions of a node that is not pointwise. */
export const emit = (
  { op }: FieldNode,
  inputs: readonly Operand[],
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const [x, y, z] = inputs;
  if (op.op === 'noise') return [emitNoise(op, x, out, e)];
  if (x.extent.grid === undefined) {
    const onLists = emitOnLists(op, inputs, out, e);
    if (onLists !== undefined) return onLists;
  }
  switch (op.op) {
    case 'dense':
      return emitDense(op, x, y, out, e);
    case 'denseWeight':
      return e.tile === undefined
        ? emitDenseWeightWhole(op, x, y, out, e)
        : emitDenseWeight(op, x, y, out, e, e.tile);
    case 'einsum':
      return emitEinsum(op, x, y, out, e);
    case 'einsumPixels':
      return emitEinsumPixels(op, x, y, out, e);
    case 'sites':
      return emitSites(x, out);
    case 'entries':
      return emitEntries(op, x, out, e);
    case 'conv':
      return emitConv(op, x, y, out, e);
    case 'convInput':
      return emitConvInput(op, x, y, out, e);
    case 'convWeight':
      return emitConvWeight(op, x, y, out, e);
    case 'pool':
      return emitPool(op, x, out, e);
    case 'poolVjp':
      return emitPoolVjp(op, inputs, out, e);
    case 'gatherPixels':
      return emitGatherPixels(op, x, out, e);
    case 'scatterPixels':
      return emitScatterPixels(op, x, out, e);
    case 'concatPixels':
      return emitConcatPixels(op, inputs, out, e);
    case 'addOnto':
      return [emitAddOnto(x, out, e)];
    case 'sumPixels':
      return emitSum(x, out, op.scale, e);
    case 'momentSums':
      return [emitMoments(x, out, e)];
    case 'sumAll':
      return [emitSumAll(x, out, e)];
    case 'reducePlanes': {
      const fn = op.fn === 'sum' && op.count > longSum ? 'longSum' : op.fn;
      return [reduceKernel.call({ fn }, alongMiddle(op, [x, out], out, e))];
    }
    case 'firstMax':
      return [firstMaxKernel.call({}, alongMiddle(op, [x, y, z, out], y, e))];
    case 'repeatPlanes':
      return emitRepeatPlanes(op, x, out, e);
    case 'slicePlanes':
      return emitSlicePlanes(op, x, out, e);
    case 'embedPlanes':
      return emitEmbedPlanes(op, x, out, e);
    case 'rearrange':
      return emitRearrange(op, x, out, e);
    case 'concatPlanes':
      return emitConcatPlanes(op, inputs, out, e);
    case 'crossEntropy':
      return [emitCrossEntropy(x, out, e)];
    default:
      throw new Error(`${op.op} is not one instruction`);
  }
};
