/**
 * A program's behaviour in time, read from its graph: how an input enters its scans, how far a step reaches, what is
 * observed.
 */

import { type Node, type ScanOp, scanInputs } from '../../dsl/op.js';
import { isObservedPort } from '../../dsl/ports.js';
import type { Program } from '../../dsl/program.js';
import type { Shape } from '../../dsl/shape.js';
import { stepReach, wholeReach } from './reach.js';

/** One scan that the output depends on. */
export interface ScanPortrait {
  readonly steps: number;
  /** Whether the state that it starts from depends on the input. */
  readonly starts: boolean;
  /** Whether every step reads a value that was computed from the input before the first step. */
  readonly everyStep: boolean;
  /** Whether each step takes its own element of a sequence that depends on the input. */
  readonly fed: boolean;
  /**
   * The distance in sites that a step reaches; null if the state is not on a lattice, or if a step may reach
   * everywhere.
   */
  readonly reach: number | null;
  /** Axes of that lattice. */
  readonly axes: number;
  /** Whether every convolution of a step has a circular boundary. */
  readonly torus: boolean;
}

/** How a program's output depends on its input. */
export interface Portrait {
  /** In the order of the data flow; scans inside of a step are part of it. */
  readonly scans: readonly ScanPortrait[];
  /** Whether the output also depends on the input by a path around all scans. */
  readonly around: boolean;
  /**
   * The part of the scans that the output reads: all observations, or only the last entry or the last state; null if
   * it reads several of these, or none.
   */
  readonly observed: 'all' | 'last' | null;
  /** The distance in sites that the output sees of the input; null if it may be everything, or nothing. */
  readonly sight: number | null;
}

/** The nodes that depend on the input. A port of a scan does if any of the scan's inputs does. */
const dependent = (nodes: readonly Node[], input: string, throughScans: boolean): readonly boolean[] => {
  const found: boolean[] = [];
  for (const { op, inputs } of nodes)
    found.push(
      op.op === 'input'
        ? op.name === input
        : (throughScans || op.op !== 'scan') && inputs.some((number) => found[number]),
    );
  return found;
};

const behind = (nodes: readonly Node[], root: number): ReadonlySet<number> => {
  const needed = new Set([root]);
  for (let number = root; number >= 0; number--)
    if (needed.has(number)) for (const of of nodes[number].inputs) needed.add(of);
  return needed;
};

const boundariesOf = (nodes: readonly Node[]): readonly unknown[] =>
  nodes.flatMap(({ op }) =>
    op.op === 'conv' ? [op.boundary] : op.op === 'scan' ? boundariesOf(op.body.nodes) : [],
  );

const scanOf = (
  op: ScanOp,
  inputs: readonly number[],
  shapes: readonly Shape[],
  depends: readonly boolean[],
): ScanPortrait => {
  const { fields, sequences, externals } = scanInputs(op, inputs);
  const any = (numbers: readonly number[]): boolean => numbers.some((number) => depends[number]);
  const states = scanInputs(op, shapes).fields;
  const reach = stepReach(op, shapes);
  const onLattice = states.every((shape) => shape.length >= 2);
  const boundaries = boundariesOf(op.body.nodes);
  return {
    steps: op.steps,
    starts: any(fields),
    everyStep: any(externals),
    fed: any(sequences),
    reach: onLattice && Number.isFinite(reach) ? reach : null,
    axes: Math.max(0, ...states.map((shape) => shape.length - 1)),
    torus: boundaries.length > 0 && boundaries.every((boundary) => boundary === 'circular'),
  };
};

/** Whether a node reads only the last entry of a sequence that a scan observed. */
const isLast = ({ op }: Node, of: Node): boolean =>
  op.op === 'slice' && op.size[0] === 1 && op.begin[0] === of.shape[0] - 1 && of.shape[0] > 1;

const observedOf = (
  nodes: readonly Node[],
  root: number,
  needed: ReadonlySet<number>,
): Portrait['observed'] => {
  const kinds = new Set<'all' | 'last'>();
  for (const [number, node] of nodes.entries()) {
    if (node.op.op !== 'take' || !needed.has(number)) continue;
    const readers = nodes.filter((reader, at) => needed.has(at) && reader.inputs.includes(number));
    // A scan that starts from another one's results is not the last before the output.
    const answering = readers.filter(({ op }) => op.op !== 'scan');
    const final = !isObservedPort(node.op.port);
    if (number === root) kinds.add(final ? 'last' : 'all');
    for (const reader of answering) kinds.add(final || isLast(reader, node) ? 'last' : 'all');
  }
  return kinds.size === 1 ? [...kinds][0] : null;
};

/**
 * What a program does in time with one of its inputs, as far as its graph shows it.
 *
 * What a step uses of the input but does not change is computed once, before the first step, and read at every step:
 * a program written either way is one graph.
 *
 * @example
 * portrait(nwm({ ... }), { output: 'logits', input: 'image' })
 * // { scans: [{ steps: 100, starts: true, everyStep: true, fed: false, reach: 1, axes: 2, torus: true }],
 * //   around: false, observed: 'all', sight: 104 }
 */
export const portrait = (
  program: Program,
  { output, input }: { readonly output: string; readonly input: string },
): Portrait => {
  const { nodes, outputs } = program.graph;
  const root = outputs[output];
  const needed = behind(nodes, root);
  const depends = dependent(nodes, input, true);
  const sight = wholeReach(program, { output, input });
  return {
    scans: nodes.flatMap(({ op, inputs }, number) =>
      op.op === 'scan' && needed.has(number)
        ? [
            scanOf(
              op,
              inputs,
              inputs.map((of) => nodes[of].shape),
              depends,
            ),
          ]
        : [],
    ),
    around: dependent(nodes, input, false)[root],
    observed: observedOf(nodes, root, needed),
    sight: Number.isFinite(sight) ? sight : null,
  };
};
