/**
 * Programs: a graph with named, typed inputs and outputs.
 *
 * A program is a value. It can be hashed, written to JSON, read back and compared; every interpreter (training, cost,
 * diagram, light cone) folds over its graph and never calls the user's code again.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { hashOf } from '../base/canonical.js';
import { type Defect, defect, type ProgramError } from '../base/error.js';
import { closeGraph } from './closing.js';
import { type Graph, inputsOf, outputsOf } from './graph.js';
import { pruneGraph } from './prune.js';
import { type Shape, sameShape, showShape } from './shape.js';
import {
  apply,
  type Expr,
  isTensor,
  notATensor,
  ProgramFault,
  refuse,
  shapeOf,
  type Tensor,
} from './tensor.js';
import { functionOf, inWords, isRecord, listOf, programOf } from './untyped.js';

/** Shapes by name. */
export type Shapes = Readonly<Record<string, Shape>>;

declare const types: unique symbol;

/**
 * A closed program from inputs I to outputs O, shapes per sample.
 *
 * @example
 * type Segmenter = Program<{ image: readonly [64, 64, 3] }, { logits: readonly [64, 64, 6] }>;
 */
export interface Program<out I extends Shapes = Shapes, out O extends Shapes = Shapes> {
  readonly graph: Graph;
  readonly [types]?: { readonly inputs: I; readonly outputs: O } | undefined;
}

/** Symbolic inputs for these shapes. */
export type Inputs<I extends Shapes> = { readonly [N in keyof I]: Tensor<I[N]> };
/** The shapes of these tensors. */
export type ShapesOf<O> = { readonly [N in keyof O]: O[N] extends Tensor<infer S> ? S : never } & unknown;

/**
 * `unknown`, or the reason why one of these shapes is impossible (see `Impossible`). A function that runs a program
 * intersects its parameter with this type, so that the compiler shows the reason.
 *
 * @example
 * const run = <I extends Shapes, O extends Shapes>(p: Program<I, O> & Possible<O>): string => signature(p);
 * run(program({ x: [4, 4, 1] }, ({ x }) => ({ y: maxPool(2)(x) }))); // => 'x [4,4,1] → y [2,2,1]'
 */
export type Possible<O extends Shapes> = [Reason<O[keyof O]>] extends [never]
  ? unknown
  : { readonly error: Reason<O[keyof O]> };
type Reason<S extends Shape> = S extends Shape
  ? S[number] extends infer N
    ? N extends { readonly error: infer R }
      ? R
      : never
    : never
  : never;

/**
 * Writes a program: `f` runs once, on symbolic inputs, and the tensors that it returns are closed into a graph.
 *
 * Throws a ProgramFault if a shape that the compiler could not check does not fit; `tryProgram` returns it as a value.
 *
 * @example
 * const blur = program({ image: [8, 8, 1] }, ({ image }) => ({
 *   soft: pipe(image, conv(1, { boundary: 'reflect', bias: false })),
 * }));
 */
export const program = <const I extends Shapes, O extends Readonly<Record<string, Tensor>>>(
  inputs: I,
  f: (inputs: Inputs<I>) => O,
): Program<I, ShapesOf<O>> => {
  if (!isRecord(inputs))
    return refuse(
      'program',
      `its inputs are shapes by name, such as { x: [8, 8, 1] }, got ${inWords(inputs)}`,
    );
  functionOf('program', 'what comes after the inputs', f);
  const given = symbolic(inputs);
  const outputs = f(given);
  checkOutputs(outputs);
  const misnamed = [...Object.keys(inputs), ...Object.keys(outputs)].find((name) => !isNameable(name));
  if (misnamed !== undefined)
    return refuse('program', `'${misnamed}' is not a name: use letters, digits, '_' and '-', a letter first`);
  return { graph: closeGraph(exprsOf(given), exprsOf(outputs)) };
};

