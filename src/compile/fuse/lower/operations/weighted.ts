/** Lowering of linear maps: dense layers, convolutions, the spectrum. */

import { dilationOf, marginsOf, sidesOf } from '../../../../dsl/kernel.js';
import type { Boundary, OpOf } from '../../../../dsl/op.js';
import { bins, type Shape } from '../../../../dsl/shape.js';
import type { FieldBuilder } from '../../ir/builder.js';
import type { Along, FieldOp, Window } from '../../ir/field.js';
import { along, type Layout, ofSamples, onGrid, plain, resized } from '../../ir/layout.js';
import { insideOf } from '../../ir/window.js';
import { extentOf, inAxisOrder, type Lowered, notFused, type Result } from '../value.js';
import { asWindowed, depthSlice, pairOf } from './pixels.js';

/** A dense layer as a product by names: values [outer, count, inner] times weights [count, to]. */
const productOf = ({ outer, count, inner }: Along, to: number): FieldOp => ({
  op: 'einsum',
  sizes: [outer, count, inner, to],
  a: { dims: [0, 1, 2], sites: [] },
  b: { dims: [1, 3], sites: [] },
  out: { dims: [0, 3, 2], sites: [] },
});

/** `asProduct`: the list is as long as values of a program, not as its weights. */
export const lowerDense = (
  b: FieldBuilder,
  [x, y, bias]: readonly Lowered[],
  to: number,
  asProduct = false,
): Result => {
  const axis = x.layout.axes.length - 1;
  const middle = along(x.layout, axis);
  if (middle === undefined) return notFused('a dense layer along pixels');
  if (onGrid(y.layout))
    return notFused(ofSamples(y.layout) ? 'its weights differ between samples' : 'its weights have pixels');
  const layout = resized(x.layout, axis, to);
  const weights = inAxisOrder(b, y).node;
  const node = b.add(
    asProduct ? productOf(middle, to) : { op: 'dense', ...middle, to, transposed: false },
    [x.node, weights],
    extentOf(layout),
  );
  return biased(b, { node, layout }, bias);
};

export const lowerConv = (
  b: FieldBuilder,
  op: OpOf<'conv'>,
  [x, y, bias]: readonly Lowered[],
  { weight, result, field: shape }: { readonly weight: Shape; readonly result: Shape; readonly field: Shape },
): Result => {
  const sides = sidesOf(weight);
  if (onGrid(y.layout)) return notFused('its weights have pixels');
  const field = asWindowed(b, x, sides.length);
  const [height, width] = pairOf(sides);
  const [channels, to] = weight.slice(-2);
  const from = channels * (op.groups ?? 1);
  const stride = pairOf(op.stride);
  const dilation = pairOf(dilationOf(op));
  const depth = sides.length === 3 ? result[0] : undefined;
  const window: Window = {
    height,
    width,
    from,
    to,
    depthwise: op.depthwise,
    boundary: op.boundary,
    ...(stride.every((step) => step === 1) ? {} : { stride }),
    ...(dilation.every((apart) => apart === 1) ? {} : { dilation }),
    ...(op.groups === undefined || op.groups === 1 ? {} : { groups: op.groups }),
    ...(depth === undefined || depth === 1 ? {} : { outer: depth }),
  };
  const layout: Layout =
    depth === undefined
      ? plain(result, sides.length)
      : { dims: [depth, result[3]], axes: field.layout.axes, pixels: result.slice(1, 3) };
  const weights = inAxisOrder(b, y).node;
  const extent = extentOf(layout);
  if (depth === undefined)
    return biased(b, { node: b.add({ op: 'conv', ...window }, [field.node, weights], extent), layout }, bias);
  // a volume: the sum of a convolution of its planes for each tap along its depth
  const [before, after] = marginsOf(op, shape.slice(0, -1), sides)[0];
  const whole = deepened(b, field, before, after, op.boundary);
  const inner = height * width * channels * to;
  const taps = Array.from({ length: sides[0] }, (_, tap) => {
    const planes = depthSlice(b, whole, tap * dilationOf(op)[0], depth, op.stride[0]);
    const slice = { op: 'slicePlanes', outer: 1, count: sides[0], inner, begin: tap, size: 1 } as const;
    const own = sides[0] === 1 ? weights : b.add(slice, [weights], { planes: inner, grid: undefined });
    return b.add({ op: 'conv', ...window }, [planes.node, own], extent);
  });
  return biased(b, { node: taps.reduce((sum, tap) => b.zip('add', sum, tap)), layout }, bias);
};

