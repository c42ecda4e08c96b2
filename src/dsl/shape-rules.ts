/**
 * Shape rules of operations that have parts to check: the shape of the result, from the shapes of the inputs alone, or one
 * sentence about the mistake. `infer.ts` applies them; the rule of einsum is in `einsum-formula.ts`.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { grouped, limits } from '../base/limits.js';
import { extentsOf, marginsOf, sidesOf } from './kernel.js';
import { Boundary, type OpOf } from './op.js';
import { ceilDiv, type Shape, sameShape, showShape, upsampled, volume, windows } from './shape.js';

/** A shape, or one sentence that says why there is none. */
export type CheckedShape = E.Either<string, Shape>;

/** Nothing if the condition holds, else the message. */
export const when = (holds: boolean, message: () => string): E.Either<string, void> =>
  holds ? E.right(undefined) : E.left(message());

/** An axis or a first index must be a whole number, even where types were not checked. */
export const whole = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;

/** Every size must be a whole number of at least 1. */
export const positive = (shape: Shape): CheckedShape =>
  shape.every((n) => whole(n) && n >= 1)
    ? E.right(shape)
    : E.left(
        `every size must be a whole number of at least 1, got ${showShape(shape)}${shape.some((size) => Array.isArray(size)) ? '; sizes are arguments of their own: (4, 4), and () for a single number' : ''}`,
      );

const rank = (shape: Shape, n: number, what: string): E.Either<string, void> =>
  when(shape.length === n, () => `${what} must have ${n} axes, got ${showShape(shape)}`);

/** Why batch norm cannot be used in a step. */
export const noBatchInScan =
  'batch statistics cannot be taken inside the step of a scan; normalise before it, or use standardise';

/** Checks that these are different axes of a shape. */
export const axesOf = (axes: Shape, x: Shape): E.Either<string, void> => {
  const stranger = axes.find((axis) => !(whole(axis) && axis < x.length));
  if (stranger !== undefined) return E.left(`${stranger} is not an axis of ${showShape(x)}, counted from 0`);
  const twice = axes.find((axis, i) => axes.indexOf(axis) < i);
  return when(twice === undefined, () => `axis ${twice} of ${showShape(x)} is given twice`);
};

const biasFits = (bias: Shape | undefined, channels: number): E.Either<string, void> =>
  when(bias === undefined || sameShape(bias, [channels]), () =>
    bias === undefined ? '' : `the bias must be [${channels}], got ${showShape(bias)}`,
  );

export const convShape = (op: OpOf<'conv'>, [x, w, bias]: readonly Shape[]): CheckedShape => {
  const spatial = x.slice(0, -1);
  const [inside, outside] = w.slice(-2);
  const channels = x[x.length - 1];
  const out = op.depthwise ? inside * outside : outside;
  return pipe(
    when(
      x.length === w.length - 1 && spatial.length >= 1 && spatial.length <= 3,
      () =>
        `a field of ${showShape(x)} and a kernel of ${showShape(w)} do not go together; fields are [L,C], [H,W,C] or [D,H,W,C]`,
    ),
    E.flatMap(() => groupsFit(op, channels, outside)),
    E.flatMap(() =>
      when(channels === inside * (op.groups ?? 1), () =>
        op.groups === undefined
          ? `the kernel ${showShape(w)} expects ${inside} channels, got ${showShape(x)}`
          : `the kernel ${showShape(w)} expects ${op.groups} groups of ${inside} channels, got ${showShape(x)}`,
      ),
    ),
    E.flatMap(() => strides(op.stride, spatial)),
    E.flatMap(() => dilationFits(op.dilation, spatial)),
    E.map(() => extentsOf(op, sidesOf(w))),
    E.tap((extents) => boundaryFits(op, spatial, sidesOf(w), extents)),
    E.tap((extents) => marginsHold(op, x, sidesOf(w), extents)),
    E.tap(() => biasFits(bias, out)),
    E.map((extents) => [
      ...spatial.map((n, axis) =>
        op.boundary === 'none' ? windows(n, extents[axis], op.stride[axis]) : ceilDiv(n, op.stride[axis]),
      ),
      out,
    ]),
  );
};

/** The padded field is held in memory, so its axes and its volume are limited. */
const marginsHold = (op: OpOf<'conv'>, x: Shape, sides: Shape, extents: Shape): E.Either<string, void> => {
  const kernel = `a kernel of ${showShape(sides)}${op.dilation === undefined ? '' : ` at a dilation of ${showShape(op.dilation)}`}`;
  const widest = Math.max(...extents);
  const margins = marginsOf(op, x.slice(0, -1), sides);
  const numbers = volume([
    ...margins.map(([before, after], axis) => before + x[axis] + after),
    x.at(-1) ?? 1,
  ]);
  return pipe(
    when(
      widest <= limits.kernelExtent,
      () =>
        `${kernel} spans ${grouped(widest)} sites along an axis, and ${grouped(limits.kernelExtent)} is the limit; dilate it less`,
    ),
    E.flatMap(() =>
      when(
        numbers <= limits.valueNumbers,
        () =>
          `${kernel} needs ${grouped(numbers)} numbers of a field of ${showShape(x)} with its margins, and ${grouped(limits.valueNumbers)} is the limit; dilate it less`,
      ),
    ),
  );
};

