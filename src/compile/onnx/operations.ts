/** TensorFlow's operations, as a GraphModel has them, in those of ONNX. */

import type { Attr, Attrs } from '../graph-model/graph-def.js';
import type { Weight } from '../graph-model/index.js';
import type { OnnxDraft } from './draft.js';

/** An operation to write. */
export interface Asked {
  readonly to: OnnxDraft;
  /** The name of its result. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly attrs: Attrs;
  /** The constant that an input is, if it is one. */
  readonly constantAt: (input: number) => Weight | undefined;
  /** The shape of an input. */
  readonly shapeAt: (input: number) => readonly number[];
}

/** Thrown if an operation cannot be expressed in ONNX. */
export class Untold extends Error {}

type Write = (asked: Asked) => void;

const named =
  (op: string): Write =>
  ({ to, name, inputs }) =>
    void to.add(op, inputs, name);

const known = ({ constantAt, name }: Asked, input: number): Weight => {
  const found = constantAt(input);
  if (found === undefined)
    throw new Untold(
      `'${name}' has sizes or axes that are computed in the program, and ONNX wants ones that are fixed`,
    );
  return found;
};

const wholesAt = (asked: Asked, input: number): readonly number[] => [...known(asked, input).values];

const withAxes =
  (op: string): Write =>
  (asked) => {
    const { to, name, inputs } = asked;
    void to.add(op, [inputs[0], to.wholes(wholesAt(asked, 1))], name, { keepdims: 0 });
  };

const attr = (attrs: Attrs, name: string): Attr | undefined => attrs[name];

const whole = (attrs: Attrs, name: string): number => {
  const found = attr(attrs, name);
  return found !== undefined && 'i' in found ? Number(found.i) : 0;
};

const wholes = (attrs: Attrs, name: string): readonly number[] => {
  const found = attr(attrs, name);
  return found !== undefined && 'list' in found && 'i' in found.list ? found.list.i.map(Number) : [];
};

const truth = (attrs: Attrs, name: string): boolean => {
  const found = attr(attrs, name);
  return found !== undefined && 'b' in found && found.b;
};

const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

const text = (attrs: Attrs, name: string): string => {
  const found = attr(attrs, name);
  return found !== undefined && 's' in found ? fromBase64(found.s) : '';
};

const texts = (attrs: Attrs, name: string): readonly string[] => {
  const found = attr(attrs, name);
  return found !== undefined && 'list' in found && 's' in found.list ? found.list.s.map(fromBase64) : [];
};

/** Writes an operation with its fused bias and ReLU; `write` writes the operation itself under a given name. */
const fused =
  (write: (asked: Asked, name: string) => void): Write =>
  (asked) => {
    const { to, name, inputs, attrs } = asked;
    const after = texts(attrs, 'fused_ops').filter((op) => op === 'BiasAdd' || op === 'Relu');
    const nameAfter = (done: number): string => (done === after.length ? name : `${name}/onnx/fused${done}`);
    write(asked, nameAfter(0));
    for (const [i, op] of after.entries())
      if (op === 'BiasAdd') to.add('Add', [nameAfter(i), inputs[2]], nameAfter(i + 1));
      else to.add('Relu', [nameAfter(i)], nameAfter(i + 1));
  };

/** Channels come last in TensorFlow, second in ONNX. */
const channelsSecond = ({ to, name }: Asked, x: string): string =>
  to.add('Transpose', [x], `${name}/onnx/channels_second`, { perm: [0, 3, 1, 2] });

const channelsLast = ({ to }: Asked, x: string, name: string): void =>
  void to.add('Transpose', [x], name, { perm: [0, 2, 3, 1] });

/** A kernel, given or computed, with its axes in another order. */
const turnedKernel = (asked: Asked, input: number, perm: readonly number[]): string => {
  const { to, name, inputs } = asked;
  return to.add('Transpose', [inputs[input]], `${name}/onnx/kernel`, { perm });
};

const spatial = (attrs: Attrs, key: string): readonly number[] => wholes(attrs, key).slice(1, 3);

const paddings = (attrs: Attrs): Readonly<Record<string, string>> =>
  text(attrs, 'padding') === 'SAME' ? { auto_pad: 'SAME_UPPER' } : { auto_pad: 'VALID' };

const convolution =
  (depthwise: boolean) =>
  (asked: Asked, name: string): void => {
    const { to, inputs, attrs, shapeAt } = asked;
    const x = channelsSecond(asked, inputs[0]);
    const [rows, columns, channels, multiplier] = shapeAt(1);
    const kernel = depthwise
      ? to.add(
          'Reshape',
          [turnedKernel(asked, 1, [2, 3, 0, 1]), to.wholes([channels * multiplier, 1, rows, columns])],
          `${asked.name}/onnx/kernels`,
        )
      : turnedKernel(asked, 1, [3, 2, 0, 1]);
    const y = to.add('Conv', [x, kernel], `${asked.name}/onnx/conv`, {
      ...paddings(attrs),
      strides: spatial(attrs, 'strides'),
      group: depthwise ? channels : 1,
    });
    channelsLast(asked, y, name);
  };

