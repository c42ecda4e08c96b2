/** Finds the problem with JSON that should be a graph, in one sentence that names the node. */

import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { canonical } from '../base/canonical.js';
import { nearest } from '../base/error.js';
import { fieldCodecs } from './op.js';

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (u: unknown): u is Fields => typeof u === 'object' && u !== null && !Array.isArray(u);

const shown = (u: unknown): string => {
  const text = u === undefined ? 'nothing' : canonical(u);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

const isWhole = (u: unknown): boolean => typeof u === 'number' && Number.isSafeInteger(u) && u >= 0;
const areWhole = (u: unknown): boolean => Array.isArray(u) && u.every(isWhole);

/** The first problem that one of these checks finds. */
const first = (...checks: readonly (() => string | undefined)[]): string | undefined => {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
};

const strange = (record: Fields, known: readonly string[]): string | undefined => {
  const field = Object.keys(record).find((key) => !known.includes(key));
  return field === undefined ? undefined : `has a field '${field}' that the language does not know`;
};

const wrong = (what: string, wanted: string, u: unknown): string =>
  `${what} must be ${wanted}, got ${shown(u)}`;

const plainly: Readonly<Record<string, string>> = {
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
};

const fieldProblem = (name: string, codec: t.Mixed, u: unknown): string | undefined => {
  const decoded = codec.decode(u);
  if (E.isLeft(decoded)) return wrong(name, plainly[codec.name] ?? codec.name, u);
  if (u === undefined) return undefined;
  return canonical(decoded.right) === canonical(u)
    ? undefined
    : `${name} has a field that the language does not know: ${shown(u)}`;
};

/** Checks an object of node numbers; `many` and `one` are its names in messages. */
const numbersProblem = (many: string, one: string, u: unknown): string | undefined => {
  if (!isRecord(u)) return wrong(many, 'an object of numbers of nodes', u);
  const bad = Object.entries(u).find(([, number]) => !isWhole(number));
  return bad === undefined ? undefined : wrong(`${one} '${bad[0]}'`, 'the number of a node', bad[1]);
};

const opProblem = (op: Fields, name: string): string | undefined => {
  const codecs = fieldCodecs[name];
  const known = Object.keys(codecs);
  return first(
    () => strange(op, name === 'scan' ? [...known, 'body'] : known),
    ...known.map((field) => () => fieldProblem(field, codecs[field], op[field])),
    () => (name === 'scan' ? bodyProblem(op.body) : undefined),
  );
};

const bodyProblem = (body: unknown): string | undefined =>
  isRecord(body)
    ? first(
        () => strange(body, ['nodes', 'next', 'observe', 'until']),
        () => nodesProblem(body.nodes),
        () => numbersProblem('next', 'next', body.next),
        () => numbersProblem('observe', 'observe', body.observe),
        () =>
          body.until === undefined || isWhole(body.until)
            ? undefined
            : wrong('until', 'the number of a node', body.until),
      )
    : wrong('body', "the scan's step", body);

const nodeProblem = (node: unknown, number: number): string | undefined => {
  if (!isRecord(node)) return `node ${number} ${wrong('', 'a node', node).trim()}`;
  const { op } = node;
  const name = isRecord(op) ? op.op : undefined;
  if (!isRecord(op) || typeof name !== 'string') return `node ${number} has no operation`;
  if (!Object.hasOwn(fieldCodecs, name)) {
    const near = nearest(name, Object.keys(fieldCodecs));
    return `node ${number}: '${name}' is not an operation of the language${near === undefined ? '' : `; the nearest is '${near}'`}`;
  }
  const problem = first(
    () => strange(node, ['op', 'inputs', 'shape']),
    () => (areWhole(node.inputs) ? undefined : wrong('inputs', 'a list of numbers of nodes', node.inputs)),
    () => (areWhole(node.shape) ? undefined : wrong('shape', 'a list of whole numbers', node.shape)),
    () => opProblem(op, name),
  );
  return problem === undefined ? undefined : `node ${number} (${name}): ${problem}`;
};

const nodesProblem = (nodes: unknown): string | undefined => {
  if (!Array.isArray(nodes)) return wrong('nodes', 'a list of nodes', nodes);
  for (const [number, node] of nodes.entries()) {
    const found = nodeProblem(node, number);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The first problem in the form of a graph. `factsOf` checks its shapes. */
export const problemOf = (json: unknown): string | undefined =>
  isRecord(json)
    ? first(
        () => {
          const field = strange(json, ['language', 'nodes', 'outputs']);
          return field === undefined ? undefined : `it ${field}`;
        },
        () => nodesProblem(json.nodes),
        () => numbersProblem('outputs', 'output', json.outputs),
      )
    : wrong('it', 'an object', json);
