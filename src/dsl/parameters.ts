/**
 * Freezes, renames and shares a program's parameters by pattern. Each function returns a new program and leaves the
 * given one unchanged.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { ProgramError } from '../base/error.js';
import { collector } from './collector.js';
import { filledIn, matchOf, nearPattern, wildcardsIn } from './glob.js';
import { type Graph, parametersOf, runningStatistics } from './graph.js';
import { isPath } from './naming.js';
import { type Body, type Node, type Op, type OpOf, type ScanOp, scanInputs } from './op.js';
import type { Program, Shapes } from './program.js';
import { pruneGraph } from './prune.js';
import { sameShape, showShape } from './shape.js';
import { inWords, isProgram, isRecord, notAProgram } from './untyped.js';

const wrong = (operation: string, message: string): E.Either<ProgramError, never> =>
  E.left({ _tag: 'ProgramError', operation, message });

const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'the program has none'
    : `the program has ${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`;

const namesIn = ({ graph }: Program): readonly string[] => parametersOf(graph).map(({ name }) => name);

/** The names that a pattern matches; an error if there are none. */
const matched = (
  operation: string,
  p: Program,
  pattern: string,
): E.Either<ProgramError, readonly string[]> => {
  const problem = isProgram(p)
    ? typeof pattern === 'string'
      ? undefined
      : `a pattern is a text such as 'encoder/*', got ${inWords(pattern)}`
    : notAProgram(p);
  if (problem !== undefined) return wrong(operation, problem);
  const names = namesIn(p);
  const found = names.filter((name) => matchOf(pattern, name) !== null);
  const near = nearPattern(pattern, names);
  return found.length > 0
    ? E.right(found)
    : wrong(
        operation,
        `no parameter is named '${pattern}'${near === undefined ? ';' : `; did you mean '${near}'?`} ${listed(names)}`,
      );
};

/** The program with other declarations of its parameters. */
const redeclared = <I extends Shapes, O extends Shapes>(
  { graph }: Program<I, O>,
  change: (declared: OpOf<'parameter'>) => OpOf<'parameter'>,
): Program<I, O> => ({
  graph: {
    ...graph,
    nodes: graph.nodes.map((node) => (node.op.op === 'parameter' ? { ...node, op: change(node.op) } : node)),
  },
});

const trainedIf =
  (operation: string, trainable: boolean) =>
  <I extends Shapes, O extends Shapes>(
    p: Program<I, O>,
    patterns: readonly string[],
  ): E.Either<ProgramError, Program<I, O>> => {
    if (patterns.length === 0)
      return wrong(operation, "it names no parameters; give a pattern such as 'encoder/*'");
    return pipe(
      E.traverseArray((pattern: string) => matched(operation, p, pattern))(patterns),
      E.map((found) => {
        const statistics = runningStatistics(p.graph);
        const meant = new Set(found.flat());
        return redeclared(p, (declared) =>
          meant.has(declared.name) && !statistics.has(declared.name) ? { ...declared, trainable } : declared,
        );
      }),
    );
  };

/**
 * The program in which the parameters that match these patterns are no longer trained: the optimiser does not change a
 * bit of them, not even by weight decay, and no gradient is computed that only they need. In a pattern `*` is any text,
 * `/` included, and `?` one character. The running statistics of a batch norm still follow the batches, since they are
 * never trained.
 *
 * **Errors** ProgramError where a pattern matches no parameter, with the nearest pattern that does.
 *
 * @example
 * const p = program({ x: [4] }, ({ x }) => ({ y: pipe(x, scope('encoder', dense(3)), scope('decoder', dense(2))) }));
 * const half = pipe(freeze(p, 'encoder/*'), E.map(({ graph }) => parametersOf(graph).filter((w) => w.trainable)));
 * E.isRight(half) ? half.right.map(({ name }) => name) : []; // => ['decoder/dense1/weight', 'decoder/dense1/bias']
 * pipe(freeze(p, 'encodr/*'), E.mapLeft(errorMessage), E.isLeft); // => true
 */
