/** Dependence backwards through one operation: from elements of its value to those of its inputs. */

import { sidesOf } from '../../dsl/kernel.js';
import type { Op, OpOf } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { bodyOf } from '../../dsl/shape-rules.js';
import { linksOf } from './links.js';
import { both, empty, type Mask, plain, some, spread, strides, type Walk } from './mask.js';
import { type Taps, taps, transposedTaps } from './window.js';

/** The inputs of an operation: shapes, and elements that may differ from zero. */
export interface DependenceInputs {
  readonly shapes: readonly Shape[];
  /** Elements that may be nonzero; undefined: all may be. */
  readonly supports: readonly (Mask | undefined)[];
}

/**
 * The elements of each input that these elements of the value depend on. Inputs that are weights have none: nothing
 * of a sample ever enters there.
 *
 * @param result elements of the value, of shape `shape`
 */
export const dependence = (
  op: Op,
  sources: DependenceInputs,
  shape: Shape,
  result: Mask,
): readonly (Mask | undefined)[] => {
  const { shapes, supports } = sources;
  const [x] = shapes;
  if (op.op === 'affine' && op.scale === 0) return [];
  const links = linksOf(op, shapes, shape);
  if (links !== undefined)
    return links.map(({ box, result: a, source: b, input }) => {
      const mask = empty(shapes[input]);
      spread(box, result, a, mask, b);
      return mask;
    });
  switch (op.op) {
    case 'zip':
      return zip(op, sources, result);
    case 'where':
      return shapes.map((each) => fitted(result, each));
    case 'conv':
      return [convolution(op, sources, shape, result)];
    case 'pool':
      return [eachChannel(windows(op.size, op, 'none', x, shape), [x[x.length - 1], 1], x, shape, result)];
    case 'convTranspose': {
      const rank = x.length - 1;
      const along = x
        .slice(0, rank)
        .map((n, axis) => transposedTaps(n, shape[axis], shapes[1][axis], op.stride[axis]));
      return [allChannels(along, x, shape, result, undefined)];
    }
    case 'dense':
      return [dense(supports[1], x, shape, result)];
    case 'gather':
      return [numbered(op.axis, op.indices, x, shape, result, false)];
    case 'scatter':
      return [numbered(op.axis, op.indices, x, shape, result, true)];
    case 'fourier':
      return [fourier(op, x, shape, result)];
    case 'spectrum':
      return [spectrum(x, shape, result)];
    case 'recurrence':
      return recurrence(op, shapes, result);
    default:
      return [];
  }
};

/** A scalar beside a field takes part if any element of the field does. */
const fitted = (mask: Mask, shape: Shape): Mask =>
  shape.length === 0 && mask.length > 1 ? Uint8Array.of(some(mask) ? 1 : 0) : mask;

/** A product with a zero depends on nothing. */
const zip = ({ fn }: OpOf<'zip'>, { shapes, supports }: DependenceInputs, result: Mask): readonly Mask[] => {
  const held = (support: Mask | undefined, size: number): Mask => {
    if (support === undefined) return result;
    return both(result, support.length === size ? support : new Uint8Array(size).fill(support[0]));
  };
  const byA = fn === 'mul' ? held(supports[1], result.length) : result;
  const byB = fn === 'mul' || fn === 'div' ? held(supports[0], result.length) : result;
  return [fitted(byA, shapes[0]), fitted(byB, shapes[1])];
};

const windows = (
  kernel: Shape,
  { stride, dilation }: { readonly stride: Shape; readonly dilation?: Shape },
  boundary: OpOf<'conv'>['boundary'],
  x: Shape,
  shape: Shape,
): readonly Taps[] =>
  x
    .slice(0, -1)
    .map((n, axis) => taps(n, shape[axis], kernel[axis], stride[axis], boundary, dilation?.[axis]));

