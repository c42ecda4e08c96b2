/** Programs on other grids and over more steps, with the same weights. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { extentProblem } from '../extent.js';
import { type Graph, inputsOf, outputsOf } from '../graph.js';
import { factsOf } from '../infer.js';
import { checkedOptions } from '../options.js';
import type { Program, Shapes } from '../program.js';
import { type Shape, sameShape, showShape } from '../shape.js';
import { refuse } from '../tensor.js';
import { listOf, programOf } from '../untyped.js';
import { unrecognised } from './meanings.js';
import { rebuildNodes } from './rebuild.js';
import type { Axis } from './relations.js';
import { type Axed, axesOfNodes } from './rules.js';
import { axes } from './sizes.js';

/** The same number of axes, each of any size. */
export type Widened<S extends Shape> = { readonly [K in keyof S]: number };

/** The sizes that change. */
export interface Resizing<I extends Shapes, O extends Shapes> {
  /** New shapes of inputs; the others keep theirs. */
  readonly inputs?: { readonly [N in keyof I]?: Widened<I[N]> } | undefined;
  /** New numbers of steps, by scan: `scan1`, `scan2`, … in the order of the program; or of its only scan. */
  readonly steps?: number | Readonly<Record<string, number>> | undefined;
  /** The shapes that the outputs must have. They become the types of the outputs and are compared with the result. */
  readonly outputs?: { readonly [N in keyof O]?: Widened<O[N]> } | undefined;
}

type Replaced<Old extends Shapes, New> = {
  readonly [N in keyof Old]: N extends keyof New ? (New[N] extends Shape ? New[N] : Old[N]) : Old[N];
} & unknown;
type Expected<Old extends Shapes, New> = {
  readonly [N in keyof Old]: N extends keyof New
    ? New[N] extends Shape
      ? New[N]
      : Widened<Old[N]>
    : Widened<Old[N]>;
} & unknown;

/**
 * The same program on another grid or over more steps. Parameters keep their names and shapes, so trained weights fit.
 *
 * Every size that follows from the new ones changes: those of fields, sequences and reshapes. A resampling keeps its
 * ratio, unless something else decides its size; Fourier operators keep their modes; long convolutions are as long as
 * the sequence that they act on; and `kSpaceWave` rotates the modes of the new grid. Other numbers do not change: a
 * scale by 1 / 64 is only known to come from a grid of 64 in an inverse Fourier transform. Outputs have sizes of type
 * `number` unless `outputs` states them.
 *
 * Throws a ProgramFault if a layer has a fixed size that would have to change (a linear readout over time, a learned
 * position table, a gather by number, another dispersion than that of waves in k-space), or if a new size is ambiguous
 * (half of a sequence, an axis cut in two).
 *
 * @example
 * const small = program({ image: [8, 8, 1] }, ({ image }) => ({
 *   waves: scan({
 *     steps: 10,
 *     init: { y: image, z: zeros(8, 8, 1) },
 *     step: oscillator({ dt: 0.1, coupling: coupling() }),
 *     observe: ({ y }) => y,
 *   }),
 * }));
 * const large = resize(small, { inputs: { image: [32, 48, 1] }, steps: 40, outputs: { waves: [40, 32, 48, 1] } });
 * signature(large); // => 'image [32,48,1] → waves [40,32,48,1]'
 */
export const resize = <I extends Shapes, O extends Shapes, const R extends Resizing<NoInfer<I>, NoInfer<O>>>(
  p: Program<I, O>,
  to: R,
): Program<
  R extends { readonly inputs: infer Given } ? Replaced<I, Given> : I,
  R extends { readonly outputs: infer Given } ? Expected<O, Given> : Expected<O, unknown>