export const freeze = <I extends Shapes, O extends Shapes>(
  p: Program<I, O>,
  ...patterns: readonly string[]
): E.Either<ProgramError, Program<I, O>> => trainedIf('freeze', false)(p, patterns);

/**
 * The program in which the parameters that match these patterns are trained again; the inverse of `freeze`, with the
 * same kind of patterns. Running statistics of a batch norm do not change.
 *
 * **Errors** ProgramError where a pattern matches no parameter.
 *
 * @example
 * const p = program({ x: [4] }, ({ x }) => ({ y: dense(3, { trainable: false })(x) }));
 * pipe(unfreeze(p, '*'), E.map(({ graph }) => parametersOf(graph).every((w) => w.trainable))); // => E.right(true)
 */
export const unfreeze = <I extends Shapes, O extends Shapes>(
  p: Program<I, O>,
  ...patterns: readonly string[]
): E.Either<ProgramError, Program<I, O>> => trainedIf('unfreeze', true)(p, patterns);

/** Old name → new name of every parameter that one of these patterns matches; the first match counts. */
const renames = (
  operation: string,
  p: Program,
  patterns: Readonly<Record<string, string>>,
): E.Either<ProgramError, ReadonlyMap<string, string>> => {
  const pairs = isRecord(patterns) ? Object.entries<unknown>(patterns) : [];
  if (pairs.length === 0) return wrong(operation, "it names no parameters; give { 'from/*': 'to/*' }");
  const named = pairs.flatMap(([from, to]) => (typeof to === 'string' ? [[from, to] as const] : []));
  const nameless = pairs.find(([, to]) => typeof to !== 'string');
  if (nameless !== undefined)
    return wrong(
      operation,
      `'${nameless[0]}' needs a text such as 'encoder/*' as its new name, got ${inWords(nameless[1])}`,
    );
  const uneven = named.find(([from, to]) => wildcardsIn(to) > wildcardsIn(from));
  if (uneven !== undefined)
    return wrong(
      operation,
      `'${uneven[1]}' has more '*' and '?' than '${uneven[0]}': nothing could stand there`,
    );
  return pipe(
    E.traverseArray(([from, to]: readonly [string, string]) =>
      pipe(
        matched(operation, p, from),
        E.map((names) => names.map((name) => [name, filledIn(to, matchOf(from, name) ?? [])] as const)),
      ),
    )(named),
    E.map((found) => {
      const to = new Map<string, string>();
      for (const [from, name] of found.flat()) if (!to.has(from)) to.set(from, name);
      return to;
    }),
  );
};

/**
 * The program with renamed parameters: in `{ 'encoder/*': 'eye/*' }` the `*` of the new name stands for the text that
 * the `*` of the pattern matched. Only names change, so weights of a file can be fitted to a program with other names.
 * Random initial values are drawn by name, so they change too.
 *
 * **Errors** ProgramError where a pattern matches no parameter, where a new name is none, and where two parameters would
 * have one name (`share` makes them one).
 *
 * @example
 * const p = program({ x: [4] }, ({ x }) => ({ y: dense(2, { name: 'encoder/mix' })(x) }));
 * const other = rename(p, { 'encoder/*': 'eye/*' });
 * pipe(other, E.map(({ graph }) => parametersOf(graph).map(({ name }) => name)));
 * // => E.right(['eye/mix/weight', 'eye/mix/bias'])
 */
export const rename = <I extends Shapes, O extends Shapes>(
  p: Program<I, O>,
  patterns: Readonly<Record<string, string>>,
): E.Either<ProgramError, Program<I, O>> =>
  pipe(
    renames('rename', p, patterns),
    E.flatMap((to) => {
      const names = namesIn(p).map((name) => to.get(name) ?? name);
      const bad = names.find((name) => !isPath(name));
      if (bad !== undefined)
        return wrong(
          'rename',
          `'${bad}' is not a name: use letters, digits, '_', '-' and '.', and '/' between parts`,
        );
      const twice = names.find((name, i) => names.indexOf(name) < i);
      return twice === undefined
        ? E.right(
            redeclared(p, (declared) => ({ ...declared, name: to.get(declared.name) ?? declared.name })),
          )
        : wrong('rename', `two parameters would be named '${twice}'; share makes two parameters one`);
    }),
  );