/** A transposed convolution. Its explicit output sizes must be those that it has anyway. */
const transposedConvolution: Write = (asked) => {
  const { to, name, inputs, attrs } = asked;
  const x = channelsSecond(asked, inputs[2]);
  const kernel = turnedKernel(asked, 1, [3, 2, 0, 1]);
  const y = to.add('ConvTranspose', [x, kernel], `${name}/onnx/conv`, { strides: spatial(attrs, 'strides') });
  channelsLast(asked, y, name);
};

const pooling =
  (op: string): Write =>
  (asked) => {
    const { to, name, inputs, attrs } = asked;
    const y = to.add(op, [channelsSecond(asked, inputs[0])], `${name}/onnx/pool`, {
      kernel_shape: spatial(attrs, 'ksize'),
      strides: spatial(attrs, 'strides'),
    });
    channelsLast(asked, y, name);
  };

const batchNorm: Write = ({ to, name, inputs: [x, scale, shift, mean, variance], attrs }) => {
  const found = attr(attrs, 'epsilon');
  const epsilon = found !== undefined && 'f' in found ? found.f : 0;
  const at = (part: string): string => `${name}/onnx/${part}`;
  const guarded = to.add('Add', [variance, to.number(epsilon)], at('guarded'));
  const factor = to.add('Div', [scale, to.add('Sqrt', [guarded], at('deviation'))], at('factor'));
  const centred = to.add('Sub', [x, mean], at('centred'));
  to.add('Add', [to.add('Mul', [centred, factor], at('scaled')), shift], name);
};

const product: Write = ({ to, name, inputs: [a, b], attrs }) => {
  const turned = (x: string, is: boolean, part: string): string =>
    is ? to.add('Transpose', [x], `${name}/onnx/${part}`, { perm: [0, 2, 1] }) : x;
  to.add('MatMul', [turned(a, truth(attrs, 'adj_x'), 'a'), turned(b, truth(attrs, 'adj_y'), 'b')], name);
};

/** Whole numbers of ONNX that mean the end of an axis, in either direction. */
const [end, beforeStart] = [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER];

const slice: Write = (asked) => {
  const { to, name, inputs } = asked;
  const [begin, size] = [wholesAt(asked, 1), wholesAt(asked, 2)];
  const ends = begin.map((from, axis) => (size[axis] < 0 ? end : from + size[axis]));
  const axes = begin.map((_, axis) => axis);
  to.add('Slice', [inputs[0], to.wholes(begin), to.wholes(ends), to.wholes(axes)], name);
};

const reverse: Write = (asked) => {
  const { to, name, inputs } = asked;
  const axes = wholesAt(asked, 1);
  const all = (value: number): string => to.wholes(axes.map(() => value));
  to.add('Slice', [inputs[0], all(-1), all(beforeStart), to.wholes(axes), all(-1)], name);
};

const pad: Write = (asked) => {
  const { to, name, inputs } = asked;
  const around = wholesAt(asked, 1);
  const [before, after] = [0, 1].map((side) => around.filter((_, i) => i % 2 === side));
  to.add('Pad', [inputs[0], to.wholes([...before, ...after]), inputs[2]], name);
};

const concat: Write = (asked) => {
  const { to, name, inputs } = asked;
  const [axis] = wholesAt(asked, inputs.length - 1);
  to.add('Concat', inputs.slice(0, -1), name, { axis });
};

const pack: Write = ({ to, name, inputs, attrs }) => {
  const axis = whole(attrs, 'axis');
  const parts = inputs.map((x, i) => to.add('Unsqueeze', [x, to.wholes([axis])], `${name}/onnx/part${i}`));
  to.add('Concat', parts, name, { axis });
};