const convolution = (
  op: OpOf<'conv'>,
  { shapes: [x, weight], supports: [, support] }: DependenceInputs,
  shape: Shape,
  result: Mask,
): Mask => {
  const along = windows(sidesOf(weight), op, op.boundary, x, shape);
  const [inside, outside] = weight.slice(-2);
  return op.depthwise
    ? eachChannel(along, [inside, outside], x, shape, result, support)
    : op.groups !== undefined
      ? eachGroup(along, inside, op.groups, x, shape, result, support)
      : allChannels(along, x, shape, result, support);
};

/**
 * Calls `visit(window, tap, site)` with flat indices, for every window of a field that `wanted` accepts and each of
 * its taps that reads a site.
 */
const eachTap = (
  along: readonly Taps[],
  spatial: Shape,
  wanted: (window: number) => boolean,
  visit: (window: number, tap: number, site: number) => void,
): void => {
  // A line or a plane is a volume whose first axes have one site, read by one tap.
  const [planes, rows, columns]: readonly Taps[] = [...Array<Taps>(3 - along.length).fill([[0]]), ...along];
  const [height, width] = along.length === 1 ? [1, spatial[0]] : spatial.slice(-2);
  for (let h = 0; h < planes.length; h++)
    for (let i = 0; i < rows.length; i++)
      for (let j = 0; j < columns.length; j++) {
        const window = (h * rows.length + i) * columns.length + j;
        if (!wanted(window)) continue;
        for (let d = 0; d < planes[h].length; d++) {
          if (planes[h][d] < 0) continue;
          for (let a = 0; a < rows[i].length; a++) {
            if (rows[i][a] < 0) continue;
            for (let b = 0; b < columns[j].length; b++)
              if (columns[j][b] >= 0)
                visit(
                  window,
                  (d * rows[i].length + a) * columns[j].length + b,
                  (planes[h][d] * height + rows[i][a]) * width + columns[j][b],
                );
          }
        }
      }
};

/** Windows with a wanted result. */
const wantedIn =
  (result: Mask, outside: number) =>
  (window: number): boolean =>
    result.subarray(window * outside, (window + 1) * outside).includes(1);

/** A window in which every channel feeds every channel, unless the weight is known to be zero. */
const allChannels = (
  along: readonly Taps[],
  x: Shape,
  shape: Shape,
  result: Mask,
  support: Mask | undefined,
): Mask => {
  const inside = x[x.length - 1];
  const outside = shape[shape.length - 1];
  const mask = empty(x);
  eachTap(along, x.slice(0, -1), wantedIn(result, outside), (window, tap, site) => {
    if (support === undefined) {
      mask.fill(1, site * inside, (site + 1) * inside);
      return;
    }
    for (let c = 0; c < inside; c++)
      for (let d = 0; d < outside; d++)
        mask[site * inside + c] |= result[window * outside + d] & support[(tap * inside + c) * outside + d];
  });
  return mask;
};

/** A window of each channel by itself; channel c feeds results c * multiplier and following. */
const eachChannel = (
  along: readonly Taps[],
  [inside, multiplier]: readonly [number, number],
  x: Shape,
  shape: Shape,
  result: Mask,
  support?: Mask,
): Mask => {
  const outside = shape[shape.length - 1];
  const mask = empty(x);
  eachTap(along, x.slice(0, -1), wantedIn(result, outside), (window, tap, site) => {
    for (let d = 0; d < outside; d++) {
      const c = Math.floor(d / multiplier);
      mask[site * inside + c] |= result[window * outside + d] & (support?.[tap * outside + d] ?? 1);
    }
  });
  return mask;
};

/** A window of each group by itself: `inside` channels of each feed its run of the result. */
const eachGroup = (
  along: readonly Taps[],
  inside: number,
  groups: number,
  x: Shape,
  shape: Shape,
  result: Mask,
  support: Mask | undefined,
): Mask => {
  const channels = inside * groups;
  const outside = shape[shape.length - 1];
  const mask = empty(x);
  eachTap(along, x.slice(0, -1), wantedIn(result, outside), (window, tap, site) => {
    for (let d = 0; d < outside; d++) {
      if (result[window * outside + d] === 0) continue;
      const first = Math.floor(d / (outside / groups)) * inside;
      for (let c = 0; c < inside; c++)
        mask[site * channels + first + c] |= support?.[(tap * inside + c) * outside + d] ?? 1;
    }
  });
  return mask;
};

