/**
 * What TensorFlow.js holds for each operation until a training step ends, op by op.
 *
 * The tape keeps every tensor that an operation reads or makes in the forward pass, and in the backward pass it frees no
 * gradient before the last one is computed. So each operation holds a number of tensors, counted here in float32 numbers:
 * those that compute its result, and those that compute its gradient. The counts follow the compiler to TensorFlow.js;
 * `spec/compile/cost` compares them with the bytes that TensorFlow.js reports.
 */

import { type Boundary, type Op, type OpOf, scanInputs } from '../../dsl/op.js';
import { isObservedPort } from '../../dsl/ports.js';
import { bins, ceilDiv, type Shape, volume } from '../../dsl/shape.js';
import { isPlaneConv } from '../plane-windows.js';
import { inRounds } from '../rounds.js';
import { type Amount, add, none, numbers, spread, times } from './amount.js';
import { convolutionOnTheWay, type OnTheWay, poolOnTheWay } from './plane-windows.js';
import type { Visit } from './visit.js';

/** The number of tensors that a function makes, if it is not one: for |x| the sign stays for the gradient. */
const values: Readonly<Record<string, number>> = { softplus: 6, abs: 2, stopGradient: 0 };

/** Numbers held from the forward pass, the result included. A reshape shares its input's. */
export const forwardHeld = (visit: Visit): Amount => {
  const { op, inputs, result } = visit;
  const out = numbers(result);
  if (visit.softmax !== null) return visit.softmax === 'last' ? out : none;
  switch (op.op) {
    case 'parameter':
    case 'state':
    case 'external':
    case 'reshape':
      return none;
    case 'map':
      if (visit.fused) return none;
      return times(Object.hasOwn(values, op.fn) ? values[op.fn] : 1, out);
    case 'affine':
      return times((op.scale === 1 ? 0 : 1) + (op.shift === 0 ? 0 : 1), out);
    case 'zip':
      return times(compares(op.fn) ? 2 : 1, out);
    case 'conv':
      return add(aroundConv(op, visit).forward, times(inputs.length > 2 ? 2 : 1, out));
    case 'pool':
      return add(out, poolOnTheWay(op, visit));
    case 'convTranspose':
      return add(aroundTransposed(op, visit).forward, times(inputs.length > 2 ? 2 : 1, out));
    case 'reduce':
      return add(times(extremes[op.fn], numbers(inputs[0])), times(1 + extremes[op.fn], out));
    case 'spectrum':
      return add(numbers(inputs[0]), times(4, out), fourierMatrix(inputs[0].shape));
    case 'batchNorm':
      // in its parts; an engine with a kernel for it holds only the result
      return times(4, out);
    case 'recurrence':
      return out;
    case 'scan':
      return tiled(visit);
    case 'take':
      return isObservedPort(op.port) ? out : none;
    case 'concat':
      return add(out, perSampleCopies(visit));
    default:
      return out;
  }
};

/**
 * Numbers held from the backward pass, where gradients flow. If a value has several gradients, each partial sum is
 * freed when the next gradient is added, unless it is the same tensor as another gradient (see `handsOn`).
 */
export const backwardHeld = (visit: Visit): Amount => {
  if (!visit.trained || visit.softmax === 'inside') return none;
  const { gradientsFrom, ends, result } = visit;
  const first = gradientsFrom.at(-1);
  const summed = gradientsFrom.length > 1 && ends === 0 && first !== undefined && handsOn(first);
  return add(summed ? numbers(result) : none, ownBackward(visit));
};

/**
 * Operations that read their inputs in another shape, as rows or planes: the gradient of an input is that of the reshaped
 * one, under another name.
 */
const reshaping: readonly Op['op'][] = [
  'reshape',
  'zip',
  'where',
  'conv',
  'convTranspose',
  'dense',
  'einsum',
  'pool',
];

/** Whether the gradient of an operation's input is the same tensor as another gradient, which stays. */
const handsOn = (op: Op): boolean => reshaping.includes(op.op) || (op.op === 'affine' && op.scale === 1);

/**
 * The number of tensors that the gradient of a function makes, if it is not one; the comparisons of a sign are on the
 * tape.
 */
const slopes: Readonly<Record<string, number>> = { softplus: 6, erf: 5, sign: 6.5 };

const ownBackward = (visit: Visit): Amount => {
  const { op, inputs, result, into } = visit;
  const out = numbers(result);
  // Products with the result, before and after their sums along a row, and the difference.
  if (visit.softmax === 'last') return times(3 + 1 / (result.shape.at(-1) ?? 1), out);
  const [x] = inputs;
  const targets = add(none, ...inputs.filter((_, i) => into[i]).map(numbers));
  const intoX = into[0] ? numbers(x) : none;
  switch (op.op) {
    case 'reshape':
    case 'scan':
      return none;
    case 'map':
      return into[0] && !visit.fused ? times(Object.hasOwn(slopes, op.fn) ? slopes[op.fn] : 1, out) : none;
    case 'affine':
      return op.scale === 1 ? none : out;
    case 'zip':
      if (compares(op.fn)) return times(4, out);
      if (op.fn === 'atan2') return add(times(20, out), targets);
      return op.fn === 'add'
        ? shrunk(visit, 0)
        : op.fn === 'sub'
          ? add(shrunk(visit, 0), into[1] ? out : none)
          : targets;
    case 'where':
      return add(times(2, out), targets);
    case 'dense':
      // The gradient before the ReLU; on an engine with no kernel for it also the step function that makes it.
      return add(targets, visit.fused ? times(2, out) : none);
    case 'conv':
      return add(targets, into[0] ? aroundConv(op, visit).backward : none);
    case 'convTranspose':
      return add(targets, into[0] ? aroundTransposed(op, visit).backward : none);
    case 'reduce':
      return into[0] ? times(extremes[op.fn] === 0 ? 1 : 3 + extremes[op.fn], numbers(x)) : none;
    case 'spectrum':
      return into[0] ? add(times(2, numbers(x)), times(8, out)) : none;
    case 'batchNorm':
      return add(times(into[0] ? 6 : 3, out), targets);
    case 'recurrence':
      return recurrenceCotangents(visit);
    case 'take':
      return isObservedPort(op.port) ? out : none;
    case 'element':
      return out;
    case 'concat':
      return add(out, perSampleCopies(visit));
    case 'pool':
      // A maximum keeps its field without NaN, and temporarily the mask of NaN.
      return into[0] ? add(intoX, poolOnTheWay(op, visit), op.fn === 'max' ? add(intoX, out) : none) : none;
    case 'slice':
      return intoX;
    case 'gather':
      return into[0] ? add(intoX, addingUp(op.indices, out, intoX)) : none;
    default:
      return targets;
  }
};

