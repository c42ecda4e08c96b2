/** Lowering of linear maps: dense layers, convolutions, the spectrum. */

import type { OpOf } from '../../../dsl/op.js';
import { bins, type Shape } from '../../../dsl/shape.js';
import type { FieldBuilder } from '../ir/builder.js';
import { along, onGrid, plain, resized, sameLayout } from '../ir/layout.js';
import { extentOf, inAxisOrder, type Lowered, notFused, type Result } from './value.js';

export const lowerDense = (b: FieldBuilder, [x, y, bias]: readonly Lowered[], to: number): Result => {
  const axis = x.layout.axes.length - 1;
  const middle = along(x.layout, axis);
  if (middle === undefined) return notFused('a dense layer along pixels');
  if (onGrid(y.layout)) return notFused('its weights have pixels');
  const layout = resized(x.layout, axis, to);
  const node = b.add(
    { op: 'dense', ...middle, to, transposed: false },
    [x.node, inAxisOrder(b, y).node],
    extentOf(layout),
  );
  return biased(b, { node, layout }, bias);
};

export const lowerConv = (
  b: FieldBuilder,
  op: OpOf<'conv'>,
  [x, y, bias]: readonly Lowered[],
  { weight, result, grid }: { readonly weight: Shape; readonly result: Shape; readonly grid: Shape },
): Result => {
  if (op.boundary === 'none') return notFused("the boundary 'none' makes the field smaller");
  if (op.stride.some((step) => step !== 1)) return notFused('a stride makes the field smaller');
  if (op.dilation !== undefined) return notFused('a dilated convolution has no fused kernel');
  if (op.groups !== undefined) return notFused('a convolution in groups has no fused kernel');
  if (weight.length > 4) return notFused('a convolution of volumes has no fused kernel');
  if (!onGrid(x.layout) || weight.length !== grid.length + 2)
    return notFused('a convolution over other axes than the grid');
  if (onGrid(y.layout)) return notFused('its weights have pixels');
  const field = inAxisOrder(b, x);
  // sizes do not show whether a transpose moved the pixels: in a cube all axes are as long as the grid's
  if (!sameLayout(field.layout, plain([...grid, field.layout.dims[0]], grid.length)))
    return notFused('a convolution along axes that are not the pixels');
  const [height, width] = grid.length === 2 ? weight : [1, weight[0]];
  const [from, to] = weight.slice(-2);
  const layout = plain(result, grid.length);
  const node = b.add(
    { op: 'conv', height, width, from, to, depthwise: op.depthwise, boundary: op.boundary },
    [field.node, inAxisOrder(b, y).node],
    extentOf(layout),
  );
  return biased(b, { node, layout }, bias);
};

/** Adds a bias along the last axis, repeated for the dimensions before and after it. */
const biased = (b: FieldBuilder, product: Lowered, bias: Lowered | undefined): Lowered => {
  if (bias === undefined) return product;
  const { layout } = product;
  const middle = along(layout, layout.axes.length - 1);
  if (middle === undefined) return product;
  const { outer, count, inner } = middle;
  const repeat = (node: number, along: { outer: number; count: number; inner: number }): number =>
    along.count === 1
      ? node
      : b.add({ op: 'repeatPlanes', ...along }, [node], {
          planes: along.outer * along.count * along.inner,
          grid: false,
        });
  const each = repeat(bias.node, { outer: 1, count: outer, inner: count });
  const all = repeat(each, { outer: outer * count, count: inner, inner: 1 });
  return { node: b.zip('add', product.node, all), layout };
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
      grid: false,
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
