/** How wrong one evaluation of a step may be: every operation's value, with a bound of its error. */

import type { NdArray } from '../compile/reference/array.js';
import { evaluate, type LeafOp, type Surroundings, type Value } from '../compile/reference/sample.js';
import type { Node, Op, OpOf } from '../dsl/op.js';
import { type Shape, volume } from '../dsl/shape.js';

/** An array whose elements may each be wrong by so much. */
export interface Uncertain {
  readonly array: Value;
  readonly error: Float64Array;
}

/**
 * Functions such as tanh are not rounded correctly everywhere; both engines and V8 stay within a few units in the last
 * place. So many are granted.
 */
export const functionUnits = 8;

const around = (leaf: Surroundings['leaf']): Surroundings => ({ noiseSeed: 0, sample: 0, leaf });
const never = (): never => {
  throw new Error('a leaf has no inputs');
};

/**
 * Values and error bounds of all nodes, in an arithmetic that rounds by `unit`, from leaves that may be wrong already.
 */
export const evaluateUncertain = (
  nodes: readonly Node[],
  leaf: (op: LeafOp) => Uncertain,
  unit: number,
): readonly Uncertain[] => {
  const values: Uncertain[] = [];
  for (const { op, inputs, shape } of nodes)
    values.push(
      uncertain(
        op,
        inputs.map((input) => values[input]),
        shape,
        leaf,
        unit,
      ),
    );
  return values;
};

const isLeaf = (op: Op): op is LeafOp =>
  ['input', 'parameter', 'state', 'element', 'external', 'clock'].includes(op.op);

const uncertain = (
  op: Op,
  inputs: readonly Uncertain[],
  shape: Shape,
  leaf: (op: LeafOp) => Uncertain,
  unit: number,
): Uncertain => {
  if (isLeaf(op)) return leaf(op);
  const array = evaluate(
    op,
    inputs.map((input) => input.array),
    shape,
    around(never),
  );
  return { array, error: errorOf(op, inputs, array, shape, unit) };
};

const like = (x: NdArray, data: Float64Array): NdArray => ({ shape: x.shape, data });
const absolute = ({ shape, data }: NdArray): NdArray => ({ shape, data: data.map(Math.abs) });

const errorOf = (
  op: Op,
  inputs: readonly Uncertain[],
  result: NdArray,
  shape: Shape,
  unit: number,
): Float64Array => {
  const [x, y] = inputs;
  const value = result.data;
  const rounded = (units = 1): Float64Array => value.map((v) => units * unit * Math.abs(v));
  switch (op.op) {
    case 'constant':
      // Written in float64; an engine takes the nearest number that it has.
      return value.map((v) => (unit > 2 ** -53 && Math.fround(v) !== v ? unit * Math.abs(v) : 0));
    case 'affine':
      return value.map((_, i) => {
        const scaledX = Math.abs(op.scale * x.array.data[i]);
        return Math.abs(op.scale) * x.error[i] + unit * (3 * scaledX + 2 * Math.abs(op.shift));
      });
    case 'map':
      return mapError(op, x, value, unit);
    case 'zip':
      return zipError(op, x, y, value, unit);
    case 'conv':
    case 'convTranspose':
    case 'dense':
      return linearError(op, inputs, shape, unit);
    case 'reduce': {
      if (op.fn === 'max' || op.fn === 'min') return throughAll(op, x, shape);
      const terms = volume(x.array.shape) / Math.max(1, volume(shape));
      const noise = x.array.data.map((v, i) => x.error[i] + terms * unit * Math.abs(v));
      const sum = evaluate(op, [like(x.array, noise)], shape, around(never)).data;
      return sum.map((e, i) => e + unit * Math.abs(value[i]));
    }
    case 'pool':
      return op.fn === 'max'
        ? throughAll(op, x, shape)
        : evaluate(
            op,
            [
              like(
                x.array,
                x.array.data.map((v, i) => x.error[i] + (volume(op.size) + 1) * unit * Math.abs(v)),
              ),
            ],
            shape,
            around(never),
          ).data;
    case 'slice':
    case 'reshape':
    case 'transpose':
    case 'reverse':
    case 'broadcast':
    case 'concat':
      return evaluate(
        op,
        inputs.map(({ array, error }) => like(array, error)),
        shape,
        around(never),
      ).data;
    case 'recurrence':
      return recurrenceError(op, inputs, shape, unit);
    case 'noise':
      return rounded();
    default:
      // A spectrum, a batch norm, a scan in a step: no bound is known, so no law is judged by it.
      return value.map(() => Number.POSITIVE_INFINITY);
  }
};

/** A maximum moves by at most the largest error of what it is taken over; all are taken, which is more than enough. */
const throughAll = (op: OpOf<'reduce'> | OpOf<'pool'>, x: Uncertain, shape: Shape): Float64Array =>
  evaluate({ ...op, fn: 'max' }, [like(x.array, x.error)], shape, around(never)).data;

const mapError = ({ fn }: OpOf<'map'>, x: Uncertain, value: Float64Array, unit: number): Float64Array =>
  value.map((v, i) => mapErrorAt(fn, x.array.data[i], x.error[i], v, unit));