/** A volume with the planes before its first and after its last plane. */
const deepened = (
  b: FieldBuilder,
  x: Lowered,
  before: number,
  after: number,
  boundary: Boundary,
): Lowered => {
  if (before + after === 0) return x;
  const [depth, channels] = x.layout.dims;
  const layout = resized(x.layout, 0, before + depth + after);
  const source = typeof boundary === 'object' ? boundary.fixed : 0;
  const plane = (place: number): number => {
    const within = insideOf(place, depth, boundary);
    return within === undefined
      ? b.add(
          { op: 'leaf', source: { kind: 'constant', value: source } },
          [],
          extentOf(resized(x.layout, 0, 1)),
        )
      : depthSlice(b, x, within, 1, 1).node;
  };
  const outside = (count: number, first: number): number[] =>
    Array.from({ length: count }, (_, i) => plane(first + i));
  const parts = [...outside(before, -before), x.node, ...outside(after, depth)];
  const sizes = parts.map((_, i) => (i === before ? depth : 1));
  return {
    node: b.add({ op: 'concatPlanes', outer: 1, inner: channels, sizes }, parts, extentOf(layout)),
    layout,
  };
};

/** A transposed convolution is the adjoint of one with the same stride and no boundary. */
export const lowerConvTranspose = (
  b: FieldBuilder,
  op: OpOf<'convTranspose'>,
  [x, y, bias]: readonly Lowered[],
  { weight, result }: { readonly weight: Shape; readonly result: Shape },
): Result => {
  const sides = sidesOf(weight);
  if (onGrid(y.layout)) return notFused('its weights have pixels');
  const field = asWindowed(b, x, sides.length);
  const [height, width] = pairOf(sides);
  // weights are [sides..., out, in]
  const [from, to] = weight.slice(-2);
  const stride = pairOf(op.stride);
  const window: Window = {
    height,
    width,
    from,
    to,
    depthwise: false,
    boundary: 'none',
    ...(stride.every((step) => step === 1) ? {} : { stride }),
  };
  const weights = inAxisOrder(b, y).node;
  const layout = plain(result, sides.length);
  if (sides.length === 3)
    return biased(b, spreadInDepth(b, op, field, window, weights, { sides, result }), bias);
  const node = b.add({ op: 'convInput', ...window }, [field.node, weights], extentOf(layout));
  return biased(b, { node, layout }, bias);
};

/**
 * In a volume each plane spreads through each tap along the depth. Tap q stride + r leads q blocks of a stride
 * further, to the r-th plane there. Planes of the same r are added, and blocks are merged plane by plane.
 */