const dense = (support: Mask | undefined, x: Shape, shape: Shape, result: Mask): Mask => {
  const inside = x[x.length - 1];
  const outside = shape[shape.length - 1];
  const mask = empty(x);
  for (let row = 0; row < volume(x.slice(0, -1)); row++) {
    const wanted = result.subarray(row * outside, (row + 1) * outside);
    if (!wanted.includes(1)) continue;
    for (let c = 0; c < inside; c++)
      mask[row * inside + c] =
        support === undefined || wanted.some((value, d) => value === 1 && support[c * outside + d] === 1)
          ? 1
          : 0;
  }
  return mask;
};

/** Entry i along the axis goes with entry indices[i]: of the input where it is gathered, of the result where it is added up. */
const numbered = (
  axis: number,
  indices: Shape,
  x: Shape,
  shape: Shape,
  result: Mask,
  added: boolean,
): Mask => {
  const [outer, inner] = [volume(x.slice(0, axis)), volume(x.slice(axis + 1))];
  const mask = empty(x);
  for (let o = 0; o < outer; o++)
    for (const [i, index] of indices.entries()) {
      const [source, target] = added ? [i, index] : [index, i];
      const [from, to] = [(o * x[axis] + source) * inner, (o * shape[axis] + target) * inner];
      for (let k = 0; k < inner; k++) mask[from + k] |= result[to + k];
    }
  return mask;
};

/** Every mode is made of every number along the axes, and of both parts of a complex one. */
const fourier = (op: OpOf<'fourier'>, x: Shape, shape: Shape, result: Mask): Mask => {
  const body = bodyOf(op, x);
  const collapsed = body.map((n, axis) => (op.axes.includes(axis) ? 1 : n));
  const steps = strides(collapsed).map((step, axis) => (op.axes.includes(axis) ? 0 : step));
  const walk = (of: Shape): Walk => ({ offset: 0, steps: of.length > body.length ? [...steps, 0] : steps });
  const seen = empty(collapsed);
  spread(shape, result, plain(shape), seen, walk(shape));
  const mask = empty(x);
  spread(x, seen, walk(x), mask, plain(x));
  return mask;
};

/** Every bin is made of every time. */
const spectrum = (x: Shape, shape: Shape, result: Mask): Mask => {
  const sites = volume(x.slice(1));
  const mask = empty(x);
  for (let site = 0; site < sites; site++) {
    const seen = Array.from({ length: shape[0] }, (_, bin) => result[bin * sites + site]).includes(1);
    if (seen) for (let t = 0; t < x[0]; t++) mask[t * sites + site] = 1;
  }
  return mask;
};

/** h[t] = a[t] h[t-1] + b[t], from the last time to the first; without an initial value a[0] multiplies zero. */
const recurrence = (
  op: OpOf<'recurrence'>,
  [factors, inputs, initial]: readonly Shape[],
  result: Mask,
): readonly Mask[] => {
  const state = volume(inputs.slice(1));
  const n = op.kind === 'diagonal' ? 1 : inputs[inputs.length - 1];
  const a = empty(factors);
  const b = empty(inputs);
  let h = new Uint8Array(state);
  for (let t = inputs[0] - 1; t >= 0; t--) {
    const earlier = new Uint8Array(state);
    for (let i = 0; i < state; i++) {
      if ((result[t * state + i] | h[i]) === 0) continue;
      b[t * state + i] = 1;
      if (t === 0 && initial === undefined) continue;
      const row = (t * state + i) * n;
      a.fill(1, row, row + n);
      const block = i - (i % n);
      earlier.fill(1, block, block + n);
    }
    h = earlier;
  }
  return initial === undefined ? [a, b] : [a, b, h];
};