/** v = fn(at), where `at` is known to within e. */
const mapErrorAt = (fn: OpOf<'map'>['fn'], at: number, e: number, v: number, unit: number): number => {
  const own = functionUnits * unit * Math.abs(v);
  switch (fn) {
    case 'tanh':
      return e + own;
    case 'sigmoid':
      return e / 4 + functionUnits * unit;
    case 'softplus':
      return e + functionUnits * unit * (1 + Math.abs(v));
    case 'sin':
    case 'cos':
      // The argument's own rounding moves a periodic function by that much.
      return e + functionUnits * unit * (1 + Math.abs(at));
    case 'relu':
    case 'abs':
    case 'stopGradient':
      return e;
    case 'exp':
      return Math.abs(v) * Math.expm1(e) + own + unit * Math.abs(v * at) * functionUnits;
    case 'square':
      return 2 * Math.abs(at) * e + e * e + unit * Math.abs(v);
    case 'log':
      return e / Math.max(0, at - e) + functionUnits * unit * (1 + Math.abs(v));
    case 'sqrt':
      return e === 0 ? own : e / Math.sqrt(Math.max(0, at - e)) + own;
    case 'reciprocal':
      return e / (Math.abs(at) * Math.max(0, Math.abs(at) - e)) + own;
    case 'sign':
      return Math.abs(at) > e ? 0 : 2;
  }
};

const zipError = (
  { fn }: OpOf<'zip'>,
  a: Uncertain,
  b: Uncertain,
  value: Float64Array,
  unit: number,
): Float64Array => {
  const pick = ({ array, error }: Uncertain, i: number): Known =>
    array.shape.length === 0 ? [array.data[0], error[0]] : [array.data[i], error[i]];
  return value.map((v, i) => zipErrorAt(fn, pick(a, i), pick(b, i), v, unit));
};

/** A number and how far it may be off. */
type Known = readonly [number, number];

/** v = fn(x, y). */
const zipErrorAt = (
  fn: OpOf<'zip'>['fn'],
  [x, ex]: Known,
  [y, ey]: Known,
  v: number,
  unit: number,
): number => {
  switch (fn) {
    case 'add':
    case 'sub':
      return ex + ey + unit * Math.abs(v);
    case 'mul':
      return Math.abs(x) * ey + Math.abs(y) * ex + ex * ey + unit * Math.abs(v);
    case 'div':
      return (ex + Math.abs(v) * ey) / Math.max(0, Math.abs(y) - ey) + 2 * unit * Math.abs(v);
    case 'max':
    case 'min':
      return Math.max(ex, ey);
    case 'greater':
      return Math.abs(x - y) > ex + ey ? 0 : 1;
  }
};

/** Sums of n products: each is rounded n times at most, in whatever order they are added. */
const linearError = (
  op: OpOf<'conv'> | OpOf<'convTranspose'> | OpOf<'dense'>,
  inputs: readonly Uncertain[],
  shape: Shape,
  unit: number,
): Float64Array => {
  const [x, w, bias] = inputs;
  const terms = volume(w.array.shape) + 2;
  const grown: Op =
    op.op === 'conv' && typeof op.boundary === 'object'
      ? { ...op, boundary: { fixed: terms * unit * Math.abs(op.boundary.fixed) } }
      : op;
  const through = (a: NdArray, b: NdArray, c: readonly NdArray[]): Float64Array =>
    evaluate(grown, [a, b, ...c], shape, around(never)).data;
  const inherited = through(
    like(
      x.array,
      x.array.data.map((v, i) => x.error[i] + terms * unit * Math.abs(v)),
    ),
    absolute(w.array),
    bias === undefined
      ? []
      : [
          like(
            bias.array,
            bias.array.data.map((v, i) => bias.error[i] + 2 * terms * unit * Math.abs(v)),
          ),
        ],
  );
  if (w.error.every((e) => e === 0)) return inherited;
  const more = through(absolute(x.array), like(w.array, w.error), []);
  return inherited.map((e, i) => e + 2 * more[i]);
};

/** h = a h + b: sequential or in sweeps, each term is a product of at most T factors of n terms. */
const recurrenceError = (
  op: OpOf<'recurrence'>,
  inputs: readonly Uncertain[],
  shape: Shape,
  unit: number,
): Float64Array => {
  const [a, b, h0] = inputs;
  const steps = shape[0] ?? 1;
  const n = op.kind === 'matrix' ? (shape.at(-1) ?? 1) : 1;
  const units = 2 * (steps + 1) * n * unit;
  const grown = (parts: readonly NdArray[]): Float64Array => evaluate(op, parts, shape, around(never)).data;
  const abs = inputs.map(({ array }) => absolute(array));
  const size = grown(abs);
  const inherited = grown([
    abs[0],
    like(b.array, b.error),
    ...(h0 === undefined ? [] : [like(h0.array, h0.error)]),
  ]);
  const factors = Math.max(0, ...a.error);
  return size.map((s, i) => units * s + inherited[i] + 2 * steps * n * factors * s);
};