/** Checks outputs at run time: a person's file runs without type checks. */
const checkOutputs = (outputs: unknown): void => {
  const one = isTensor(outputs) || typeof outputs !== 'object' || outputs === null;
  if (one)
    refuse('program', 'its function must return a record of outputs, such as ({ x }) => ({ y: tanh(x) })');
  const bad = Object.entries(Object(outputs)).find(([, value]) => !isTensor(value));
  if (bad !== undefined) refuse('program', `output '${bad[0]}': ${notATensor(bad[1])}`);
};

const exprsOf = (tensors: Readonly<Record<string, Tensor>>): Readonly<Record<string, Expr>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, x.expr]));

/** Whether this can be the name of an input or an output: it is also used in file names and foreign formats. */
export const isNameable = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_-]*$/.test(name);

const symbolic = <I extends Shapes>(inputs: I): Inputs<I> => {
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => [
      name,
      apply('input', { op: 'input', name, shape: [...listOf('program', `the sizes of '${name}'`, shape)] }),
    ]),
  );
  return fits(inputs, tensors) ? tensors : refuse('program', 'an input lost its shape');
};

/** A type guard: each tensor has the shape under its name. */
const fits = <I extends Shapes>(
  inputs: I,
  tensors: Readonly<Record<string, Tensor>>,
): tensors is Inputs<I> & Readonly<Record<string, Tensor>> =>
  Object.keys(inputs).every((name) => sameShape(shapeOf(tensors[name]), inputs[name]));

/**
 * Runs a function that writes a program, and returns its error as a value: for shapes that come from a file or a flag.
 *
 * @example
 * const written = tryProgram(() => program({ x: [0, 3] }, ({ x }) => ({ y: square(x) })));
 * E.isLeft(written) ? written.left.message : ''; // => 'every size must be a whole number of at least 1, got [0,3]'
 */
export const tryProgram = <P>(write: () => P): E.Either<ProgramError | Defect, P> =>
  E.tryCatch(write, (cause) => (cause instanceof ProgramFault ? cause.error : defect(cause)));

/**
 * SHA-256 of the graph's canonical JSON: the identity of a program, however it was written.
 *
 * @example
 * const piped = program({ x: [3] }, ({ x }) => ({ y: pipe(x, sin, square) }));
 * const nested = program({ x: [3] }, ({ x }) => ({ y: square(sin(x)) }));
 * hashProgram(piped) === hashProgram(nested); // => true
 */
export const hashProgram = (p: Program): string => hashOf(programOf('hashProgram', p).graph);

/**
 * The program with only these outputs, without the nodes that only other outputs need. Names and inputs do not change.
 *
 * @example
 * const both = program({ x: [8, 8, 1] }, ({ x }) => ({ wave: sin(x), energy: pipe(square(x), sum(0, 1, 2)) }));
 * signature(select(both, 'energy')); // => 'x [8,8,1] → energy []'
 */
export const select = <I extends Shapes, O extends Shapes, N extends keyof O & string>(
  p: Program<I, O>,
  ...outputs: readonly N[]
): Program<I, Pick<O, N>> => {
  programOf('select', p);
  if (outputs.length === 0) return refuse('select', 'names no output');
  const missing = outputs.find((name) => !Object.hasOwn(p.graph.outputs, name));
  if (missing !== undefined)
    return refuse(
      'select',
      `there is no output '${missing}'; the program has ${Object.keys(p.graph.outputs).join(', ')}`,
    );
  return { graph: pruneGraph(p.graph, outputs) };
};

/**
 * One line with the inputs and outputs.
 *
 * @example
 * signature(program({ image: [8, 8, 3] }, ({ image }) => ({ half: maxPool(2)(image) })));
 * // => 'image [8,8,3] → half [4,4,3]'
 */
export const signature = (p: Program): string => {
  programOf('signature', p);
  const list = (shapes: Shapes): string =>
    pipe(
      Object.entries(shapes).map(([name, shape]) => `${name} ${showShape(shape)}`),
      (lines) => (lines.length === 0 ? '()' : lines.join(', ')),
    );
  return `${list(inputsOf(p.graph))} → ${list(outputsOf(p.graph))}`;
};
