/** Checks of the plain numbers inside an operation. */

import * as E from 'fp-ts/lib/Either.js';
import { grouped, limits } from '../base/limits.js';
import type { Initialiser } from './initialiser.js';
import type { Boundary, Op } from './op.js';
import { type Shape, showShape, volume } from './shape.js';

type Checked = E.Either<string, void>;

const fine: Checked = E.right(undefined);

/** Whether a number is finite in 32 bits: JSON has no NaN or infinity, and a larger number would become infinite. */
const isFinite32 = (x: unknown): boolean => typeof x === 'number' && Number.isFinite(Math.fround(x));

/** A value for messages; text is in quotation marks, so that '2' is not mistaken for 2. */
const written = (x: unknown): string => (typeof x === 'string' ? `'${x}'` : String(x));

/** Files run without type checks, so a number may be missing or be any other value. */
const finite = (what: string, values: readonly unknown[]): Checked => {
  const bad = values.findIndex((x) => !isFinite32(x));
  return bad < 0 ? fine : E.left(`${what} must be a finite 32-bit number, got ${written(values[bad])}`);
};

/** Checks the fixed value of a boundary; the shape rule checks that it is a boundary. */
const fixedValue = (boundary: Boundary): Checked =>
  typeof boundary === 'object' && boundary !== null && 'fixed' in boundary
    ? finite('the fixed value of the boundary', [boundary.fixed])
    : fine;

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

/** Checks that the number of given values is that of the parameter's entries. */
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
    case 'between':
      return both(
        () => finite('every bound', [init.from, init.to]),
        () => atLeast(init.from, 'the upper bound', init.to),
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
      return finite('every number', Array.isArray(value) ? value : [value]);
    }
    case 'affine':
      return finite('the factor and the offset', [op.scale, op.shift]);
    case 'conv':
      return fixedValue(op.boundary);
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
