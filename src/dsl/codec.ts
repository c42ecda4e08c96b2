/** Programs as JSON: canonical out, and in with every shape recomputed, never trusted. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import { canonical } from '../base/canonical.js';
import { type DecodeError, decodeError } from '../base/error.js';
import { type Graph, inputsOf, languageVersion, outputsOf, parametersOf } from './graph.js';
import { factsOf } from './infer.js';
import { Node } from './op.js';
import type { Program, Shapes } from './program.js';
import { sameShape, show } from './shape.js';

const GraphCodec = t.strict({
  language: t.number,
  nodes: t.readonlyArray(Node),
  outputs: t.record(t.string, t.number),
});

/** Canonical JSON of a program; `decodeProgram` of it gives an equal program. */
export const encodeProgram = (p: Program): string => canonical(p.graph);

/**
 * A program from parsed JSON.
 *
 * Refuses what is not a program, what a newer version of the language wrote, what has fields the language does not
 * know, nodes whose shapes are not what their inputs make them, and, where `expected` is given, other inputs or
 * outputs than those.
 *
 * @param source where it came from, for messages
 */
export const decodeProgram = <const I extends Shapes = Shapes, const Out extends Shapes = Shapes>(
  json: unknown,
  source = 'program',
  expected?: { readonly inputs: I; readonly outputs: Out },
): E.Either<DecodeError, Program<I, Out>> => {
  const refuse = (problem: string): E.Either<DecodeError, never> => E.left(decodeError(source, problem));
  return pipe(
    versionOf(json),
    E.fromOption(() => decodeError(source, 'this is not a program of drumhead: it has no language version')),
    E.chain((version) =>
      version > languageVersion
        ? refuse(
            `it is written in version ${version} of the language, this drumhead reads ${languageVersion}`,
          )
        : E.right(json),
    ),
    E.chain((value) =>
      pipe(
        GraphCodec.decode(value),
        E.mapLeft((errors) => decodeError(source, firstProblem(errors))),
      ),
    ),
    E.chain((graph) =>
      canonical(graph) === canonical(json)
        ? E.right(graph)
        : refuse('it has fields that the language does not know'),
    ),
    E.chain((graph) =>
      pipe(
        coherent(graph, expected),
        E.mapLeft((problem) => decodeError(source, problem)),
      ),
    ),
    E.map((graph) => ({ graph })),
  );
};

const versionOf = (json: unknown): O.Option<number> =>
  pipe(
    t.type({ language: t.number }).decode(json),
    O.fromEither,
    O.map(({ language }) => language),
  );

/** Where the first mismatch is. Unions make io-ts list every alternative; the path is what helps. */
const firstProblem = (errors: t.Errors): string => {
  const keys = (errors[0]?.context ?? []).map((entry) => entry.key).filter((key) => key !== '');
  const node = keys[0] === 'nodes' ? `node ${keys[1]}` : (keys[0] ?? 'it');
  return `${node} is not of the language${keys.length > 2 ? ` (${keys.slice(2).filter(Number.isNaN).join('.') || 'op'})` : ''}`;
};

const coherent = (
  graph: Graph,
  expected: { readonly inputs: Shapes; readonly outputs: Shapes } | undefined,
): E.Either<string, Graph> => {
  const repeated = duplicate(parametersOf(graph).map(({ name }) => name));
  const lost = Object.entries(graph.outputs).find(([, node]) => graph.nodes[node] === undefined);
  if (lost !== undefined) return E.left(`output '${lost[0]}' names node ${lost[1]}, which does not exist`);
  if (Object.keys(graph.outputs).length === 0) return E.left('it has no outputs');
  if (repeated !== undefined) return E.left(`two parameters are named '${repeated}'`);
  return pipe(
    factsOf(graph.nodes),
    E.chain(() =>
      expected === undefined
        ? E.right(graph)
        : pipe(
            matches('input', expected.inputs, inputsOf(graph)),
            E.chain(() => matches('output', expected.outputs, outputsOf(graph))),
            E.map(() => graph),
          ),
    ),
  );
};

const duplicate = (names: readonly string[]): string | undefined =>
  names.find((name, i) => names.indexOf(name) !== i);

const matches = (what: string, expected: Shapes, found: Shapes): E.Either<string, void> => {
  const wrong = Object.keys({ ...expected, ...found }).find(
    (name) => !(name in expected && name in found && sameShape(expected[name], found[name])),
  );
  if (wrong === undefined) return E.right(undefined);
  const say = (shapes: Shapes): string => (wrong in shapes ? show(shapes[wrong]) : 'nothing');
  return E.left(`${what} '${wrong}': expected ${say(expected)}, got ${say(found)}`);
};
