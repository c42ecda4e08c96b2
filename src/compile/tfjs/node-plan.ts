/** What can be known of a list of nodes before it runs: facts, when values may go, what runs as one. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Facts, factsOf, type Leaves, leavesOf } from '../../dsl/infer.js';
import { type Body, isLeafOp, type Node, type ScanOp } from '../../dsl/op.js';

/** How a list of nodes runs. */
export interface Plan {
  readonly nodes: readonly Node[];
  readonly facts: readonly Facts[];
  /** After node n has run, the values of these nodes are never read again. */
  readonly release: readonly (readonly number[])[];
  /** Dense layers that a ReLU follows and nothing else reads: they run as one, and the ReLU's node is the same value. */
  readonly fusedRelu: ReadonlySet<number>;
  /** The plan of the body of each scan. */
  readonly bodies: ReadonlyMap<number, Plan>;
  /** Which ports of each scan are read. */
  readonly ports: ReadonlyMap<number, ReadonlySet<string>>;
}

/** Plans a list of nodes; `kept` are those whose values are wanted at the end. */
export const planNodes = (
  nodes: readonly Node[],
  kept: readonly number[],
  leaves?: Leaves,
): E.Either<string, Plan> =>
  pipe(
    factsOf(nodes, leaves),
    E.flatMap((facts) =>
      pipe(
        planBodies(nodes, facts),
        E.map((bodies) => {
          const fusedRelu = findFusedRelu(nodes, kept);
          return {
            nodes,
            facts,
            fusedRelu,
            bodies,
            release: findReleases(nodes, kept, fusedRelu),
            ports: findPorts(nodes),
          };
        }),
      ),
    ),
  );

const planBodies = (
  nodes: readonly Node[],
  facts: readonly Facts[],
): E.Either<string, ReadonlyMap<number, Plan>> => {
  const plans = new Map<number, Plan>();
  for (const [number, { op, inputs }] of nodes.entries()) {
    if (op.op !== 'scan') continue;
    const plan = planBody(
      op,
      inputs.map((input) => facts[input]),
    );
    if (E.isLeft(plan)) return plan;
    plans.set(number, plan.right);
  }
  return E.right(plans);
};

const planBody = (op: ScanOp, inputs: readonly Facts[]): E.Either<string, Plan> =>
  planNodes(op.body.nodes, resultsOf(op.body), leavesOf(op, inputs));

/** The nodes of a body that are read from outside of it. */
export const resultsOf = (body: Body): readonly number[] => [
  ...Object.values(body.next),
  ...Object.values(body.observe),
];

const readers = (nodes: readonly Node[]): readonly (readonly number[])[] => {
  const found: number[][] = nodes.map(() => []);
  for (const [number, { inputs }] of nodes.entries()) for (const input of inputs) found[input].push(number);
  return found;
};

const findFusedRelu = (nodes: readonly Node[], kept: readonly number[]): ReadonlySet<number> => {
  const read = readers(nodes);
  return new Set(
    nodes.flatMap(({ op }, number) => {
      const [only, ...others] = read[number];
      const next = only === undefined ? undefined : nodes[only].op;
      const fuses =
        op.op === 'dense' &&
        others.length === 0 &&
        !kept.includes(number) &&
        next?.op === 'map' &&
        next.fn === 'relu';
      return fuses ? [number] : [];
    }),
  );
};

/** Whose value a node's value is: a fused ReLU's is its dense layer's. */
export const sourceOf = (nodes: readonly Node[], fusedRelu: ReadonlySet<number>, number: number): number => {
  const [input] = nodes[number].inputs;
  return input !== undefined && fusedRelu.has(input) ? input : number;
};

const findReleases = (
  nodes: readonly Node[],
  kept: readonly number[],
  fusedRelu: ReadonlySet<number>,
): readonly (readonly number[])[] => {
  const last = new Map<number, number>();
  for (const [number, { inputs }] of nodes.entries())
    for (const input of inputs) last.set(sourceOf(nodes, fusedRelu, input), number);
  const wanted = new Set(kept.map((number) => sourceOf(nodes, fusedRelu, number)));
  const release: number[][] = nodes.map(() => []);
  for (const [number, reader] of last) {
    const source = nodes[number].op.op;
    if (!isLeafOp(nodes[number].op) && source !== 'scan' && !wanted.has(number)) release[reader].push(number);
  }
  return release;
};

const findPorts = (nodes: readonly Node[]): ReadonlyMap<number, ReadonlySet<string>> => {
  const ports = new Map<number, Set<string>>();
  for (const { op, inputs } of nodes) {
    if (op.op !== 'take') continue;
    ports.set(inputs[0], (ports.get(inputs[0]) ?? new Set()).add(op.port));
  }
  return ports;
};
