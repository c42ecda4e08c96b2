/** From one operation of a field graph to instructions: which kernel, with which addresses. */

import type { Along, FieldNode } from '../ir/field.js';
import { crossEntropy, firstMax, reducePlanes } from '../kernels/move.js';
import { sumPlanes } from '../kernels/sums.js';
import type { Instruction } from '../memory/address.js';
import type { Kernel } from '../memory/arena.js';
import { copyRunsOf } from '../memory/copy-runs.js';
import { emitConv, emitConvInput } from './convolution.js';
import { emitConvWeight } from './convolution-weight.js';
import { emitDense, emitDenseWeight, emitDenseWeightWhole } from './dense.js';
import { type EmitContext, emitAddOnto, extentIn, type Operand, zero } from './emitting.js';
import { emitOnLists } from './list-operations.js';
import { copyRun, emitSum } from './planes.js';

/** A kernel along the middle of planes. Its operands are as large as the first, or as `small`, which has no middle. */
const alongMiddle = (
  { outer, count, inner }: Along,
  run: Kernel,
  operands: readonly Operand[],
  small: Operand,
  e: EmitContext,
): Instruction => {
  const { vectors, strips } = extentIn(e);
  const { plane, strip } = operands[0].address;
  const smallStrip = small.address.strip;
  return (t) =>
    run(
      ...operands.map(({ address }) => address.at(t)),
      outer,
      count,
      inner,
      plane,
      vectors,
      strips(t),
      strip,
      smallStrip,
    );
};

/** Sums over more planes than this are carried in double precision: mostly sums over time. */
const longSum = 16;

/** The instructions of a node that is not pointwise. */
export const emit = (
  { op }: FieldNode,
  inputs: readonly Operand[],
  out: Operand,
  e: EmitContext,
): readonly Instruction[] => {
  const [x, y, z] = inputs;
  if (!x.extent.grid) {
    const onLists = emitOnLists(op, inputs, out, e);
    if (onLists !== undefined) return onLists;
  }
  switch (op.op) {
    case 'dense':
      return emitDense(op, x, y, out, e);
    case 'denseWeight':
      return e.strips === undefined
        ? emitDenseWeightWhole(op, x, y, out, e)
        : emitDenseWeight(op, x, y, out, e, e.strips);
    case 'conv':
      return emitConv(op, x, y, out, e);
    case 'convInput':
      return emitConvInput(op, x, y, out, e);
    case 'convWeight':
      return emitConvWeight(op, x, y, out, e);
    case 'addOnto':
      return [emitAddOnto(x, out, e)];
    case 'sumPixels':
      return [emitSum(x, out, op.scale, e)];
    case 'sumAll': {
      const run = e.arena.kernel('sumPlanes 1', () => sumPlanes(1));
      const { planes } = x.extent;
      const mask = e.arena.mask(planes % 4 || 4);
      const to = e.doubles(out.node);
      return [(t) => run(x.address.at(t), 0, 0, to, 1, 1, Math.ceil(planes / 4) - 1, mask)];
    }
    case 'reducePlanes': {
      const how = op.fn === 'sum' && op.count > longSum ? 'longSum' : op.fn;
      const run = e.arena.kernel(`reduce ${how}`, () => reducePlanes(how));
      return [alongMiddle(op, run, [x, out], out, e)];
    }
    case 'firstMax': {
      const run = e.arena.kernel('firstMax', firstMax);
      return [alongMiddle(op, run, [x, y, z, out], y, e)];
    }
    case 'repeatPlanes':
      return Array.from({ length: op.count }, (_, k) =>
        copyRun(
          { address: x.address, from: 0, each: op.inner },
          { address: out.address, from: k * op.inner, each: op.count * op.inner },
          op.outer,
          op.inner,
          e,
        ),
      ).flat();
    case 'slicePlanes':
      return copyRun(
        { address: x.address, from: op.begin * op.inner, each: op.count * op.inner },
        { address: out.address, from: 0, each: op.size * op.inner },
        op.outer,
        op.size * op.inner,
        e,
      );
    case 'embedPlanes':
      return [
        zero(out, e),
        ...copyRun(
          { address: x.address, from: 0, each: op.size * op.inner },
          { address: out.address, from: op.begin * op.inner, each: op.count * op.inner },
          op.outer,
          op.size * op.inner,
          e,
        ),
      ];
    case 'rearrange':
      return copyRunsOf(op.order).flatMap(({ from, to, runs, size, fromEach, toEach }) =>
        copyRun(
          { address: x.address, from, each: fromEach },
          { address: out.address, from: to, each: toEach },
          runs,
          size,
          e,
        ),
      );
    case 'concatPlanes': {
      const total = op.sizes.reduce((a, b) => a + b, 0);
      let begin = 0;
      return inputs.flatMap(({ address }, i) => {
        const from = begin;
        begin += op.sizes[i];
        return copyRun(
          { address, from: 0, each: op.sizes[i] * op.inner },
          { address: out.address, from: from * op.inner, each: total * op.inner },
          op.outer,
          op.sizes[i] * op.inner,
          e,
        );
      });
    }
    case 'crossEntropy': {
      const run = e.arena.kernel('crossEntropy', crossEntropy);
      const { strips } = extentIn(e);
      const { labels, scale, weights, total } = e.labels;
      return [
        (t) =>
          run(
            x.address.at(t),
            labels(t),
            out.address.at(t),
            x.extent.planes,
            strips(t),
            scale,
            weights,
            total,
          ),
      ];
    }
    default:
      throw new Error(`${op.op} is not one instruction`);
  }
};