const groupsFit = (op: OpOf<'conv'>, channels: number, outside: number): E.Either<string, void> => {
  const { groups } = op;
  if (groups === undefined) return E.right(undefined);
  if (op.depthwise) return E.left('a depthwise convolution takes each channel by itself; it has no groups');
  if (!whole(groups) || groups < 2)
    return E.left(`groups must be a whole number of at least 2, or left out, got ${groups}`);
  return when(
    channels % groups === 0 && outside % groups === 0,
    () => `${groups} groups do not divide ${channels} channels into ${outside}`,
  );
};

const dilationFits = (dilation: Shape | undefined, spatial: Shape): E.Either<string, void> =>
  when(
    dilation === undefined ||
      (dilation.length === spatial.length &&
        dilation.every((d) => whole(d) && d >= 1) &&
        dilation.some((d) => d > 1)),
    () =>
      `the dilation must be ${spatial.length} whole numbers of at least 1, one of them more, or left out, got ${showShape(dilation ?? [])}`,
  );

const strides = (stride: Shape, spatial: Shape): E.Either<string, void> =>
  when(
    stride.length === spatial.length && stride.every((s) => whole(s) && s >= 1),
    () => `the stride must be ${spatial.length} whole numbers of at least 1, got ${showShape(stride)}`,
  );

/**
 * 'reflect' cannot reach beyond the field, 'circular' not beyond one period; without a boundary the kernel must fit.
 */
const boundaryFits = (
  { boundary, dilation }: OpOf<'conv'>,
  spatial: Shape,
  sides: Shape,
  extents: Shape,
): E.Either<string, void> => {
  // A file that runs without type checks may have any word here.
  if (!Boundary.is(boundary)) return E.left(`${JSON.stringify(boundary)} is no boundary: ${Boundary.name}`);
  const reach = extents.map((e) => Math.floor(e / 2));
  const fits = (limit: (n: number) => number): boolean => spatial.every((n, i) => reach[i] <= limit(n));
  const spread = dilation === undefined ? '' : ` at a dilation of ${showShape(dilation)}`;
  if (boundary === 'none')
    return when(
      spatial.every((n, i) => extents[i] <= n),
      () => `a window of ${showShape(sides)}${spread} does not fit a field of ${showShape(spatial)}`,
    );
  if (boundary === 'circular' || boundary === 'reflect') {
    const limit = boundary === 'circular' ? (n: number) => n : (n: number) => n - 1;
    return when(
      fits(limit),
      () =>
        `a kernel of ${showShape(sides)}${spread} is too wide for the ${boundary} boundary of ${showShape(spatial)}`,
    );
  }
  return E.right(undefined);
};

export const transposedShape = (op: OpOf<'convTranspose'>, [x, w, bias]: readonly Shape[]): CheckedShape => {
  const spatial = x.slice(0, -1);
  const [outside, inside] = w.slice(-2);
  return pipe(
    when(
      x.length === w.length - 1 && x.length >= 2 && x.length <= 4,
      () => `a field of ${showShape(x)} and a kernel of ${showShape(w)} do not go together`,
    ),
    E.flatMap(() =>
      when(
        x[x.length - 1] === inside,
        () => `the kernel ${showShape(w)} expects ${inside} channels, got ${showShape(x)}`,
      ),
    ),
    E.flatMap(() => strides(op.stride, spatial)),
    E.flatMap(() => biasFits(bias, outside)),
    E.map(() => [...spatial.map((n, i) => upsampled(n, w[i], op.stride[i])), outside]),
  );
};

export const denseShape = ([x, w, bias]: readonly Shape[]): CheckedShape =>
  pipe(
    rank(w, 2, 'the weight'),
    E.flatMap(() =>
      when(
        x.length >= 1 && x[x.length - 1] === w[0],
        () => `the weight ${showShape(w)} expects ${w[0]} features on the last axis, got ${showShape(x)}`,
      ),
    ),
    E.flatMap(() => biasFits(bias, w[1])),
    E.map(() => [...x.slice(0, -1), w[1]]),
  );

export const poolShape = (op: OpOf<'pool'>, x: Shape): CheckedShape => {
  const spatial = x.slice(0, -1);
  return pipe(
    when(
      x.length >= 2 && x.length <= 4,
      () => `pooling takes fields [L,C], [H,W,C] or [D,H,W,C], got ${showShape(x)}`,
    ),
    E.flatMap(() => strides(op.stride, spatial)),
    E.flatMap(() =>
      when(
        op.size.length === spatial.length && op.size.every((k, i) => whole(k) && k >= 1 && k <= spatial[i]),
        () => `a window of ${showShape(op.size)} does not fit a field of ${showShape(spatial)}`,
      ),
    ),
    E.map(() => [...spatial.map((n, i) => windows(n, op.size[i], op.stride[i])), x[x.length - 1]]),
  );
};