> => {
  programOf('resize', p);
  checkedOptions<object>('resize', to, { inputs: true, steps: true, outputs: true });
  for (const shapes of [to.inputs, to.outputs])
    for (const [name, shape] of Object.entries<Shape | undefined>({ ...shapes }))
      if (shape !== undefined) listOf('resize', `the sizes of '${name}'`, shape);
  const resized = resizeGraph(p.graph, { ...(to.inputs ?? {}) }, to.steps);
  if (E.isLeft(resized)) return refuse('resize', resized.left);
  const found = outputsOf(resized.right);
  for (const [name, shape] of Object.entries<Shape | undefined>(to.outputs ?? {})) {
    if (!Object.hasOwn(found, name))
      return refuse(
        'resize',
        `there is no output '${name}'; the program has ${Object.keys(found).join(', ')}`,
      );
    if (shape !== undefined && !sameShape(shape, found[name]))
      return refuse('resize', `output '${name}' is ${showShape(found[name])}, not ${showShape(shape)}`);
  }
  return { graph: resized.right };
};

/** The graph at these sizes, or one sentence on why it does not exist. */
export const resizeGraph = (
  graph: Graph,
  inputs: Readonly<Record<string, Shape | undefined>>,
  steps?: number | Readonly<Record<string, number>>,
): E.Either<string, Graph> => {
  const known = axes();
  const recognised = unrecognised();
  const axed = axesOfNodes(graph.nodes, known, recognised);
  return pipe(
    giveInputs(graph, inputs, axed, known.decide),
    E.flatMap(() => giveSteps(steps, axed, known.decide)),
    E.flatMap(known.solve),
    E.flatMap((sizeOf) => rebuildNodes(graph.nodes, axed, sizeOf, recognised)),
    E.tap((nodes) => factsOf(nodes)),
    E.map((nodes): Graph => ({ ...graph, nodes })),
    E.flatMap((resized) => {
      const problem = extentProblem(resized);
      return problem === undefined ? E.right(resized) : E.left(problem);
    }),
  );
};

type Decide = (axis: Axis, size: number, by: string) => void;

const wholeSize = (n: number): boolean => Number.isSafeInteger(n) && n >= 1;

const giveInputs = (
  graph: Graph,
  inputs: Readonly<Record<string, Shape | undefined>>,
  axed: readonly Axed[],
  decide: Decide,
): E.Either<string, void> => {
  const shapes = inputsOf(graph);
  for (const [name, given] of Object.entries(inputs)) {
    if (!Object.hasOwn(shapes, name))
      return E.left(`there is no input '${name}'; the program has ${Object.keys(shapes).join(', ')}`);
    if (given === undefined) continue;
    if (!Array.isArray(given) || given.length !== shapes[name].length || !given.every(wholeSize))
      return E.left(
        `input '${name}' is ${showShape(shapes[name])} and needs as many whole sizes, got ${showShape(given)}`,
      );
  }
  // An input that is not named keeps its shape, since a person's data have that shape.
  for (const [number, { op }] of graph.nodes.entries())
    if (op.op === 'input')
      for (const [i, axis] of axed[number].axes.entries())
        decide(axis, (inputs[op.name] ?? op.shape)[i], `the input '${op.name}'`);
  return E.right(undefined);
};

const giveSteps = (
  steps: number | Readonly<Record<string, number>> | undefined,
  axed: readonly Axed[],
  decide: Decide,
): E.Either<string, void> => {
  const scans = axed.flatMap(({ scan }) => (scan === undefined ? [] : [scan]));
  const names = scans.map((_, i) => `scan${i + 1}`);
  if (steps === undefined || steps === null) return E.right(undefined);
  if (typeof steps === 'number' && scans.length !== 1)
    return E.left(
      scans.length === 0
        ? 'the program has no scan whose steps could change'
        : `the program has ${scans.length} scans; give the steps of each by name, such as { ${names[0]}: ${steps} }`,
    );
  for (const [name, count] of Object.entries(typeof steps === 'number' ? { scan1: steps } : steps)) {
    const scan = scans[names.indexOf(name)];
    if (scan === undefined)
      return E.left(`there is no scan '${name}'; the program has ${names.join(', ') || 'none'}`);
    if (!wholeSize(count)) return E.left(`${name} takes a whole number of steps of at least 1, got ${count}`);
    decide(scan.steps, count, `the steps of ${name}`);
  }
  return E.right(undefined);
};
