/**
 * Programs: a graph with named, typed inputs and outputs.
 *
 * A program is a value. It can be hashed, written to JSON, read back and compared; every interpreter (training,
 * cost, diagram, light cone) folds over its graph and never meets the user's code again.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { hashOf } from '../base/canonical.js';
import { type Defect, defect, type ProgramError } from '../base/error.js';
import { closeGraph } from './closing.js';
import { type Graph, inputsOf, outputsOf } from './graph.js';
import type { Node } from './op.js';
import { type Shape, sameShape, show } from './shape.js';
import { apply, ProgramFault, refuse, shapeOf, type Tensor } from './tensor.js';

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
export type ShapesOf<O> = { readonly [N in keyof O]: O[N] extends Tensor<infer S> ? S : never };

/**
 * `unknown`, or the reason why one of these shapes cannot be (see `Impossible`). Whoever takes a program to run it
 * intersects with this, so that the compiler shows the reason.
 */
export type Possible<O extends Shapes> = {
  [N in keyof O]: PossibleShape<O[N]>;
}[keyof O];
type PossibleShape<S extends Shape> = S extends readonly [infer Head, ...infer Rest extends Shape]
  ? Head extends { readonly error: infer Reason }
    ? { readonly error: Reason }
    : PossibleShape<Rest>
  : unknown;

/**
 * Writes a program: `f` runs once, on symbolic inputs, and what it returns is closed into a graph.
 *
 * Throws a ProgramFault when a shape does not fit that the compiler could not see; `tryProgram` gives it as a value.
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
  const outputs = f(symbolic(inputs));
  const misnamed = [...Object.keys(inputs), ...Object.keys(outputs)].find((name) => !nameable.test(name));
  if (misnamed !== undefined)
    return refuse('program', `'${misnamed}' is not a name: use letters, digits, '_' and '-'`);
  return {
    graph: closeGraph(Object.fromEntries(Object.entries(outputs).map(([name, x]) => [name, x.expr]))),
  };
};

const nameable = /^[A-Za-z][A-Za-z0-9_-]*$/;

const symbolic = <I extends Shapes>(inputs: I): Inputs<I> => {
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => [name, apply('input', { op: 'input', name, shape })]),
  );
  return fits(inputs, tensors) ? tensors : refuse('program', 'an input lost its shape');
};

/** Tells the compiler, by looking, that each tensor has the shape under its name. */
const fits = <I extends Shapes>(
  inputs: I,
  tensors: Readonly<Record<string, Tensor>>,
): tensors is Inputs<I> & Readonly<Record<string, Tensor>> =>
  Object.keys(inputs).every((name) => sameShape(shapeOf(tensors[name]), inputs[name]));

/** As `program`, with what is wrong as a value: for shapes that come from a file or a flag. */
export const tryProgram = <P>(write: () => P): E.Either<ProgramError | Defect, P> =>
  E.tryCatch(write, (cause) => (cause instanceof ProgramFault ? cause.error : defect(cause)));

/** SHA-256 of the graph's canonical JSON: the identity of a program, however it was written. */
export const hashProgram = (p: Program): string => hashOf(p.graph);

/**
 * The program with these outputs alone; what only the others needed is gone. Names stay.
 *
 * @example
 * const trained = select(nwm, 'logits');
 */
export const select = <I extends Shapes, O extends Shapes, N extends keyof O & string>(
  p: Program<I, O>,
  ...outputs: readonly N[]
): Program<I, Pick<O, N>> => {
  const missing = outputs.find((name) => !(name in p.graph.outputs));
  if (missing !== undefined)
    return refuse(
      'select',
      `there is no output '${missing}'; the program has ${Object.keys(p.graph.outputs).join(', ')}`,
    );
  return { graph: prune(p.graph, outputs) };
};

const prune = (graph: Graph, outputs: readonly string[]): Graph => {
  const kept = new Set<number>();
  const visit = (pending: number[]): void => {
    for (let number = pending.pop(); number !== undefined; number = pending.pop()) {
      if (kept.has(number)) continue;
      kept.add(number);
      pending.push(...graph.nodes[number].inputs);
    }
  };
  visit(outputs.map((name) => graph.outputs[name]));
  const order = [...kept].sort((a, b) => a - b);
  const renumbered = new Map(order.map((number, index) => [number, index]));
  const to = (number: number): number => renumbered.get(number) ?? 0;
  const nodes = order.map((number): Node => {
    const node = graph.nodes[number];
    return { ...node, inputs: node.inputs.map(to) };
  });
  return {
    ...graph,
    nodes,
    outputs: Object.fromEntries([...outputs].sort().map((name) => [name, to(graph.outputs[name])])),
  };
};

/** One line: `image [64,64,3] → logits [64,64,6], waves [100,64,64,2]`. */
export const signature = (p: Program): string => {
  const list = (shapes: Shapes): string =>
    pipe(
      Object.entries(shapes).map(([name, shape]) => `${name} ${show(shape)}`),
      (lines) => (lines.length === 0 ? '()' : lines.join(', ')),
    );
  return `${list(inputsOf(p.graph))} → ${list(outputsOf(p.graph))}`;
};
