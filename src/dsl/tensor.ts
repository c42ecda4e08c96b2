/**
 * Symbolic tensors: the values of a program while it is being written.
 *
 * A tensor holds an expression, an immutable value that remembers how it is computed. Nothing is computed here. Every
 * operation checks its shapes when it is applied, and an error names the line of the user's source.
 */

import * as E from 'fp-ts/lib/Either.js';
import type { ProgramError } from '../base/error.js';
import type { Layer, Scope } from './identity.js';
import { type Facts, infer } from './infer.js';
import type { Initialiser } from './initialiser.js';
import type { Op, OpName, OpOf } from './op.js';
import type { Shape } from './shape.js';
import { noBatchInScan } from './shape-rules.js';
import { callerLocation } from './source-location.js';

declare const shape: unique symbol;

/**
 * A tensor of shape S, per sample. S exists only in types; `shapeOf` gives the shape as a value.
 *
 * @example
 * const field: Tensor<readonly [64, 64, 2]> = zeros(64, 64, 2);
 */
export interface Tensor<out S extends Shape = Shape> {
  readonly expr: Expr;
  readonly [shape]?: S | undefined;
}

/**
 * The sizes along the axes of one sample, with the types of the tensor's type.
 *
 * @example
 * shapeOf(zeros(64, 64, 2)); // => [64, 64, 2]
 * const [height] = shapeOf(zeros(64, 48, 2));
 * const square64 = zeros(height, height);   // Tensor<readonly [64, 64]>
 */
export const shapeOf = <S extends Shape>(x: Tensor<S>): S => {
  const shape = isTensor(x) ? x.expr.facts.shape : refuse('language', notATensor(x));
  return isOf<S>(shape) ? shape : refuse('language', 'its shape is not a list of sizes');
};

/** The value agrees with the tensor's type; `infer` and spec/types guarantee that. */
const isOf = <S extends Shape>(shape: Shape): shape is S => Array.isArray(shape);

/** Whether this is a tensor. Files run without type checks, so it may be any value. */
export const isTensor = (x: unknown): x is Tensor =>
  typeof x === 'object' &&
  x !== null &&
  'expr' in x &&
  typeof x.expr === 'object' &&
  x.expr !== null &&
  'facts' in x.expr;

/** Why something is not a tensor. */
export const notATensor = (x: unknown): string => {
  const what =
    typeof x === 'function'
      ? 'a function; is an argument missing?'
      : typeof x === 'object' && x !== null
        ? `a record of ${Object.keys(x).slice(0, 6).join(', ') || 'nothing'}; name the one that is meant`
        : String(x);
  return `a tensor is needed here, got ${what}`;
};

/** An expression: an operation on expressions, the facts of its value, and the scans in whose steps it is used. */
export interface Expr {
  readonly op: ExprOp;
  readonly inputs: readonly Expr[];
  readonly facts: Facts;
  /** The scans on whose placeholders it depends; it is part of their steps. */
  readonly free: ReadonlySet<symbol>;
}

type Named = 'parameter' | 'noise';
type Bound = 'state' | 'element' | 'external' | 'clock';

/** The primitives before a program is closed: parameters have no names, and the bodies of scans are still open. */
export type ExprOp =
  | OpOf<Exclude<OpName, Named | Bound | 'scan'>>
  | ParameterExpr
  | NoiseExpr
  | PlaceholderExpr
  | ScanExpr;

/** A parameter of a layer, before it has a name. */
export interface ParameterExpr {
  readonly op: 'parameter';
  /** With the role this identifies the parameter: the weight of a layer is one parameter wherever it is used. */
  readonly layer: Layer;
  readonly role: string;
  readonly scope: Scope | undefined;
  readonly shape: Shape;
  readonly init: Initialiser;
  readonly trainable: boolean;
}

/** A source of noise, before it has a name. */
export interface NoiseExpr {
  readonly op: 'noise';
  readonly layer: Layer;
  readonly scope: Scope | undefined;
  readonly shape: Shape;
  readonly distribution: OpOf<'noise'>['distribution'];
}

/** A leaf of a scan's step. */
export interface PlaceholderExpr {
  readonly op: 'placeholder';
  readonly scan: symbol;
  readonly leaf:
    | { readonly op: 'state'; readonly field: string }
    | { readonly op: 'element'; readonly sequence: number }
    | { readonly op: 'clock' };
}