export const concatShape = (op: OpOf<'concat'>, shapes: readonly Shape[]): CheckedShape => {
  const [first] = shapes;
  const others = (shape: Shape): Shape => shape.filter((_, axis) => axis !== op.axis);
  const misfit = shapes.find(
    (shape) => shape.length !== first.length || !sameShape(others(shape), others(first)),
  );
  if (!whole(op.axis) || op.axis >= first.length)
    return E.left(`${op.axis} is not an axis of ${showShape(first)}, counted from 0`);
  if (misfit !== undefined)
    return E.left(`${showShape(misfit)} does not join ${showShape(first)} along axis ${op.axis}`);
  const total = shapes.reduce((sum, shape) => sum + shape[op.axis], 0);
  return E.right(first.map((n, axis) => (axis === op.axis ? total : n)));
};

export const sliceShape = (op: OpOf<'slice'>, x: Shape): CheckedShape =>
  op.begin.length === x.length &&
  op.size.length === x.length &&
  x.every((n, i) => whole(op.begin[i]) && op.begin[i] + op.size[i] <= n)
    ? E.right(op.size)
    : E.left(
        `a box of ${showShape(op.size)} from ${showShape(op.begin)} does not lie inside ${showShape(x)}`,
      );

export const batchNormShape = ([x, ...statistics]: readonly Shape[], inScan: boolean): CheckedShape => {
  const channels = x[x.length - 1];
  if (inScan) return E.left(noBatchInScan);
  const misfit = statistics.find((shape) => !sameShape(shape, [channels]));
  return misfit === undefined
    ? E.right(x)
    : E.left(`scale, shift and statistics must be [${channels}], got ${showShape(misfit)}`);
};

export const recurrenceShape = (op: OpOf<'recurrence'>, [a, b, h0]: readonly Shape[]): CheckedShape => {
  if (b.length < (op.kind === 'diagonal' ? 1 : 2))
    return E.left(`inputs must be ${op.kind === 'diagonal' ? '[T,...]' : '[T,...,n]'}, got ${showShape(b)}`);
  const expected = op.kind === 'diagonal' ? b : [...b, b[b.length - 1]];
  if (!sameShape(a, expected))
    return E.left(
      `the factors must be ${showShape(expected)} for inputs of ${showShape(b)}, got ${showShape(a)}`,
    );
  return h0 === undefined || sameShape(h0, b.slice(1))
    ? E.right(b)
    : E.left(`the initial value must be ${showShape(b.slice(1))}, got ${showShape(h0)}`);
};

/** Sizes without the last axis of a complex value. */
export const bodyOf = ({ from }: OpOf<'fourier'>, x: Shape): Shape =>
  from === 'complex' ? x.slice(0, -1) : x;

export const fourierShape = (op: OpOf<'fourier'>, x: Shape): CheckedShape => {
  const body = bodyOf(op, x);
  return pipe(
    when(
      op.from === 'real' || x.at(-1) === 2,
      () => `a complex value has a last axis of 2, its real and its imaginary part, got ${showShape(x)}`,
    ),
    E.flatMap(() => when(op.axes.length > 0, () => 'it takes at least one axis')),
    E.flatMap(() => axesOf(op.axes, body)),
    E.map(() => (op.to === 'complex' ? [...body, 2] : body)),
  );
};

/** The shape with another size along an axis. */
const withSize = (x: Shape, axis: number, size: number): Shape => x.map((n, i) => (i === axis ? size : n));

const numbered = (indices: Shape, size: number): E.Either<string, void> => {
  const beyond = indices.find((index) => !whole(index) || index >= size);
  return when(beyond === undefined, () => `there is no entry ${beyond} along an axis of ${size}`);
};

/** Every interpreter holds these lists in memory, so they are limited. */
export const countable = (entries: number): E.Either<string, void> =>
  when(
    entries <= limits.numberedEntries,
    () =>
      `it makes ${grouped(entries)} entries along an axis by their numbers, and ${grouped(limits.numberedEntries)} is the limit`,
  );

export const gatherShape = ({ axis, indices }: OpOf<'gather'>, x: Shape): CheckedShape =>
  pipe(
    axesOf([axis], x),
    E.flatMap(() => when(indices.length > 0, () => 'it takes at least one entry')),
    E.flatMap(() => countable(indices.length)),
    E.flatMap(() => numbered(indices, x[axis])),
    E.map(() => withSize(x, axis, indices.length)),
  );

export const scatterShape = ({ axis, indices, size }: OpOf<'scatter'>, x: Shape): CheckedShape =>
  pipe(
    axesOf([axis], x),
    E.flatMap(() =>
      when(
        indices.length === x[axis],
        () => `${indices.length} numbers are not one for each of ${x[axis]} entries`,
      ),
    ),
    E.flatMap(() => when(whole(size) && size >= 1, () => `an axis of ${size} holds nothing`)),
    E.flatMap(() => countable(size)),
    E.flatMap(() => numbered(indices, size)),
    E.map(() => withSize(x, axis, size)),
  );
