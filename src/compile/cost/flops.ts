/** Floating-point operations of each primitive. */

import { labelsOf, rolesOf } from '../../dsl/einsum-formula.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { type Amount, add, none, numbers, spread, times } from './amount.js';
import { fourierFlops } from './fourier.js';
import type { Visit } from './visit.js';

/**
 * Operations of one evaluation.
 *
 * A multiplication with an addition counts 2, every other pointwise function 1 an element, tanh and exp too. A
 * convolution counts all taps of all windows, those that fall beyond the edge too. Moving elements counts nothing.
 * A Fourier transform counts as a fast one, however an engine computes it: 5 N log2 N for N complex numbers, half of that
 * where real ones go in or come out. A spectrum counts as one of real numbers, 2.5 T log2 T a series, and 4 a bin for the
 * magnitude; a recurrence as the plain loop.
 */
export const forwardFlops = (visit: Visit): Amount => {
  const { op, inputs, result } = visit;
  const [x] = inputs;
  const each = (count: number): Amount => times(count, numbers(result));
  switch (op.op) {
    case 'map':
      return each(op.fn === 'stopGradient' ? 0 : 1);
    case 'affine':
      return each((op.scale === 1 ? 0 : 1) + (op.shift === 0 ? 0 : 1));
    case 'zip':
    case 'where':
    case 'noise':
      return each(1);
    case 'conv':
    case 'convTranspose':
    case 'dense':
      return add(times(2, products(visit)), inputs.length > 2 ? each(1) : none);
    case 'einsum':
      return times(2, products(visit));
    case 'pool':
      return each(volume(op.size));
    case 'reduce':
    case 'scatter':
      return numbers(x);
    case 'fourier':
      return spread(result, fourierFlops(op, x.shape));
    case 'spectrum':
      return add(spread(result, fourier(x.shape)), each(4));
    case 'batchNorm':
      return each(4);
    case 'recurrence':
      return each(op.kind === 'diagonal' ? 2 : 2 * result.shape[result.shape.length - 1]);
    default:
      return none;
  }
};

/** 2.5 T log2 T for each series of T real numbers (the usual count of a real fast Fourier transform). */
const fourier = ([steps, ...sites]: Shape): number => 2.5 * steps * Math.log2(steps) * volume(sites);

/** Multiplications with addition of a linear layer, or of a product. */
export const products = ({ op, inputs: [x, weight], result }: Visit): Amount => {
  switch (op.op) {
    case 'conv': {
      const kernel = volume(weight.shape.slice(0, -2));
      const inside = op.depthwise ? 1 : weight.shape[weight.shape.length - 2];
      return times(kernel * inside, numbers(result));
    }
    case 'convTranspose':
      return times(volume(weight.shape.slice(0, -1)), numbers(x));
    case 'dense':
      return times(weight.shape[0], numbers(result));
    case 'einsum': {
      const { a } = labelsOf(op.formula);
      const { inner } = rolesOf(labelsOf(op.formula));
      return times(volume(inner.map((label) => x.shape[a.indexOf(label)])), numbers(result));
    }
    default:
      return none;
  }
};

/**
 * Operations of the gradient of one evaluation, where gradients flow.
 *
 * A linear layer costs as much again for its input and as much for its weight, so a layer on the data itself costs
 * twice its forward pass in training, not three times. A pointwise function counts 2 an element, its derivative and
 * a product. Adding up the gradients of a value that is read k times counts k - 1 an element.
 */
export const backwardFlops = (visit: Visit): Amount => {
  if (!visit.trained) return none;
  const sums = times(Math.max(0, visit.gradientsFrom.length + visit.ends - 1), numbers(visit.result));
  return add(sums, ownBackward(visit));
};

const ownBackward = (visit: Visit): Amount => {
  const { op, inputs, result, into } = visit;
  const each = (count: number): Amount => times(count, numbers(result));
  const ways = into.filter((flows) => flows).length;
  switch (op.op) {
    case 'map':
      return each(ways === 0 ? 0 : 2);
    case 'affine':
      return each(op.scale === 1 ? 0 : 1);
    case 'zip':
      return op.fn === 'add' ? none : op.fn === 'sub' ? each(into[1] ? 1 : 0) : each(2 * ways);
    case 'conv':
    case 'convTranspose':
    case 'dense':
      return add(
        times(2 * into.slice(0, 2).filter((flows) => flows).length, products(visit)),
        into[2] ? each(1) : none,
      );
    case 'where':
      return each(ways);
    case 'einsum':
      return times(2 * ways, products(visit));
    case 'pool':
      return forwardFlops(visit);
    case 'reduce':
      return numbers(inputs[0]);
    case 'gather':
      return each(ways);
    case 'fourier':
      return times(ways, forwardFlops(visit));
    case 'spectrum':
      return forwardFlops(visit);
    case 'batchNorm':
      return each(8);
    case 'recurrence':
      return times(ways, forwardFlops(visit));
    case 'external':
    case 'take':
      // The gradients of all steps are added up; of a sequence's entries each goes to its own step.
      return op.op === 'external' ? numbers(result) : none;
    default:
      return none;
  }
};

/** The optimiser's operations a trainable number: two moments, two corrections, a root, a quotient, a step. */
export const adamFlops = 12;