const split: Write = (asked) => {
  const { to, name, inputs, attrs } = asked;
  const [axis] = wholesAt(asked, 0);
  const count = whole(attrs, 'num_split');
  const outputs = Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}:${i}`));
  to.several('Split', [inputs[1]], outputs, { axis, num_outputs: count });
};

/** The angle of (x, y): that of y / x, plus half a turn if x is negative, or a quarter turn if x is 0. */
const atan2: Write = ({ to, name, inputs: [y, x] }) => {
  const at = (part: string): string => `${name}/onnx/${part}`;
  const zero = to.number(0);
  const angle = to.add('Atan', [to.add('Div', [y, x], at('ratio'))], at('angle'));
  const isBelow = to.add('Less', [y, zero], at('below'));
  const half = to.add('Where', [isBelow, to.number(-Math.PI), to.number(Math.PI)], at('half'));
  const turned = to.add('Add', [angle, half], at('turned'));
  const isLeft = to.add('Less', [x, zero], at('left'));
  const sides = to.add('Where', [isLeft, turned, angle], at('sides'));
  const quarter = to.add('Mul', [to.add('Sign', [y], at('sign')), to.number(Math.PI / 2)], at('quarter'));
  to.add('Where', [to.add('Equal', [x, zero], at('middle')), quarter, sides], name);
};

const argMax: Write = (asked) => {
  const { to, name, inputs } = asked;
  const [axis] = wholesAt(asked, 1);
  to.add('ArgMax', [inputs[0]], name, { axis, keepdims: 0 });
};

const gather: Write = (asked) => {
  const { to, name, inputs } = asked;
  const [axis] = wholesAt(asked, 2);
  to.add('Gather', [inputs[0], inputs[1]], name, { axis });
};

const scatter: Write = ({ to, name, inputs: [indices, updates, sizes] }) => {
  const zeros = to.add('Expand', [to.number(0), sizes], `${name}/onnx/zeros`);
  to.add('ScatterND', [zeros, indices, updates], name, { reduction: 'add' });
};

const draw =
  (op: string): Write =>
  ({ to, name, inputs: [sizes] }) => {
    const zeros = to.add('Expand', [to.number(0), sizes], `${name}/onnx/zeros`);
    to.add(op, [zeros], name, { dtype: 1 });
  };

const dtypes: Readonly<Record<string, number>> = { DT_FLOAT: 1, DT_INT32: 7, DT_BOOL: 9 };

const cast: Write = ({ to, name, inputs, attrs }) => {
  const found = attr(attrs, 'DstT');
  to.add('Cast', inputs, name, { to: dtypes[found !== undefined && 'type' in found ? found.type : ''] ?? 1 });
};

const plain: Readonly<Record<string, string>> = {
  Abs: 'Abs',
  AddV2: 'Add',
  BiasAdd: 'Add',
  Cos: 'Cos',
  Exp: 'Exp',
  Floor: 'Floor',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Identity: 'Identity',
  Less: 'Less',
  Log: 'Log',
  LogicalAnd: 'And',
  MatMul: 'MatMul',
  Maximum: 'Max',
  Minimum: 'Min',
  Mul: 'Mul',
  Neg: 'Neg',
  RealDiv: 'Div',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  SelectV2: 'Where',
  Shape: 'Shape',
  Sigmoid: 'Sigmoid',
  Sin: 'Sin',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  StopGradient: 'Identity',
  Sub: 'Sub',
  Tanh: 'Tanh',
  Tile: 'Tile',
};

const composed: Readonly<Record<string, Write>> = {
  ArgMax: argMax,
  Atan2: atan2,
  AvgPool: pooling('AveragePool'),
  BatchMatMulV2: product,
  Cast: cast,
  ConcatV2: concat,
  Conv2D: fused(convolution(false)),
  Conv2DBackpropInput: transposedConvolution,
  DepthwiseConv2dNative: fused(convolution(true)),
  Fill: ({ to, name, inputs: [sizes, value] }) => void to.add('Expand', [value, sizes], name),
  FusedBatchNormV3: batchNorm,
  FusedDepthwiseConv2dNative: fused(convolution(true)),
  GatherV2: gather,
  Max: withAxes('ReduceMax'),
  MaxPool: pooling('MaxPool'),
  Mean: withAxes('ReduceMean'),
  Min: withAxes('ReduceMin'),
  Pack: pack,
  PadV2: pad,
  RandomStandardNormal: draw('RandomNormalLike'),
  RandomUniform: draw('RandomUniformLike'),
  Reshape: ({ to, name, inputs }) => void to.add('Reshape', inputs, name, { allowzero: 1 }),
  ReverseV2: reverse,
  ScatterNd: scatter,
  Slice: slice,
  Split: split,
  Square: ({ to, name, inputs: [x] }) => void to.add('Mul', [x, x], name),
  Sum: withAxes('ReduceSum'),
  Transpose: (asked) => {
    const { to, name, inputs } = asked;
    void to.add('Transpose', [inputs[0]], name, { perm: wholesAt(asked, 1) });
  },
  _FusedConv2D: fused(convolution(false)),
  _FusedMatMul: fused(({ to, inputs }, name) => void to.add('MatMul', inputs.slice(0, 2), name)),
};

/** Writes an operation. **Throws** Untold if ONNX cannot express it. */
export const writeOperation = (op: string, asked: Asked): void => {
  const write = Object.hasOwn(plain, op) ? named(plain[op]) : composed[op];
  if (write === undefined) throw new Untold(`the operation ${op}, of '${asked.name}', is not known in ONNX`);
  write(asked);
};