const spreadInDepth = (
  b: FieldBuilder,
  { stride: [step] }: OpOf<'convTranspose'>,
  field: Lowered,
  window: Window,
  weights: number,
  { sides: [taps], result }: { readonly sides: Shape; readonly result: Shape },
): Lowered => {
  const [depth] = field.layout.dims;
  const { from, to } = window;
  const inner = window.height * window.width * from * to;
  const planes = (count: number): Layout => ({
    dims: [count, from],
    axes: field.layout.axes,
    pixels: result.slice(1, 3),
  });
  const behind = Math.ceil(taps / step) - 1;
  const rows = depth + behind;
  const zeros = (count: number): number =>
    b.add({ op: 'leaf', source: { kind: 'constant', value: 0 } }, [], extentOf(planes(count)));
  const spread = (tap: number): number => {
    const slice = { op: 'slicePlanes', outer: 1, count: taps, inner, begin: tap, size: 1 } as const;
    const own = taps === 1 ? weights : b.add(slice, [weights], { planes: inner, grid: undefined });
    const outer = depth === 1 ? {} : { outer: depth };
    return b.add({ op: 'convInput', ...window, ...outer }, [field.node, own], extentOf(planes(depth)));
  };
  const moved = (tap: number): number => {
    const before = Math.floor(tap / step);
    const sizes = [before, depth, behind - before];
    const parts = sizes.flatMap((size, i) => (size === 0 ? [] : [i === 1 ? spread(tap) : zeros(size)]));
    const joined = { op: 'concatPlanes', outer: 1, inner: from, sizes: sizes.filter((n) => n > 0) } as const;
    return parts.length === 1 ? parts[0] : b.add(joined, parts, extentOf(planes(rows)));
  };
  const met = Array.from({ length: step }, (_, r) =>
    r >= taps
      ? zeros(rows)
      : Array.from({ length: Math.ceil((taps - r) / step) }, (_, q) => moved(q * step + r)).reduce(
          (sum, part) => b.zip('add', sum, part),
        ),
  );
  const blocks = { op: 'concatPlanes', outer: rows, inner: from, sizes: met.map(() => 1) } as const;
  const node = step === 1 ? met[0] : b.add(blocks, met, extentOf(planes(rows * step)));
  return depthSlice(b, { node, layout: planes(rows * step) }, 0, result[0], 1);
};

/** Adds a bias along the last axis, repeated for the dimensions before and after it. */
const biased = (b: FieldBuilder, product: Lowered, bias: Lowered | undefined): Lowered => {
  if (bias === undefined) return product;
  const { layout } = product;
  const middle = along(layout, layout.axes.length - 1);
  if (middle === undefined) return product;
  return { node: b.zip('add', product.node, onPlanes(b, bias.node, middle)), layout };
};

/** `count` numbers as one number for each plane. */
export const onPlanes = (b: FieldBuilder, list: number, { outer, count, inner }: Along): number => {
  const repeat = (node: number, along: { outer: number; count: number; inner: number }): number =>
    along.count === 1
      ? node
      : b.add({ op: 'repeatPlanes', ...along }, [node], {
          planes: along.outer * along.count * along.inner,
          grid: undefined,
        });
  const each = repeat(list, { outer: 1, count: outer, inner: count });
  return repeat(each, { outer: outer * count, count: inner, inner: 1 });
};

/** A wave at each (time, bin): [T, K]. Angles are reduced before the function, which keeps them exact. */
const fourier = (steps: number, wave: (angle: number) => number): readonly number[] =>
  Array.from({ length: steps * bins(steps) }, (_, i) => {
    const time = Math.floor(i / bins(steps));
    const bin = i % bins(steps);
    return wave((2 * Math.PI * ((time * bin) % steps)) / steps);
  });

/** |DFT| as two products with constants and a length, whose gradient at zero is zero. */
export const lowerSpectrum = (b: FieldBuilder, x: Lowered, steps: number): Result => {
  const middle = along(x.layout, 0);
  if (middle === undefined) return notFused('a spectrum along pixels');
  const layout = resized(x.layout, 0, bins(steps));
  const part = (wave: (angle: number) => number): number => {
    const weight = b.add({ op: 'leaf', source: { kind: 'constant', value: fourier(steps, wave) } }, [], {
      planes: steps * bins(steps),
      grid: undefined,
    });
    return b.add(
      { op: 'dense', ...middle, to: bins(steps), transposed: false },
      [x.node, weight],
      extentOf(layout),
    );
  };
  const [re, im] = [part(Math.cos), part((angle) => -Math.sin(angle))];
  return { node: b.add({ op: 'length' }, [re, im], extentOf(layout)), layout };
};
