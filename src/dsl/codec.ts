/** Programs as JSON: written canonically, and read with every shape recomputed and never trusted. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { canonical } from '../base/canonical.js';
import { type DecodeError, decodeError } from '../base/error.js';
import { problemOf } from './diagnose.js';
import { extentProblem } from './extent.js';
import { type Graph, inputsOf, languageVersion, outputsOf } from './graph.js';
import { factsOf, readable } from './infer.js';
import { isPath } from './naming.js';
import { Node, type Op } from './op.js';
import { isNameable, type Program, type Shapes } from './program.js';
import { sameShape, showShape } from './shape.js';
import { programOf } from './untyped.js';

const GraphCodec = t.strict({
  language: t.number,
  nodes: t.readonlyArray(Node),
  outputs: t.record(t.string, t.number),
});

/**
 * Canonical JSON of a program; `decodeProgram` of it gives an equal program.
 *
 * @example
 * const p = program({ x: [2] }, ({ x }) => ({ y: scale(3, x) }));
 * encodeProgram(p).slice(0, 27); // => '{"language":1,"nodes":[{"in'
 */
export const encodeProgram = (p: Program): string => canonical(programOf('encodeProgram', p).graph);

/**
 * A program from parsed JSON.
 *
 * **Errors** One sentence that names the node, if the JSON is not a program, was written by a newer version of the
 * language, has unknown fields, or has nodes whose shapes do not follow from their inputs; with `expected`, also if its
 * inputs or outputs are others.
 *
 * @param source its origin, for messages
 * @param expected shapes by name; with it the program is typed by them
 * @example
 * const p = program({ x: [2] }, ({ x }) => ({ y: scale(3, x) }));
 * const json: unknown = JSON.parse(encodeProgram(p));
 * E.isRight(decodeProgram(json)); // => true
 * E.isRight(decodeProgram(json, 'tripler.json', { inputs: { x: [2] }, outputs: { y: [2] } })); // => true
 * E.mapLeft(errorMessage)(decodeProgram([], 'tripler.json'));
 * // => E.left('tripler.json: this is not a program of drumhead: it has no language version')
 */
export const decodeProgram = <const I extends Shapes = Shapes, const Out extends Shapes = Shapes>(
  json: unknown,
  source = 'program',
  expected?: { readonly inputs: I; readonly outputs: Out },
): E.Either<DecodeError, Program<I, Out>> =>
  pipe(
    versioned(json),
    E.flatMap((value) => {
      const problem = extentProblem(value) ?? problemOf(value);
      return problem === undefined ? E.right(value) : E.left(problem);
    }),
    E.flatMap((value) =>
      pipe(
        GraphCodec.decode(value),
        E.mapLeft(() => 'it is not a program of drumhead'),
      ),
    ),
    E.filterOrElse(
      (graph) => canonical(graph) === canonical(json),
      () => 'it has fields that the language does not know',
    ),
    E.flatMap(coherent),
    E.tap((graph) => (expected === undefined ? E.right(undefined) : fulfils(graph, expected))),
    E.bimap(
      (problem) => decodeError(source, problem),
      (graph) => ({ graph }),
    ),
  );

const versioned = (json: unknown): E.Either<string, unknown> =>
  pipe(
    t.type({ language: t.number }).decode(json),
    E.mapLeft(() => 'this is not a program of drumhead: it has no language version'),
    E.filterOrElse(
      ({ language }) => Number.isSafeInteger(language) && language >= 1,
      ({ language }) => `there is no version ${language} of the language`,
    ),
    E.filterOrElse(
      ({ language }) => language <= languageVersion,
      ({ language }) =>
        `it is written in version ${language} of the language, this drumhead reads ${languageVersion}`,
    ),
    E.map(() => json),
  );

/** Checks names, outputs, and that every shape follows from the inputs. */
const coherent = (graph: Graph): E.Either<string, Graph> => {
  const { nodes, outputs } = graph;
  const names = Object.keys(outputs);
  const lost = names.find((name) => !readable(nodes, outputs[name]));
  const misnamed = names.find((name) => !isNameable(name));
  const problem =
    namesProblem(nodes) ??
    (names.length === 0 ? 'it has no outputs' : undefined) ??
    (misnamed === undefined ? undefined : `'${misnamed}' cannot be the name of an output`) ??
    (lost === undefined
      ? undefined
      : `output '${lost}' names node ${outputs[lost]}, which ${nodes[outputs[lost]] === undefined ? 'does not exist' : 'is a scan; only its ports have values'}`);
  return problem === undefined
    ? pipe(
        factsOf(nodes),
        E.map(() => graph),
      )
    : E.left(problem);
};

const nameOf = (op: Op): string | undefined => ('name' in op ? op.name : undefined);

const namesProblem = (nodes: readonly Node[]): string | undefined => {
  const seen = new Map<string, number>();
  for (const [number, { op }] of nodes.entries()) {
    const name = nameOf(op);
    const node = `node ${number} (${op.op})`;
    if (op.op === 'scan') {
      const inside = namesProblem(op.body.nodes);
      if (inside !== undefined) return `${node}: in its step, ${inside}`;
    }
    if (name === undefined) continue;
    if (!(op.op === 'input' ? isNameable(name) : isPath(name)))
      return `${node}: '${name}' cannot be the name of ${op.op === 'input' ? 'an input' : `a ${op.op}`}`;
    // One noise may occur in several places; it is the same noise.
    const key = `${op.op} ${name}`;
    const other = seen.get(key);
    if (other !== undefined && op.op !== 'noise')
      return `${node}: its name '${name}' is already that of node ${other}`;
    seen.set(key, number);
  }
  return undefined;
};

const fulfils = (
  graph: Graph,
  expected: { readonly inputs: Shapes; readonly outputs: Shapes },
): E.Either<string, void> =>
  pipe(
    matches('input', expected.inputs, inputsOf(graph)),
    E.flatMap(() => matches('output', expected.outputs, outputsOf(graph))),
  );

const matches = (what: string, expected: Shapes, found: Shapes): E.Either<string, void> => {
  const shape = (shapes: Shapes, name: string): Shapes[string] | undefined =>
    Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  const say = (shapes: Shapes, name: string): string => {
    const known = shape(shapes, name);
    return known === undefined ? 'none' : showShape(known);
  };
  const wrong = Object.keys({ ...expected, ...found }).find((name) => {
    const [a, b] = [shape(expected, name), shape(found, name)];
    return a === undefined || b === undefined || !sameShape(a, b);
  });
  return wrong === undefined
    ? E.right(undefined)
    : E.left(`${what} '${wrong}': expected ${say(expected, wrong)}, got ${say(found, wrong)}`);
};
