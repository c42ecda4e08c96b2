/**
 * The gradients of the kernels that programs run.
 *
 * tfjs-core has the tape and the registry of gradients, but registers none: that is done by the union package
 * `@tensorflow/tfjs`, which is three times as large as all that is used of it. So each kernel that the compiler
 * records has its gradient here, with the operations of TensorFlow.js's own gradient in the same order, and so with
 * the same bits (spec/engine/kernel-gradients.spec.ts compares them). Those that differ on purpose are in
 * `gradients.ts`.
 */

import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from './engine.js';

/** The arguments of `gradFunc`, for a kernel with one output. */
type Gradient = (dy: Tensor, saved: Tensor[], attrs: NamedAttrMap) => Readonly<Record<string, () => Tensor>>;

const only = (made: Tensor | Tensor[]): Tensor => (Array.isArray(made) ? made[0] : made);

const inputs = (kernelName: string, inputsToSave: string[], gradient: Gradient): GradConfig => ({
  kernelName,
  inputsToSave,
  gradFunc: (dy, saved, attrs) => ({ ...gradient(only(dy), saved, attrs) }),
});

const output = (kernelName: string, gradient: Gradient): GradConfig => ({
  kernelName,
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => ({ ...gradient(only(dy), saved, attrs) }),
});

/** The gradient of a kernel that takes a list of tensors; `parts` gives one for each of them. */
const list = (
  kernelName: string,
  parts: (dy: Tensor, saved: Tensor[], attrs: NamedAttrMap) => readonly Tensor[],
): GradConfig => ({
  kernelName,
  saveAllInputs: true,
  gradFunc: (dy, saved, attrs) =>
    Object.fromEntries(parts(only(dy), saved, attrs).map((part, i) => [String(i), () => part])),
});

const numbersIn = (attr: unknown): number[] => (Array.isArray(attr) ? attr.map(Number) : [Number(attr)]);

/** The axes that an attribute names; all axes if it names none. */
const axesIn = (tf: TensorFlow, attr: unknown, shape: number[]): number[] =>
  attr === null || attr === undefined
    ? shape.map((_, axis) => axis)
    : tf.util.parseAxisParam(numbersIn(attr), shape);

/** The shape with these axes of size 1. */
const keeping = (shape: readonly number[], axes: readonly number[]): number[] =>
  shape.map((size, axis) => (axes.includes(axis) ? 1 : size));

/** Sums a gradient over the axes along which an input was broadcast; `reshape` even where it changes nothing. */
const summed = (tf: TensorFlow, gradient: Tensor, like: Tensor, shape: number[]): Tensor => {
  const axes = tf.broadcast_util.getReductionAxes(like.shape, shape);
  return axes.length > 0 ? tf.sum(gradient, axes) : gradient;
};

const pointwise = (tf: TensorFlow): readonly GradConfig[] => {
  const real = (x: Tensor): Tensor => tf.cast(x, 'float32');
  const shapeOf = (a: Tensor, b: Tensor): number[] =>
    tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const x = (kernelName: string, gradient: (dy: Tensor, x: Tensor) => Tensor): GradConfig =>
    inputs(kernelName, ['x'], (dy, [value]) => ({ x: () => gradient(dy, value) }));
  const y = (kernelName: string, gradient: (dy: Tensor, y: Tensor) => Tensor): GradConfig =>
    output(kernelName, (dy, [value]) => ({ x: () => gradient(dy, value) }));
  const ofEach = (
    kernelName: string,
    byA: (dy: Tensor, b: Tensor) => Tensor,
    byB: (dy: Tensor, a: Tensor) => Tensor,
  ): GradConfig =>
    inputs(kernelName, ['a', 'b'], (dy, [a, b]) => ({
      a: () => tf.reshape(summed(tf, byA(dy, b), a, shapeOf(a, b)), a.shape),
      b: () => tf.reshape(summed(tf, byB(dy, a), b, shapeOf(a, b)), b.shape),
    }));
  return [
    ofEach(
      'Add',
      (dy) => dy,
      (dy) => dy,
    ),
    inputs('Sub', ['a', 'b'], (dy, [a, b]) => ({
      a: () => tf.reshape(summed(tf, dy, a, shapeOf(a, b)), a.shape),
      // sums first and negates afterwards, in the order of tfjs
      b: () => tf.reshape(tf.neg(summed(tf, dy, b, shapeOf(a, b))), b.shape),
    })),
    ofEach(
      'Multiply',
      (dy, b) => tf.mul(dy, real(b)),
      (dy, a) => tf.mul(dy, real(a)),
    ),
    inputs('Neg', [], (dy) => ({ x: () => tf.neg(dy) })),
    y('Exp', (dy, power) => tf.mul(dy, power)),
    x('Log', (dy, value) => tf.div(dy, real(value))),
    x('Log1p', (dy, value) => tf.div(dy, tf.add(value, 1))),
    x('Sqrt', (dy, value) => tf.div(dy, tf.mul(tf.sqrt(real(value)), 2))),
    x('Square', (dy, value) => tf.mul(dy, tf.mul(real(value), 2))),
    x('Sin', (dy, value) => tf.mul(tf.cos(real(value)), dy)),
    x('Cos', (dy, value) => tf.mul(tf.neg(tf.sin(real(value))), dy)),
    x('Abs', (dy, value) => tf.mul(dy, tf.step(real(value), -1))),
    y('Sigmoid', (dy, value) => tf.mul(dy, tf.mul(value, tf.sub(tf.scalar(1), value)))),
    inputs('Select', ['condition'], (dy, [condition]) => ({
      condition: () => real(tf.zerosLike(condition)),
      t: () => tf.mul(dy, tf.cast(condition, dy.dtype)),
      e: () => tf.mul(dy, tf.cast(tf.logicalNot(condition), dy.dtype)),
    })),
    inputs('Identity', [], (dy) => ({ x: () => real(dy) })),
    inputs('Cast', [], (dy) => ({ x: () => tf.clone(dy) })),
    ...['IsNan', 'OnesLike', 'Sign', 'Step', 'ZerosLike'].map((kernelName) =>
      inputs(kernelName, [], (dy) => ({ x: () => tf.zerosLike(dy) })),
    ),
    inputs('GreaterEqual', ['a', 'b'], (_, [a, b]) => ({
      a: () => tf.zerosLike(a),
      b: () => tf.zerosLike(b),
    })),
  ];
};