/**
 * The program with shared parameters: `{ 'right/*': 'left/*' }` replaces each parameter that the pattern matches by the
 * one with the other name, which must exist and have the same shape. The result has the hash of a program written with
 * one layer in both places: equal nodes become one.
 *
 * **Errors** ProgramError where a pattern matches no parameter, where the other one does not exist or has another shape.
 *
 * @example
 * const [a, b] = [dense(4, { name: 'a' }), dense(4, { name: 'b' })];
 * const two = program({ x: [4] }, ({ x }) => ({ y: pipe(x, a, tanh, b) }));
 * const one = program({ x: [4] }, ({ x }) => ({ y: pipe(x, a, tanh, a) }));
 * pipe(share(two, { 'b/*': 'a/*' }), E.map(hashProgram)); // => E.right(hashProgram(one))
 */
export const share = <I extends Shapes, O extends Shapes>(
  p: Program<I, O>,
  patterns: Readonly<Record<string, string>>,
): E.Either<ProgramError, Program<I, O>> =>
  pipe(
    renames('share', p, patterns),
    E.flatMap((to) => {
      const declared = new Map(parametersOf(p.graph).map((parameter) => [parameter.name, parameter]));
      for (const [from, other] of to) {
        const [one, two] = [declared.get(from), declared.get(other)];
        if (one === undefined || two === undefined)
          return wrong(
            'share',
            `'${from}' should be '${other}', and there is no such parameter; ${listed([...declared.keys()])}`,
          );
        if (!sameShape(one.shape, two.shape))
          return wrong(
            'share',
            `'${from}' is ${showShape(one.shape)} and '${other}' ${showShape(two.shape)}; only parameters of one shape can be one`,
          );
        if (to.has(other) && to.get(other) !== other)
          return wrong('share', `'${other}' is itself to be '${to.get(other)}'; name the one that is left`);
      }
      return E.right({ graph: merged(p.graph, (name) => declared.get(to.get(name) ?? name)) });
    }),
  );

/** The graph with these parameters in place of its own; equal nodes become one, as when a program is written. */
const merged = (
  graph: Graph,
  parameter: (name: string) => Omit<OpOf<'parameter'>, 'op'> | undefined,
): Graph => {
  const { nodes, add } = collector();
  const place: number[] = [];
  for (const { op, inputs, shape } of graph.nodes) {
    const read = inputs.map((input) => place[input]);
    if (op.op === 'scan') place.push(mergedScan(op, read, shape, add));
    else {
      const other = op.op === 'parameter' ? parameter(op.name) : undefined;
      place.push(add(other === undefined ? op : { ...other, op: 'parameter' }, read, shape));
    }
  }
  const outputs = Object.fromEntries(
    Object.entries(graph.outputs).map(([name, node]) => [name, place[node]]),
  );
  return pruneGraph({ ...graph, nodes, outputs }, Object.keys(outputs));
};

/** A scan whose externals may have become equal: they become one in its body, too. */
const mergedScan = (
  op: ScanOp,
  inputs: readonly number[],
  shape: Node['shape'],
  add: (op: Op, inputs: readonly number[], shape: Node['shape']) => number,
): number => {
  const { fields, sequences, externals } = scanInputs(op, inputs);
  const sources = [...new Set(externals)];
  const inside = collector();
  const place: number[] = [];
  for (const node of op.body.nodes) {
    const read = node.inputs.map((input) => place[input]);
    if (node.op.op === 'scan') place.push(mergedScan(node.op, read, node.shape, inside.add));
    else
      place.push(
        inside.add(
          node.op.op === 'external'
            ? { ...node.op, index: sources.indexOf(externals[node.op.index]) }
            : node.op,
          read,
          node.shape,
        ),
      );
  }
  const moved = (numbers: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
    Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, place[number]]));
  const { next, observe, until } = op.body;
  const body: Body = {
    nodes: inside.nodes,
    next: moved(next),
    observe: moved(observe),
    ...(until === undefined ? {} : { until: place[until] }),
  };
  return add({ ...op, body }, [...fields, ...sequences, ...sources], shape);
};
