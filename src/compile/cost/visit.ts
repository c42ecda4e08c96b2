/** Every operation of a program, bodies of scans included, with the facts that the counts need. */

import type { Facts } from '../../dsl/infer.js';
import { everyOf, isKept, keptSteps, type Node, type Op, rootsOf, type ScanOp } from '../../dsl/op.js';
import { factsIn, factsInBody } from '../facts.js';
import { findSoftmax } from '../softmax-plan.js';
import { type Flow, flowOf, type Passes } from './gradients.js';

/** One operation, with the facts that the counts need. */
export interface Visit {
  /** `43`, or `43/7` inside of the scan that is node 43. */
  readonly path: string;
  readonly op: Op;
  readonly inputs: readonly Facts[];
  readonly result: Facts;
  /** The number of its evaluations for a batch: the steps of the scans around it. */
  readonly repeats: number;
  /** Whether a gradient reaches its result. */
  readonly trained: boolean;
  /** Whether a gradient goes on to each input. */
  readonly into: readonly boolean[];
  /** Operations from which gradients come back to its result, in the order of the data flow. */
  readonly gradientsFrom: readonly Op[];
  /**
   * The number of uses of its result outside of its list of nodes: as an output, as the next state, as an
   * observation.
   */
  readonly ends: number;
  /** Whether it is a dense layer whose only reader is a ReLU, or that ReLU: they run as one. */
  readonly fused: boolean;
  /**
   * Its part in a softmax, which runs as one operation: the last node, or one inside, which holds no memory; null
   * outside of a softmax.
   */
  readonly softmax: 'last' | 'inside' | null;
  /** The nodes of its list that it reads when it runs: the inputs of its operation, except for a softmax. */
  readonly reads: readonly number[];
  readonly body: readonly Visit[];
}

/** Visits of a program of which these nodes are the outputs, all of them trained. */
export const visits = (
  nodes: readonly Node[],
  outputs: readonly number[],
  passes: Passes,
): readonly Visit[] =>
  visitNodes(nodes, factsIn(nodes), flowOf(nodes, outputs, passes), outputs, {
    prefix: '',
    repeats: () => 1,
  });

const visitNodes = (
  nodes: readonly Node[],
  facts: readonly Facts[],
  flow: Flow,
  ends: readonly number[],
  { prefix, repeats }: { readonly prefix: string; readonly repeats: (node: number) => number },
): readonly Visit[] => {
  const readers = nodes.map((): number[] => []);
  for (const [number, { inputs }] of nodes.entries()) for (const input of inputs) readers[input].push(number);
  const softmaxes = findSoftmax(nodes, readers, ends);
  const inside = new Set([...softmaxes.values()].flatMap((softmax) => softmax.inside));
  const readsOf = (number: number): readonly number[] => {
    const softmax = softmaxes.get(number);
    return softmax === undefined ? (inside.has(number) ? [] : nodes[number].inputs) : [softmax.of];
  };
  const isFused = (number: number): boolean =>
    nodes[number].op.op === 'dense' &&
    readers[number].length === 1 &&
    !ends.includes(number) &&
    isRelu(nodes[readers[number][0]].op);
  return nodes.map(({ op, inputs }, number) => {
    const path = `${prefix}${number}`;
    const read = inputs.map((input) => facts[input]);
    return {
      path,
      op,
      inputs: read,
      result: facts[number],
      repeats: repeats(number),
      trained: flow.reached[number],
      into: inputs.map((input) => flow.reached[number] && flow.reached[input]),
      gradientsFrom: readers[number]
        .filter((reader) => flow.reached[reader])
        .map((reader) => nodes[reader].op),
      ends: ends.filter((end) => end === number).length,
      softmax: softmaxes.has(number) ? 'last' : inside.has(number) ? 'inside' : null,
      reads: readsOf(number),
      fused: isFused(number) || (inputs.length === 1 && isRelu(op) && isFused(inputs[0])),
      body:
        op.op === 'scan'
          ? visitNodes(
              op.body.nodes,
              factsInBody(op, read),
              flow.bodies.get(number) ?? { reached: op.body.nodes.map(() => false), bodies: new Map() },
              [...Object.values(op.body.next), ...Object.values(op.body.observe)],
              { prefix: `${path}/`, repeats: timesEach(op, repeats(number)) },
            )
          : [],
    };
  });
};

/** The nodes that any of these needs, including themselves. */
const behind = (nodes: readonly Node[], roots: readonly number[]): ReadonlySet<number> => {
  const needed = new Set(roots);
  for (let number = nodes.length - 1; number >= 0; number--)
    if (needed.has(number)) for (const input of nodes[number].inputs) needed.add(input);
  return needed;
};

/**
 * The number of evaluations of each node of a step. Nodes that only rare observations need are evaluated only at
 * steps that record them.
 */
const timesEach = (op: ScanOp, around: number): ((node: number) => number) => {
  const { nodes, observe } = op.body;
  if (op.every === undefined) return () => around * op.steps;
  const always = behind(nodes, rootsOf({ ...op.body, observe: {} }));
  const rare = Object.entries(observe).map(([name, root]) => ({ name, needs: behind(nodes, [root]) }));
  return (node) => {
    const names = always.has(node) ? [] : rare.flatMap(({ name, needs }) => (needs.has(node) ? [name] : []));
    const rates = new Set(names.map((name) => everyOf(op, name)));
    if (names.length === 0) return around * op.steps;
    if (rates.size === 1) return around * keptSteps(op, names[0]);
    const taken = Array.from({ length: op.steps }, (_, step) => names.some((name) => isKept(op, name, step)));
    return around * taken.filter((is) => is).length;
  };
};

const isRelu = (op: Op): boolean => op.op === 'map' && op.fn === 'relu';