/**
 * Further tensors of the adjoint of a gather: the transposed entries, each round, and their sum before it is
 * transposed.
 */
const addingUp = (indices: Shape, entries: Amount, sums: Amount): Amount => {
  const { rounds } = inRounds(indices, Math.max(...indices) + 1);
  return add(entries, times(rounds === 1 ? 1 : rounds + 1, sums));
};

/** Whether a function of two is a comparison: a truth value first, then a number. */
const compares = (fn: string): boolean => fn === 'greater' || fn === 'greaterEqual';

/** Gradients summed down to a scalar beside a field are small, but no longer the field's own. */
const shrunk = ({ inputs, into }: Visit, from: number): Amount =>
  add(none, ...inputs.filter((input, i) => i >= from && into[i] && input.shape.length === 0).map(numbers));

/** Shared inputs repeated for every sample beside inputs that differ. */
const perSampleCopies = ({ inputs, result }: Visit): Amount =>
  result.perSample
    ? {
        fixed: 0,
        perSample: inputs.reduce((sum, { shape, perSample }) => sum + (perSample ? 0 : volume(shape)), 0),
      }
    : none;

/** Initial state and sequences that are shared are repeated for every sample. */
const tiled = ({ op, inputs }: Visit): Amount => {
  if (op.op !== 'scan') return none;
  const { fields, sequences } = scanInputs(op, inputs);
  const repeated = [...fields, ...sequences].filter(({ perSample }) => !perSample);
  return { fixed: 0, perSample: repeated.reduce((sum, { shape }) => sum + volume(shape), 0) };
};

/** The matrix of cosines and sines by which a spectrum is taken. */
const fourierMatrix = ([steps]: Shape): Amount => ({ fixed: 2 * steps * bins(steps), perSample: 0 });

/** The number of negations for an extreme of rows: a minimum is the negated maximum of negated values. */
export const extremes = { sum: 0, mean: 0, max: 1, min: 2 } as const;

/**
 * The cotangents of a recurrence's states, the states without the last, the same after the start, and the products
 * (the cotangents of the factors).
 */
const recurrenceCotangents = ({ op, result }: Visit): Amount => {
  const [steps, ...rest] = result.shape;
  const each = op.op === 'recurrence' && op.kind === 'matrix' ? rest[rest.length - 1] : 1;
  return spread(result, steps * volume(rest) * (3 + each) + volume(rest));
};

/** The intermediate memory of a convolution, without its result and the gradients of its inputs. */
const aroundConv = (op: OpOf<'conv'>, visit: Visit): OnTheWay => {
  if (!isPlaneConv(op)) return convolutionOnTheWay(op, visit);
  const { forward, backward } = margins(visit);
  const [x] = visit.inputs;
  return { forward: spread(x, forward), backward: spread(x, backward) };
};

/** The same of a transposed convolution; only for volumes. */
const aroundTransposed = (op: OpOf<'convTranspose'>, visit: Visit): OnTheWay =>
  op.stride.length > 2 ? convolutionOnTheWay(op, visit) : { forward: none, backward: none };

/**
 * Further numbers for a convolution's boundary: the field with its margins, and in the backward pass the gradients of
 * the pieces of a ring or a mirror, each at full size.
 */
const margins = ({
  op,
  inputs: [x, weight],
}: Visit): { readonly forward: number; readonly backward: number } => {
  if (op.op !== 'conv' || isPlain(op.boundary, op.stride)) return { forward: 0, backward: 0 };
  const channels = x.shape[x.shape.length - 1];
  const spatial = x.shape.slice(0, -1);
  const padded = spatial.map((n, axis) => {
    const kernel = weight.shape[axis];
    const reach = (ceilDiv(n, op.stride[axis]) - 1) * op.stride[axis] + kernel;
    return Math.max(n + Math.floor((kernel - 1) / 2), reach);
  });
  const field = volume(spatial) * channels;
  const framed = volume(padded) * channels;
  if (op.boundary !== 'circular' && op.boundary !== 'reflect') return { forward: framed, backward: framed };
  const rows = spatial.length === 1 ? 0 : padded[0] * spatial[1] * channels;
  // Forward the pieces, the field with rows, the field with both. Backward for each axis the gradient's pieces, the
  // outer two written out again at full size, and the sum.
  return { forward: framed - field + rows + framed, backward: 2 * framed + 3 * rows + field };
};

/** Whether a convolution works on the field as it is. */
const isPlain = (boundary: Boundary, stride: Shape): boolean =>
  boundary === 'none' || (boundary === 'zero' && stride.every((s) => s === 1));
