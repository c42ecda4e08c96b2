/** Checks of the plain numbers inside an operation. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { grouped, limits } from '../base/limits.js';
import type { Initialiser } from './initialiser.js';
import type { Op } from './op.js';
import { type Shape, showShape, volume } from './shape.js';

type Checked = E.Either<string, void>;

const fine: Checked = E.right(undefined);

/** Whether a number is finite in 32 bits: JSON has no NaN or infinity, and a larger number would become infinite. */
const isFinite32 = (x: number): boolean => Number.isFinite(Math.fround(x));

const finite = (what: string, values: readonly number[]): Checked => {
  const bad = values.find((x) => !isFinite32(x));
  return bad === undefined ? fine : E.left(`${what} must be a finite 32-bit number, got ${bad}`);
};

const atLeast = (least: number, what: string, x: number): Checked =>
  x >= least ? fine : E.left(`${what} must be at least ${least}, got ${x}`);

const both = (...checks: readonly (() => Checked)[]): Checked =>
  checks.reduce<Checked>((so, check) => (E.isLeft(so) ? so : check()), fine);

/** Checks that a stencil fits the centre of a kernel [k..., channels in, channels out]. */
const stencil = (init: Initialiser, shape: Shape): Checked => {
  if (init.kind !== 'laplacian' && init.kind !== 'identity') return fine;
  const sides = shape.slice(0, -2);
  const { groups } = init;
  if (
    groups !== undefined &&
    !(Number.isSafeInteger(groups) && groups >= 2 && shape[shape.length - 1] % groups === 0)
  )
    return E.left(
      `a stencil of ${groups} groups does not fit ${showShape(shape)}; they are 2 or more, and divide the last size`,
    );
  if (init.kind === 'laplacian')
    return sides.length > 0 && sides.every((side) => side >= 3)
      ? fine
      : E.left(`the Laplacian needs a kernel of at least 3 along every axis, got ${showShape(shape)}`);
  return shape.length >= 2
    ? fine
    : E.left(`the identity needs channels in and channels out, got ${showShape(shape)}`);
};

/** Checks that there are as many given values as the parameter has. */
const asMany = (values: readonly number[], shape: Shape): Checked => {
  if (values.length > limits.givenValues)
    return E.left(
      `its starting values are ${grouped(values.length)} numbers, and ${grouped(limits.givenValues)} is the limit of what stands in a program; ` +
        'give more as a file of weights',
    );
  return values.length === volume(shape)
    ? fine
    : E.left(`${values.length} starting values do not fill ${showShape(shape)}, which has ${volume(shape)}`);
};

const initialiser = (init: Initialiser, shape: Shape): Checked => {
  switch (init.kind) {
    case 'constant':
      return finite('the starting value', [init.value]);
    case 'uniform':
      return both(
        () => finite('the bound', [init.bound]),
        () => atLeast(0, 'the bound', init.bound),
      );
    case 'normal':
      return both(
        () => finite('the deviation', [init.deviation]),
        () => atLeast(0, 'the deviation', init.deviation),
      );
    case 'values':
      return both(
        () => asMany(init.values, shape),
        () => finite('every starting value', init.values),
      );
    default:
      return fine;
  }
};

/** Checks that JSON and 32-bit floats can hold every plain number of an operation; else one sentence. */
export const literalsOf = (op: Op): Checked => {
  switch (op.op) {
    case 'constant': {
      const { value } = op;
      return finite('every number', typeof value === 'number' ? [value] : value);
    }
    case 'affine':
      return finite('the factor and the offset', [op.scale, op.shift]);
    case 'conv':
      return pipe(op.boundary, (boundary) =>
        typeof boundary === 'string' ? fine : finite('the fixed value of the boundary', [boundary.fixed]),
      );
    case 'parameter':
      return both(
        () => initialiser(op.init, op.shape),
        () => stencil(op.init, op.shape),
      );
    case 'batchNorm':
      return both(
        () => finite('momentum and epsilon', [op.momentum, op.epsilon]),
        () => (op.momentum <= 1 ? fine : E.left(`momentum must be at most 1, got ${op.momentum}`)),
        () => atLeast(0, 'momentum', op.momentum),
        () => atLeast(0, 'epsilon', op.epsilon),
      );
    default:
      return fine;
  }
};
