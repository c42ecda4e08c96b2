/**
 * Facts about a list of nodes before it runs: shapes, when values may be freed, and nodes that run as one operation.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Facts, factsOf, type Leaves, leavesOf } from '../../dsl/infer.js';
import { isLeafOp, type Node, rootsOf, type ScanOp } from '../../dsl/op.js';
import { findSoftmax, type Softmax } from '../softmax-plan.js';

/** How a list of nodes runs. */
export interface Plan {
  readonly nodes: readonly Node[];
  readonly facts: readonly Facts[];
  /** After node n has run, the values of these nodes are never read again. */
  readonly release: readonly (readonly number[])[];
  /** Dense layers that only a ReLU reads: both run as one operation, and the ReLU's node has the same value. */
  readonly fusedRelu: ReadonlySet<number>;
  /** Softmaxes by their last node: each runs as one operation, and its inner nodes are skipped. */
  readonly softmax: ReadonlyMap<number, Softmax>;
  /** Nodes that no wanted node needs; they are not computed. */
  readonly skipped: ReadonlySet<number>;
  /** Nodes that only `stopGradient` reads in the end: they have no cotangent, so nothing is kept for it. */
  readonly detached: ReadonlySet<number>;
  /** The plans of the body of each scan. */
  readonly bodies: ReadonlyMap<number, BodyPlan>;
  /** The ports of each scan that are read. */
  readonly ports: ReadonlyMap<number, ReadonlySet<string>>;
}

/**
 * The plan of a scan's body, depending on the records after the step: nodes that only other observations need are
 * left out.
 */
export type BodyPlan = (recorded: readonly string[]) => Plan;

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
        E.map((bodies) => planOf(nodes, facts, bodies, kept, new Set())),
      ),
    ),
  );

const planOf = (
  nodes: readonly Node[],
  facts: readonly Facts[],
  bodies: Plan['bodies'],
  kept: readonly number[],
  unread: ReadonlySet<number>,
): Plan => {
  const fusedRelu = findFusedRelu(nodes, kept);
  const softmax = findSoftmax(nodes, readers(nodes), kept);
  const skipped = new Set([...unread, ...[...softmax.values()].flatMap(({ inside }) => inside)]);
  return {
    nodes,
    facts,
    fusedRelu,
    softmax,
    skipped,
    detached: findDetached(nodes, kept),
    bodies,
    release: findReleases(nodes, kept, { fusedRelu, softmax, skipped }),
    ports: findPorts(nodes),
  };
};

const planBodies = (
  nodes: readonly Node[],
  facts: readonly Facts[],
): E.Either<string, ReadonlyMap<number, BodyPlan>> => {
  const plans = new Map<number, BodyPlan>();
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

const planBody = (op: ScanOp, inputs: readonly Facts[]): E.Either<string, BodyPlan> => {
  const { nodes } = op.body;
  return pipe(
    factsOf(nodes, leavesOf(op, inputs)),
    E.flatMap((facts) =>
      pipe(
        planBodies(nodes, facts),
        E.map((bodies): BodyPlan => {
          const plans = new Map<string, Plan>();
          return (recorded) => {
            const key = recorded.join(' ');
            const kept = rootsOf({
              ...op.body,
              observe: Object.fromEntries(recorded.map((name) => [name, op.body.observe[name]])),
            });
            const plan = plans.get(key) ?? planOf(nodes, facts, bodies, kept, unneeded(nodes, kept));
            plans.set(key, plan);
            return plan;
          };
        }),
      ),
    ),
  );
};

/** The nodes that these do not need. */
const unneeded = (nodes: readonly Node[], kept: readonly number[]): ReadonlySet<number> => {
  const needed = new Set(kept);
  for (let number = nodes.length - 1; number >= 0; number--)
    if (needed.has(number)) for (const input of nodes[number].inputs) needed.add(input);
  return new Set([...nodes.keys()].filter((number) => !needed.has(number)));
};

const readers = (nodes: readonly Node[]): readonly (readonly number[])[] => {
  const found: number[][] = nodes.map(() => []);
  for (const [number, { inputs }] of nodes.entries()) for (const input of inputs) found[input].push(number);
  return found;
};

const findDetached = (nodes: readonly Node[], kept: readonly number[]): ReadonlySet<number> => {
  const read = readers(nodes);
  const found = new Set<number>();
  const wanted = new Set(kept);
  for (let number = nodes.length - 1; number >= 0; number--) {
    const stops = (reader: number): boolean => {
      const { op } = nodes[reader];
      return found.has(reader) || (op.op === 'map' && op.fn === 'stopGradient');
    };
    if (!wanted.has(number) && read[number].length > 0 && read[number].every(stops)) found.add(number);
  }
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

/** The node that a node's value comes from: for a fused ReLU its dense layer. */
export const sourceOf = (nodes: readonly Node[], fusedRelu: ReadonlySet<number>, number: number): number => {
  const [input] = nodes[number].inputs;
  return input !== undefined && fusedRelu.has(input) ? input : number;
};

const findReleases = (
  nodes: readonly Node[],
  kept: readonly number[],
  { fusedRelu, softmax, skipped }: Pick<Plan, 'fusedRelu' | 'softmax' | 'skipped'>,
): readonly (readonly number[])[] => {
  const last = new Map<number, number>();
  for (const [number, { inputs }] of nodes.entries()) {
    const one = softmax.get(number);
    const read = skipped.has(number) ? [] : one === undefined ? inputs : [one.of];
    for (const input of read) last.set(sourceOf(nodes, fusedRelu, input), number);
  }
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
