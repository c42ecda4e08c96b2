/**
 * The primitives, as data. A program is a list of nodes, each one of these operations on earlier nodes.
 *
 * Shapes are per sample. A field is [H, W, C], a line [L, C], a volume [D, H, W, C], a sequence [T, ...field]. Weights
 * have TensorFlow.js's layouts: convolution [kh, kw, in, out], depthwise [kh, kw, channels, multiplier], transposed
 * convolution [kh, kw, out, in], dense [in, out].
 */

import * as t from 'io-ts';
import { Initialiser } from './initialiser.js';
import type { Shape } from './shape.js';

/** A whole number from 0: a size, an axis, the number of a node. */
const isSize = (u: unknown): u is number => typeof u === 'number' && Number.isSafeInteger(u) && u >= 0;
const size = new t.Type<number, number, unknown>(
  'a whole number',
  isSize,
  (u, c) => (isSize(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);
const shape = t.readonlyArray(size, 'a list of whole numbers');

/** A whole number from 1. */
const isCount = (u: unknown): u is number => isSize(u) && u >= 1;
const count = new t.Type<number, number, unknown>(
  'a whole number from 1',
  isCount,
  (u, c) => (isCount(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);
const counts = t.record(t.string, count, 'an object of whole numbers from 1');

/** Pointwise functions of one argument. */
export const mapFunctions = [
  'tanh',
  'relu',
  'sigmoid',
  'softplus',
  'sin',
  'cos',
  'exp',
  'log',
  'sqrt',
  'square',
  'abs',
  'reciprocal',
  'sign',
  'floor',
  'erf',
  'stopGradient',
] as const;
/** The name of a pointwise function of one argument. */
export type MapFunction = (typeof mapFunctions)[number];

/**
 * Pointwise functions of two arguments. `greater` is 1 where a > b, `greaterEqual` where a >= b, else 0, with no gradient;
 * `atan2` is the angle of the vector (b, a).
 */
export const zipFunctions = [
  'add',
  'sub',
  'mul',
  'div',
  'max',
  'min',
  'greater',
  'greaterEqual',
  'atan2',
] as const;
/** The name of a pointwise function of two arguments. */
export type ZipFunction = (typeof zipFunctions)[number];

/** The function that a reduction applies over its axes. */
export const reduceFunctions = ['sum', 'mean', 'max', 'min'] as const;
/** The name of a reduction. */
export type ReduceFunction = (typeof reduceFunctions)[number];

const keys = <K extends string>(names: readonly K[]): t.Type<K, K, unknown> => {
  const known: readonly string[] = names;
  const is = (u: unknown): u is K => typeof u === 'string' && known.includes(u);
  return new t.Type<K, K, unknown>(
    `one of ${names.map((n) => `'${n}'`).join(', ')}`,
    is,
    (u, c) => (is(u) ? t.success(u) : t.failure(u, c)),
    (name) => name,
  );
};

/**
 * The values beyond the edge of a field: `zero`; `circular`, those of the opposite edge; `reflect`, the mirror image
 * without repeating the edge; a fixed value; with `none` windows stay inside, and the field shrinks.
 */
export const Boundary = t.union(
  [keys(['zero', 'circular', 'reflect', 'none']), t.strict({ fixed: t.number })],
  "'zero', 'circular', 'reflect', 'none' or { fixed: a number }",
);
/** The values beyond the edge of a field; see the codec of the same name. */
export type Boundary = 'zero' | 'circular' | 'reflect' | 'none' | { readonly fixed: number };

// Leaves of a program.
const Input = t.strict({ op: t.literal('input'), name: t.string, shape });
const Parameter = t.strict({
  op: t.literal('parameter'),
  name: t.string,
  shape,
  init: Initialiser,
  trainable: t.boolean,
});
/** A single number fills the shape. */
const Constant = t.strict({
  op: t.literal('constant'),
  shape,
  value: t.union([t.number, t.readonlyArray(t.number)], 'a number or a list of numbers'),
});

/** 1 where a session trains, 0 where it infers, as a scalar. */
const Training = t.strict({ op: t.literal('training') });

// Leaves of a scan's body.
/** The state field of this name, before the step. */
const State = t.strict({ op: t.literal('state'), field: t.string });
/** The current element of the driving sequence of this number. */
const Element = t.strict({ op: t.literal('element'), sequence: size });
/** A value computed outside the scan, the same at every step. */
const External = t.strict({ op: t.literal('external'), index: size });
/** The number of the step, from 0, as a scalar. */
const Clock = t.strict({ op: t.literal('clock') });

// Pointwise.
const Pointwise = t.strict({ op: t.literal('map'), fn: keys(mapFunctions) });
/** scale * x + shift. */
const Affine = t.strict({ op: t.literal('affine'), scale: t.number, shift: t.number });
/** Both shapes equal, or one a scalar. */
const Zip = t.strict({ op: t.literal('zip'), fn: keys(zipFunctions) });
/** Inputs: condition, a, b, each of one common shape or a scalar. a where the condition is above 0 or NaN, else b. */
const Where = t.strict({ op: t.literal('where') });
/**
 * A fresh draw for each sample, from (noise seed, name, sample); with an input, the clock, for each step of a scan, from
 * (noise seed, name, sample, step).
 */
const Noise = t.strict({
  op: t.literal('noise'),
  name: t.string,
  shape,
  distribution: keys(['normal', 'uniform']),
});

// Linear maps with weights. Inputs: x, weight, and a bias or nothing.
/**
 * Same-size up to the stride (out = ceil(n / stride)), except for the boundary `none`. A kernel of k taps, `dilation`
 * apart, has the extent e = (k - 1) dilation + 1. Along each axis window i begins at i stride - floor((e - 1) / 2),
 * with the boundary `none` at i stride: an odd kernel is centred. With `groups` the channels are divided into that many
 * runs of equal length, and each run of the result reads its own run of x; the kernel is then [k..., in / groups, out].
 */
const Conv = t.exact(
  t.intersection([
    t.type({ op: t.literal('conv'), boundary: Boundary, stride: shape, depthwise: t.boolean }),
    // Absent if they are 1, so that earlier programs keep their hash.
    t.partial({ dilation: shape, groups: size }),
  ]),
);
/** out = (n - 1) * stride + kernel: site i adds its kernel from i stride on. */
const ConvTranspose = t.strict({ op: t.literal('convTranspose'), stride: shape });
/**
 * Sums of products of two, by a formula such as `ab,cb->ac`: each letter is an axis, and appears in two of the three
 * terms. Both inputs may differ between samples.
 */
const Einsum = t.strict({ op: t.literal('einsum'), formula: t.string });
/** Over the last axis. */
const Dense = t.strict({ op: t.literal('dense') });

// Structure.
/** Windows inside the field: floor((n - size) / stride) + 1. */
const Pool = t.strict({ op: t.literal('pool'), fn: keys(['max', 'mean']), size: shape, stride: shape });
const Concat = t.strict({ op: t.literal('concat'), axis: size });
const Slice = t.strict({ op: t.literal('slice'), begin: shape, size: shape });
/** Entry i of the result is entry indices[i] of x, along an axis. */
const Gather = t.strict({ op: t.literal('gather'), axis: size, indices: shape });
/** Entry j of the result, of `size`, is the sum of the entries i of x with indices[i] = j. */
const Scatter = t.strict({ op: t.literal('scatter'), axis: size, indices: shape, size });
const Reshape = t.strict({ op: t.literal('reshape'), shape });
const Transpose = t.strict({ op: t.literal('transpose'), axes: shape });
const Reverse = t.strict({ op: t.literal('reverse'), axes: shape });
/** Axes of size 1 are repeated. */
const Broadcast = t.strict({ op: t.literal('broadcast'), shape });
/** The reduced axes are removed. */
const Reduce = t.strict({ op: t.literal('reduce'), fn: keys(reduceFunctions), axes: shape });
/**
 * The discrete Fourier transform along axes: sums of x[t] exp(-2 pi i k t / n), all n modes k of an axis of n, not
 * normalised; with `conjugate`, sums of x[t] exp(2 pi i k t / n). A complex value has a last axis of 2, its real and
 * its imaginary part; for a real result the imaginary part is dropped. Its adjoint is the same operation with `from`
 * and `to` exchanged, conjugated.
 */
const Fourier = t.strict({
  op: t.literal('fourier'),
  axes: shape,
  conjugate: t.boolean,
  from: keys(['real', 'complex']),
  to: keys(['real', 'complex']),
});
/** |real FFT| over the first axis: T → floor(T/2)+1 bins; its gradient at zero is zero. */
const Spectrum = t.strict({ op: t.literal('spectrum') });
/** Inputs: x, scale, shift, running mean, running variance; over the last axis, statistics over all others. */
const BatchNorm = t.strict({ op: t.literal('batchNorm'), momentum: t.number, epsilon: t.number });
/**
 * h[t] = a[t] h[t-1] + b[t] over the first axis, from h0 (the third input; zero without it). `diagonal`: a pointwise
 * product; `matrix`: a is [T, ..., n, n], b [T, ..., n].
 */
const Recurrence = t.strict({ op: t.literal('recurrence'), kind: keys(['diagonal', 'matrix']) });

/**
 * One step repeated. Inputs: the fields' initial values, then the driving sequences, then the externals.
 *
 * A scan has no shape of its own (its node says []); `take` reads its ports: `observed/NAME`, a sequence
 * [floor(steps / every), ...], and `final/FIELD`.
 */
export interface ScanOp {
  readonly op: 'scan';
  readonly steps: number;
  /** Names of the state's fields, sorted; the first inputs are their initial values. */
  readonly fields: readonly string[];
  readonly sequences: number;
  /**
   * Observation → k: it is recorded only after steps k, 2k, ... Observations that are not named are recorded after
   * every step.
   */
  readonly every?: Readonly<Record<string, number>>;
  /** The adjoint keeps the state after every so many steps and recomputes the steps between. No value changes. */
  readonly remat?: number;
  readonly body: Body;
}

/** A closed graph: its leaves are state, element, external, clock and constant, never a parameter or an input. */
export interface Body {
  readonly nodes: readonly Node[];
  /** Each field's next value, as the number of a node of the body. */
  readonly next: Readonly<Record<string, number>>;
  /** The values recorded after each step, computed from the NEXT state. */
  readonly observe: Readonly<Record<string, number>>;
  /**
   * A scalar of the state before the step. If it is above 0, the step changes nothing, so a scan may end as soon as it
   * is above 0 for all samples; `halting.ts` describes the required form of the body.
   */
  readonly until?: number;
}

/** The steps between two records of an observation; 1 if nothing is stated. */
export const everyOf = ({ every }: Pick<ScanOp, 'every'>, name: string): number =>
  every !== undefined && Object.hasOwn(every, name) ? every[name] : 1;

/** The number of entries of an observation. */
export const keptSteps = (op: Pick<ScanOp, 'steps' | 'every'>, name: string): number =>
  Math.floor(op.steps / everyOf(op, name));

/** Whether an observation is recorded after the step of this number, from 0. */
export const isKept = (op: Pick<ScanOp, 'every'>, name: string, step: number): boolean =>
  (step + 1) % everyOf(op, name) === 0;

/** The nodes of a body that are read from outside, and the node of `until`. */
export const rootsOf = ({ next, observe, until }: Body): readonly number[] => [
  ...Object.values(next),
  ...Object.values(observe),
  ...(until === undefined ? [] : [until]),
];

/** The inputs of a scan by their roles. */
export interface ScanInputs<A> {
  /** The fields' values before the first step, in the order of the fields. */
  readonly fields: readonly A[];
  /** The sequences that drive the scan. */
  readonly sequences: readonly A[];
  /** Values from outside that the step uses, the same at every step. */
  readonly externals: readonly A[];
}

/** Splits a list with one entry for each input of a scan (nodes, shapes, values) by role. */
export const scanInputs = <A>(
  { fields, sequences }: Pick<ScanOp, 'fields' | 'sequences'>,
  inputs: readonly A[],
): ScanInputs<A> => ({
  fields: inputs.slice(0, fields.length),
  sequences: inputs.slice(fields.length, fields.length + sequences),
  externals: inputs.slice(fields.length + sequences),
});

const Take = t.strict({ op: t.literal('take'), port: t.string });

const Flat = t.union([
  Input,
  Parameter,
  Constant,
  Training,
  State,
  Element,
  External,
  Clock,
  Pointwise,
  Affine,
  Zip,
  Where,
  Noise,
  Conv,
  ConvTranspose,
  Dense,
  Einsum,
  Pool,
  Concat,
  Slice,
  Gather,
  Scatter,
  Reshape,
  Transpose,
  Reverse,
  Broadcast,
  Reduce,
  Fourier,
  Spectrum,
  BatchNorm,
  Recurrence,
  Take,
]);

/** An operation of a program: its name `op` and its settings besides its inputs. */
export type Op = Readonly<t.TypeOf<typeof Flat>> | ScanOp;
/** The names of the operations. */
export type OpName = Op['op'];
/** The operation of this name. */
export type OpOf<N extends OpName> = Extract<Op, { readonly op: N }>;

/** Operations whose values come from outside the list of nodes. */
export type LeafOp = OpOf<'input' | 'parameter' | 'training' | 'state' | 'element' | 'external' | 'clock'>;

/** Whether the value of an operation comes from outside the list of nodes. */
export const isLeafOp = (op: Op): op is LeafOp =>
  op.op === 'input' ||
  op.op === 'parameter' ||
  op.op === 'training' ||
  op.op === 'state' ||
  op.op === 'element' ||
  op.op === 'external' ||
  op.op === 'clock';

/** An operation, the numbers of its inputs (all smaller than its own), and its shape. */
export interface Node {
  readonly op: Op;
  readonly inputs: readonly number[];
  readonly shape: Shape;
}

/** The codec of nodes. */
export const Node: t.Type<Node, Node, unknown> = t.recursion('Node', () =>
  t.strict({ op: Op, inputs: t.readonlyArray(size), shape }),
);

const Body: t.Type<Body, Body, unknown> = t.recursion('Body', () =>
  t.exact(
    t.intersection([
      t.type({
        nodes: t.readonlyArray(Node),
        next: t.record(t.string, size),
        observe: t.record(t.string, size),
      }),
      t.partial({ until: size }),
    ]),
  ),
);

/** The fields of a scan besides its body: the required and the optional ones. */
const scanFields = {
  op: t.literal('scan'),
  steps: size,
  fields: t.readonlyArray(t.string, 'a list of names'),
  sequences: size,
};
const scanSettings = { every: counts, remat: count };

const Scan: t.Type<ScanOp, ScanOp, unknown> = t.recursion('Scan', () =>
  t.exact(t.intersection([t.type({ ...scanFields, body: Body }), t.partial(scanSettings)])),
);

/** The codec of operations. */
export const Op: t.Type<Op, Op, unknown> = t.recursion('Op', () => t.union([Flat, Scan]));

/** The codec of each field; that of an optional field also takes `undefined`. */
const fieldsOf = (flat: (typeof Flat.types)[number]): Readonly<Record<string, t.Mixed>> => {
  const { type } = flat;
  if (type._tag === 'InterfaceType') return type.props;
  const [needed, optional] = type.types;
  return {
    ...needed.props,
    ...leftOut(optional.props),
  };
};

/** Codecs of optional fields. */
const leftOut = (fields: Readonly<Record<string, t.Mixed>>): Readonly<Record<string, t.Mixed>> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, codec]) => [name, t.union([codec, t.undefined], codec.name)]),
  );

const nameOf = ({ type }: (typeof Flat.types)[number]): string =>
  type._tag === 'InterfaceType' ? type.props.op.value : type.types[0].props.op.value;

/** The codec of each field of each operation, by the operation's name; for a scan without its body. */
export const fieldCodecs: Readonly<Record<string, Readonly<Record<string, t.Mixed>>>> = {
  ...Object.fromEntries(Flat.types.map((flat) => [nameOf(flat), fieldsOf(flat)])),
  scan: { ...scanFields, ...leftOut(scanSettings) },
};

/** Whether the derivative of an operation is zero everywhere. */
export const isFlat = (op: Op): boolean =>
  op.op === 'map'
    ? op.fn === 'sign' || op.fn === 'floor' || op.fn === 'stopGradient'
    : op.op === 'zip' && (op.fn === 'greater' || op.fn === 'greaterEqual');