/** The index of each copy along each axis, the last axis fastest. */
const copies = (reps: readonly number[]): readonly (readonly number[])[] =>
  reps.reduce<readonly (readonly number[])[]>(
    (found, count) => found.flatMap((copy) => Array.from({ length: count }, (_, i) => [...copy, i])),
    [[]],
  );

const structure = (tf: TensorFlow): readonly GradConfig[] => {
  const back: Gradient = (dy, [x]) => ({ x: () => tf.reshape(dy, x.shape) });
  return [
    inputs('Reshape', ['x'], back),
    inputs('ExpandDims', ['input'], (dy, [x]) => ({ input: () => tf.reshape(dy, x.shape) })),
    inputs('Transpose', [], (dy, _, { perm }) => ({
      x: () => tf.transpose(dy, tf.backend_util.getUndoAxesPermutation(numbersIn(perm))),
    })),
    inputs('Reverse', [], (dy, _, { dims }) => ({ x: () => tf.reverse(dy, axesIn(tf, dims, dy.shape)) })),
    inputs('Slice', ['x'], (dy, [x], attrs) => {
      const [begin, size] = tf.slice_util.parseSliceParams(x, numbersIn(attrs.begin), numbersIn(attrs.size));
      const around = x.shape.map((n, axis): [number, number] => [begin[axis], n - begin[axis] - size[axis]]);
      return { x: () => tf.pad(dy, around) };
    }),
    inputs('PadV2', ['x'], (dy, [x], { paddings }) => {
      const before = Array.isArray(paddings) ? paddings.map((both) => numbersIn(both)[0]) : [];
      return { x: () => tf.slice(dy, before, x.shape) };
    }),
    list('Concat', (dy, parts, attrs) => {
      const [axis] = axesIn(tf, attrs.axis, parts[0].shape);
      return tf.split(
        dy,
        parts.map(({ shape }) => shape[axis]),
        axis,
      );
    }),
    list('Pack', (dy, _, { axis }) => tf.unstack(dy, Number(axis))),
    // for kernels that repeat their input, the sum over all copies, one after the other
    inputs('Tile', ['x'], (dy, [x], attrs) => ({
      x: () =>
        copies(numbersIn(attrs.reps)).reduce(
          (sum, copy) =>
            tf.add(
              sum,
              tf.slice(
                dy,
                copy.map((number, axis) => number * x.shape[axis]),
                x.shape,
              ),
            ),
          tf.zerosLike(x),
        ),
    })),
  ];
};

