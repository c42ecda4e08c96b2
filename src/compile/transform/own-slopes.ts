/** Derivatives of each entry of a value by the same entry of a variable, in forward mode: the diagonal of the Jacobian. */

import { dilationOf, extentsOf, leadOf, sidesOf } from '../../dsl/kernel.js';
import type { OpOf } from '../../dsl/op.js';
import { type Shape, sameShape } from '../../dsl/shape.js';
import { type Expr, isPrimitive, shapeOf, type Tensor, tensor } from '../../dsl/tensor.js';
import { affine, alongLast, by, filled, mul, reshape, sum, total, where } from './raw.js';
import type { Tangent } from './rules/jvp-rules.js';
import { type LinearMap, mapTangent, zipDerivatives } from './rules/pointwise.js';

/**
 * The slope of each value by each variable, entry by entry, and undefined where it is zero. Paths through other entries
 * count as zero, but a convolution's own tap: so this is exact for pointwise functions, and for the diagonal of one
 * convolution among them. A scalar stands for the same slope at every entry.
 */
export const ownSlopes = (
  values: readonly Tensor[],
  variables: readonly Tensor[],
): readonly (readonly Tangent[])[] => {
  const columns = variables.map((variable) => {
    const known = slopesBy(variable);
    return values.map((value) => known(value.expr));
  });
  return values.map((_, i) => columns.map((column) => column[i]));
};

const slopesBy = (variable: Tensor): ((expr: Expr) => Tangent) => {
  const shape = shapeOf(variable);
  const known = new Map<Expr, Tangent>([[variable.expr, filled(1, [])]]);
  return (root) => {
    // Iterative, since an expression may be deeper than the stack.
    const open: Expr[] = [root];
    while (open.length > 0) {
      const expr = open[open.length - 1];
      const unknown = known.has(expr) ? [] : expr.inputs.filter((input) => !known.has(input));
      if (unknown.length > 0) {
        open.push(...unknown);
        continue;
      }
      open.pop();
      if (!known.has(expr))
        known.set(
          expr,
          slopeOf(expr, shape, (input) => known.get(input)),
        );
    }
    return known.get(root);
  };
};

const slopeOf = (expr: Expr, shape: Shape, of: (input: Expr) => Tangent): Tangent => {
  const { op, inputs, facts } = expr;
  const slopes = inputs.map(of);
  if (!sameShape(facts.shape, shape) || slopes.every((slope) => slope === undefined) || !isPrimitive(op))
    return undefined;
  const given = inputs.map((input): Tensor => tensor(input));
  switch (op.op) {
    case 'zip': {
      const by = zipDerivatives(op.fn, given[0], given[1], tensor(expr));
      const along = (derivative: LinearMap, slope: Tangent): Tangent =>
        slope === undefined ? undefined : withoutOne(derivative(slope));
      return by === undefined ? undefined : sum(along(by.a, slopes[0]), along(by.b, slopes[1]));
    }
    case 'map':
      return slopes[0] === undefined
        ? undefined
        : optional(mapTangent(op.fn, given[0], tensor(expr), slopes[0]), withoutOne);
    case 'affine':
      return slopes[0] === undefined ? undefined : scaled(op.scale, slopes[0]);
    case 'where':
      return where(given[0], slopes[1] ?? filled(0, []), slopes[2] ?? filled(0, []));
    case 'conv':
      return throughOwnTap(op, given[1], slopes, shape);
    case 'dense':
      return throughOwnTap(
        { op: 'conv', boundary: 'zero', stride: [], depthwise: false },
        given[1],
        slopes,
        shape,
      );
    default:
      return undefined;
  }
};

const optional = (x: Tangent, f: (x: Tensor) => Tensor): Tangent => (x === undefined ? undefined : f(x));

/** The number that a tensor is everywhere, if it is written as one. */
const numberOf = ({ expr: { op, facts } }: Tensor): number | undefined =>
  op.op === 'constant' && facts.shape.length === 0 && typeof op.value === 'number' ? op.value : undefined;

/** A number times a slope; a slope that is the same number everywhere stays a number. */
export const scaled = (factor: number, x: Tensor): Tensor => {
  const value = numberOf(x);
  return value === undefined ? affine(factor, x) : filled(factor * value, []);
};

/** A product, or only its second factor if the first is the constant 1, since most paths begin with slope 1. */
const withoutOne = (x: Tensor): Tensor => {
  const { op, inputs } = x.expr;
  return op.op === 'zip' && op.fn === 'mul' && numberOf(tensor(inputs[0])) === 1 ? tensor(inputs[1]) : x;
};

/** The slope through the kernel's tap at the entry itself, if there is one. */
const throughOwnTap = (
  op: OpOf<'conv'>,
  weight: Tensor,
  [slope]: readonly Tangent[],
  shape: Shape,
): Tangent => {
  const sizes = shapeOf(weight);
  const sides = sidesOf(sizes);
  const dilation = dilationOf(op);
  const taps = extentsOf(op, sides).map((extent, axis) => leadOf(op.boundary, extent) / dilation[axis]);
  if (slope === undefined || op.stride.some((n) => n !== 1) || !taps.every(Number.isInteger))
    return undefined;
  const [inputs, outputs] = sizes.slice(-2);
  const channels = shape[shape.length - 1];
  const tap = reshape(
    [inputs, outputs],
    by({ op: 'slice', begin: [...taps, 0, 0], size: [...sides.map(() => 1), inputs, outputs] }, weight),
  );
  // Depthwise there is one kernel a channel; else output o reads itself as the input o of its group, from o's group on.
  const own = op.depthwise
    ? reshape([channels], tap)
    : total(
        [0],
        mul(
          tap,
          by({
            op: 'constant',
            shape: [inputs, outputs],
            value: Array.from({ length: inputs * outputs }, (_, n) =>
              Math.floor(n / outputs) === (n % outputs) % inputs ? 1 : 0,
            ),
          }),
        ),
      );
  return withoutOne(mul(slope, alongLast(shape, own)));
};