/** A scan whose body is still open. */
export interface ScanExpr {
  readonly op: 'scan';
  readonly scan: symbol;
  readonly steps: number;
  readonly fields: readonly string[];
  readonly sequences: number;
  readonly every?: Readonly<Record<string, number>>;
  readonly remat?: number;
  readonly next: Readonly<Record<string, Expr>>;
  readonly observe: Readonly<Record<string, Expr>>;
  readonly until?: Expr;
}

/** The results of a scan's step, the state first. */
export const insideOf = ({ fields, next, observe, until }: ScanExpr): readonly Expr[] => [
  ...fields.map((field) => next[field]),
  ...Object.keys(observe)
    .sort()
    .map((name) => observe[name]),
  ...(until === undefined ? [] : [until]),
];

/**
 * Carries a ProgramError out of the user's function; `tryProgram` catches it and returns its `error` as a value.
 *
 * @example
 * try {
 *   zeros(0, 3);
 * } catch (fault) {
 *   if (fault instanceof ProgramFault) fault.error.operation; // 'zeros'
 * }
 */
export class ProgramFault extends Error {
  readonly error: ProgramError;
  constructor(error: ProgramError) {
    super(`${error.operation}: ${error.message}${error.at === undefined ? '' : ` (at ${error.at})`}`);
    this.name = 'ProgramFault';
    this.error = error;
  }
}

/**
 * Throws a ProgramFault with this message.
 *
 * @param at the source location; default: where the user called the language
 * @example
 * const half = (x: Tensor<readonly [number]>): Tensor => {
 *   const [n] = shapeOf(x);
 *   return n % 2 === 0 ? slice(x, [0], [n / 2]) : refuse('half', `[${n}] has no half`);
 * };
 * half(zeros(4));
 */
export const refuse = (operation: string, message: string, at = callerLocation()): never => {
  const place = at();
  throw new ProgramFault({
    _tag: 'ProgramError',
    operation,
    message,
    ...(place === undefined ? {} : { at: place }),
  });
};

const none: ReadonlySet<symbol> = new Set();

/** The scans that any of these is part of. */
export const freeIn = (exprs: readonly Expr[]): ReadonlySet<symbol> => {
  const sets = exprs.map((expr) => expr.free).filter((set) => set.size > 0);
  return sets.length === 0 ? none : sets.length === 1 ? sets[0] : new Set(sets.flatMap((set) => [...set]));
};

/** A tensor of an expression. The caller claims that its shape is S; `infer` checks it. */
export const tensor = <S extends Shape>(expr: Expr): Tensor<S> => ({ expr });

/**
 * Applies a primitive. `operation` is the name that the user knows it by.
 *
 * Every function of the language ends here: the function declares the result's type, `infer` computes its shape, and
 * spec/types checks that the two agree.
 */
export const apply = <S extends Shape>(
  operation: string,
  op: OpOf<Exclude<OpName, Named | Bound | 'scan' | 'take'>>,
  ...inputs: readonly Tensor[]
): Tensor<S> => {
  const stranger = inputs.findIndex((input) => !isTensor(input));
  if (stranger >= 0) return refuse(operation, notATensor(inputs[stranger]));
  const exprs = inputs.map((input) => input.expr);
  const free = freeIn(exprs);
  const facts = infer(
    op,
    exprs.map((expr) => expr.facts),
  );
  if (E.isLeft(facts)) return refuse(operation, facts.left);
  // `infer` does not know whether it is in a step. A batch norm of values that the step does not change is computed
  // before the scan and is allowed.
  if (op.op === 'batchNorm' && free.size > 0) return refuse(operation, noBatchInScan);
  return tensor<S>({ op, inputs: exprs, facts: facts.right, free });
};

/** A leaf or a bound expression whose facts are known already. */
export const known = <S extends Shape>(
  op: ExprOp,
  facts: Facts,
  inputs: readonly Expr[],
  free: ReadonlySet<symbol>,
): Tensor<S> => tensor({ op, inputs, facts, free });

/** Whether an operation is a primitive of `Op` already. */
export type Primitive = Exclude<ExprOp, ParameterExpr | NoiseExpr | PlaceholderExpr | ScanExpr>;
/** Whether an operation can enter a graph as it is. */
export const isPrimitive = (op: ExprOp): op is Primitive & Op =>
  op.op !== 'parameter' && op.op !== 'noise' && op.op !== 'placeholder' && op.op !== 'scan';
