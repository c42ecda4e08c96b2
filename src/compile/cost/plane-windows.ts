/**
 * The intermediate memory of convolutions and pooling in planes, counted by running them on arrays that have only
 * sizes.
 */

import type { OpOf } from '../../dsl/op.js';
import { type Shape, upsampled, volume, windows } from '../../dsl/shape.js';
import {
  convolveInPlanes,
  convolveTransposedInPlanes,
  type PlaneArrays,
  poolInPlanes,
} from '../plane-windows.js';
import { type Amount, add, none, spread } from './amount.js';
import type { Visit } from './visit.js';

/** An array of these sizes, computed from the field or only from the weight. */
interface Sized {
  readonly shape: Shape;
  readonly ofField: boolean;
  /** The number of its readers, in any shape. */
  readonly reads: { count: number };
}

const sized = (shape: Shape, ofField: boolean): Sized => ({ shape, ofField, reads: { count: 0 } });

/** Numbers computed in a pass from the field, and from the weight. */
interface Made {
  field: number;
  weight: number;
}

/** Intermediate numbers, without the result and the gradients of the inputs. */
export interface OnTheWay {
  readonly forward: Amount;
  readonly backward: Amount;
}

/**
 * Arrays without values. Every operation but a change of shape makes an array forward, and backward one for each
 * input; the gradients of an array with several readers are added up, and the last sum stays.
 */
const counting = (forward: Made, backward: Made): PlaneArrays<Sized> => {
  const count = (made: Made, { shape, ofField }: Sized): void => {
    made[ofField ? 'field' : 'weight'] += volume(shape);
  };
  const made = (shape: Shape, inputs: readonly Sized[]): Sized => {
    const result = sized(
      shape,
      inputs.some(({ ofField }) => ofField),
    );
    count(forward, result);
    for (const input of inputs) {
      count(backward, input);
      input.reads.count += 1;
      if (input.reads.count === 2) count(backward, input);
    }
    return result;
  };
  const resized = (x: Sized, size: number): Sized => made([x.shape[0], size, x.shape[2]], [x]);
  return {
    shapeOf: ({ shape }) => shape,
    reshape: (x, shape) => ({ ...x, shape }),
    transpose: (x, axes) =>
      made(
        axes.map((axis) => x.shape[axis]),
        [x],
      ),
    slice: (x, _, size) => resized(x, size),
    reverse: (x) => resized(x, x.shape[1]),
    pad: (x, [before, after]) => resized(x, x.shape[1] + before + after),
    concat: (parts) =>
      made(
        [parts[0].shape[0], parts.reduce((sum, { shape }) => sum + shape[1], 0), parts[0].shape[2]],
        parts,
      ),
    // The gradient of a sum is the same tensor for both terms.
    add: ({ shape, ofField }) => {
      const result = sized(shape, ofField);
      count(forward, result);
      return result;
    },
    conv: (x, w, stride, depthwise) => {
      const [samples, h, v] = x.shape;
      const [rows, columns, inside, outside] = w.shape;
      return made(
        [
          samples,
          windows(h, rows, stride[0]),
          windows(v, columns, stride[1]),
          depthwise ? inside * outside : outside,
        ],
        [x, w],
      );
    },
    convTranspose: (x, w, stride) => {
      const [samples, h, v] = x.shape;
      const [rows, columns, outside] = w.shape;
      return made(
        [samples, upsampled(h, rows, stride[0]), upsampled(v, columns, stride[1]), outside],
        [x, w],
      );
    },
  };
};

const empty = (): Made => ({ field: 0, weight: 0 });

/** Temporary tensors of a convolution that no engine has directly, or of a transposed one. */
export const convolutionOnTheWay = (
  op: OpOf<'conv'> | OpOf<'convTranspose'>,
  { inputs: [x, w], result }: Visit,
): OnTheWay => {
  const [forward, backward] = [empty(), empty()];
  const on = counting(forward, backward);
  const [field, weight] = [sized([1, ...x.shape], true), sized(w.shape, false)];
  if (op.op === 'conv') convolveInPlanes(on, op, field, weight);
  else convolveTransposedInPlanes(on, op, field, weight);
  const amount = ({ field: ofField, weight }: Made, ofX: number, ofW: number): Amount =>
    add(spread(x, Math.max(0, ofField - ofX)), spread(w, Math.max(0, weight - ofW)));
  return {
    forward: amount(forward, volume(result.shape), 0),
    backward: amount(backward, volume(x.shape), volume(w.shape)),
  };
};

/** Temporary tensors of a pooling of volumes: the pooled planes, before pooling along the depth. */
export const poolOnTheWay = (op: OpOf<'pool'>, { inputs: [x], result }: Visit): Amount => {
  if (op.size.length < 3) return none;
  const made = empty();
  const on = counting(made, empty());
  poolInPlanes(on, op, sized([1, ...x.shape], true), (planes, size, stride) => {
    const [samples, h, w, c] = planes.shape;
    const shape = [samples, windows(h, size[0], stride[0]), windows(w, size[1], stride[1]), c];
    made.field += volume(shape);
    return sized(shape, true);
  });
  return spread(x, made.field - volume(result.shape));
};