const reductions = (tf: TensorFlow): readonly GradConfig[] => {
  const spread = (dy: Tensor, x: Tensor, axes: readonly number[]): Tensor =>
    tf.mul(tf.reshape(dy, keeping(x.shape, axes)), tf.ones(x.shape, 'float32'));
  return [
    inputs('Sum', ['x'], (dy, [x], { axis }) => ({ x: () => spread(dy, x, axesIn(tf, axis, x.shape)) })),
    inputs('Mean', ['x'], (dy, [x], { axis }) => {
      const axes = axesIn(tf, axis, x.shape);
      const count = axes.reduce((product, each) => product * x.shape[each], 1);
      return { x: () => tf.div(spread(dy, x, axes), count) };
    }),
  ];
};

const layers = (tf: TensorFlow): readonly GradConfig[] => {
  const kernel = (name: string, given: Readonly<Record<string, Tensor>>, attrs: NamedAttrMap): Tensor =>
    only(tf.engine().runKernel(name, { ...given }, attrs));
  return [
    inputs('Conv2D', ['x', 'filter'], (dy, [x, filter], { strides, pad, dataFormat }) => {
      const attrs = { strides, pad, dataFormat };
      return {
        x: () => kernel('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape }),
        filter: () => kernel('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape }),
      };
    }),
    // a transposed convolution is the gradient of a convolution by its input
    inputs(
      'Conv2DBackpropInput',
      ['dy', 'filter'],
      (ddx, [dy, filter], { strides, pad, dataFormat, dimRoundingMode }) => {
        const attrs = { strides, pad, dataFormat, dimRoundingMode };
        return {
          dy: () => kernel('Conv2D', { x: ddx, filter }, { ...attrs, dilations: 1 }),
          filter: () =>
            kernel('Conv2DBackpropFilter', { x: ddx, dy }, { ...attrs, filterShape: filter.shape }),
        };
      },
    ),
    inputs('DepthwiseConv2dNative', ['x', 'filter'], (dy, [x, filter], attrs) => {
      const { strides, pad, dimRoundingMode } = attrs;
      const same = { strides, pad, dimRoundingMode, dilations: attrs.dilations ?? [1, 1] };
      return {
        x: () =>
          kernel('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...same, inputShape: x.shape }),
        filter: () =>
          kernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...same, filterShape: filter.shape }),
      };
    }),
    inputs('AvgPool', ['x'], (dy, [x], { filterSize, strides, pad }) => ({
      x: () => kernel('AvgPoolGrad', { dy, input: x }, { filterSize, strides, pad }),
    })),
    {
      kernelName: 'MaxPool',
      inputsToSave: ['x'],
      outputsToSave: [true],
      gradFunc: (dy, [x, y], { filterSize, strides, pad }) => ({
        x: () => kernel('MaxPoolGrad', { dy: only(dy), input: x, output: y }, { filterSize, strides, pad }),
      }),
    },
    inputs('BatchMatMul', ['a', 'b'], (dy, [a, b], { transposeA, transposeB }) => {
      const [turnedA, turnedB] = [transposeA === true, transposeB === true];
      return {
        a: () => (turnedA ? tf.matMul(b, dy, turnedB, true) : tf.matMul(dy, b, false, !turnedB)),
        b: () => (turnedB ? tf.matMul(dy, a, true, turnedA) : tf.matMul(a, dy, !turnedA, false)),
      };
    }),
    // only with running statistics; normalisation by those of the batch has a kernel of its own, or is composed
    inputs(
      'FusedBatchNorm',
      ['x', 'mean', 'variance', 'scale'],
      (dy, [x, mean, variance, scale], { varianceEpsilon }) => {
        const axes = x.shape.slice(0, -1).map((_, axis) => axis);
        const perChannel = (value: Tensor): Tensor => tf.reshape(tf.sum(value, axes), mean.shape);
        const scaled = (): Tensor => tf.mul(dy, scale);
        const inverse = tf.rsqrt(tf.add(variance, tf.scalar(Number(varianceEpsilon))));
        const apart = tf.sub(x, mean);
        const cube = tf.mul(tf.mul(tf.mul(inverse, inverse), inverse), tf.scalar(-0.5));
        return {
          x: () => tf.reshape(tf.mul(tf.mul(dy, inverse), scale), x.shape),
          mean: () => perChannel(tf.mul(tf.mul(inverse, tf.scalar(-1)), scaled())),
          variance: () => perChannel(tf.mul(tf.mul(cube, apart), scaled())),
          scale: () => perChannel(tf.mul(dy, tf.mul(apart, inverse))),
          offset: () => perChannel(dy),
        };
      },
    ),
  ];
};

/**
 * All of them.
 *
 * @example
 * for (const gradient of kernelGradients(tf)) tf.registerGradient(gradient);
 */
export const kernelGradients = (tf: TensorFlow): readonly GradConfig[] => [
  ...pointwise(tf),
  ...structure(tf),
  ...reductions(tf),
  ...layers(tf),
];
