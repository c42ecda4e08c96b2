/**
 * Systems, the subjects of laws. A program is read as the one step that it repeats, without the rest.
 *
 * The step has state fields, and it reads values that were computed before the scan: fields on the same grid (a natural
 * frequency, a damping), which a law may choose freely, and weights (kernels), which belong to the program. A program
 * without a scan is a map: its inputs are its fields, and it is not repeated.
 */

import { factsIn } from '../../compile/facts.js';
import { initialParameters } from '../../compile/parameters.js';
import { type NdArray, ndarray } from '../../compile/reference/array.js';
import { evaluate, type Value } from '../../compile/reference/evaluate.js';
import { fault } from '../../compile/reference/fault.js';
import { inputsOf, parametersOf } from '../../dsl/graph.js';
import { longestScan, type ScanNode } from '../../dsl/longest-scan.js';
import { type Node, scanInputs } from '../../dsl/op.js';
import { inPhase } from '../../dsl/phase.js';
import type { Program } from '../../dsl/program.js';
import { type Shape, sameShape } from '../../dsl/shape.js';
import { givenToModes } from './modes.js';
import { straight } from './straight.js';

/** A value that a step reads besides its state. */
export interface External {
  /** The name of the input, parameter or output, or a name made from its number. */
  readonly name: string;
  readonly shape: Shape;
  /** `field`: on the grid, chosen freely by a law; `weight`: belongs to the program, the same for all samples. */
  readonly kind: 'field' | 'weight';
  /** Its number among the nodes of the program. */
  readonly node: number;
}

/** A system: one step and its externals. */
export interface System {
  /** `step`: it is repeated; `map`: it is applied once. */
  readonly kind: 'step' | 'map';
  /** The program that it was read from. */
  readonly program: Program;
  /** The nodes of the step. */
  readonly nodes: readonly Node[];
  /** Its fields: the state of a step, the inputs of a map. */
  readonly fields: Readonly<Record<string, Shape>>;
  /** Nodes of the fields' next values; for a map, its outputs. */
  readonly next: Readonly<Record<string, number>>;
  /** In the order of the scan's externals; for a map, its parameters. */
  readonly externals: readonly External[];
  /** Shapes of the elements of driving sequences. */
  readonly sequences: readonly Shape[];
  /** Number of steps of the program. */
  readonly steps: number;
  /** Spatial sizes that all fields share; empty if they share none. */
  readonly grid: Shape;
  /** The time step, if the system was given as a function of it. */
  readonly timeStep?: number;
  /** The same system at another time step, if it was given as a function of it. */
  readonly refine?: ((dt: number) => System | null) | undefined;
  /** The system before its learned scalars were replaced by constants (`settled`). */
  readonly learned?: System | undefined;
}

/** How a changed system is refined: each finer one is changed in the same way. */
export const refinedBy = (
  refine: System['refine'],
  change: (finer: System) => System | null,
): System['refine'] =>
  refine === undefined
    ? undefined
    : (dt) => {
        const finer = refine(dt);
        return finer === null ? null : change(finer);
      };

/** The spatial sizes of a field [L, C], [H, W, C] or, with three spatial axes, [D, H, W, C]. */
export const spaceOf = (shape: Shape, axes = 2): Shape =>
  shape.slice(0, Math.max(0, Math.min(axes, shape.length - 1)));

/** The spatial sizes that all of these shapes begin with, or none. */
const sharedGrid = (shapes: readonly Shape[], nodes: readonly Node[]): Shape => {
  const axes = isVolume(shapes, nodes) ? 3 : 2;
  const [first, ...rest] = shapes.map((shape) => spaceOf(shape, axes));
  return first !== undefined && rest.every((grid) => sameShape(grid, first)) ? first : [];
};

/**
 * Whether fields [a, b, c, d] have three spatial axes, and not groups of channels: a convolution of volumes reads them, or
 * neighbours are read along all three.
 */
const isVolume = (shapes: readonly Shape[], nodes: readonly Node[]): boolean => {
  const [first] = shapes;
  if (first?.length !== 4 || !shapes.every((shape) => shape.length === 4)) return false;
  if (
    nodes.some(
      ({ op }) => (op.op === 'conv' && op.stride.length === 3) || (op.op === 'pool' && op.size.length === 3),
    )
  )
    return true;
  const cut = new Set(
    nodes.flatMap(({ op, inputs, shape }) =>
      op.op === 'slice' && sameShape(nodes[inputs[0]].shape, first)
        ? shape.flatMap((n, axis) => (n === first[axis] ? [] : [axis]))
        : [],
    ),
  );
  return [0, 1, 2].every((axis) => cut.has(axis));
};

/** Whether an array of this shape is on the grid. */
export const isOn = (grid: Shape, shape: Shape): boolean =>
  grid.length > 0 && shape.length > grid.length && grid.every((n, axis) => shape[axis] === n);

/** Whether an array has values at the sites of the grid: it is on the grid, or is a plane of one number at each site. */
export const hasSites = (grid: Shape, shape: Shape): boolean =>
  isOn(grid, shape) || (grid.length >= 2 && sameShape(shape, grid));

/** The nodes that are used as weights, or multiply modes; they are not on the grid, even if they have its shape. */
export const weightsIn = (nodes: readonly Node[]): ReadonlySet<number> => {
  const weights = new Set(givenToModes(nodes));
  for (let number = nodes.length - 1; number >= 0; number--) {
    const { op, inputs } = nodes[number];
    if (['conv', 'convTranspose', 'dense', 'batchNorm'].includes(op.op))
      for (const input of inputs.slice(1)) weights.add(input);
    // The inputs of a weight are weights.
    else if (weights.has(number)) for (const input of inputs) weights.add(input);
  }
  return weights;
};

/**
 * The system that a program describes in inference: the step of its longest scan, or the program itself if it has none.
 *
 * @example
 * systemOf(program({ y: [4, 4, 1] }, ({ y }) => ({ y: tanh(y) }))).kind; // => 'map'
 */
export const systemOf = (given: Program): System => {
  const p = inPhase(given, 'inference');
  const longest = longestScan(p.graph);
  return longest === null ? mapOf(p) : stepOf(p, longest);
};

const stepOf = (p: Program, { op, inputs }: ScanNode): System => {
  const { nodes, outputs } = p.graph;
  const body = straight(op.body);
  const shapes = inputs.map((input) => nodes[input].shape);
  const fields = Object.fromEntries(op.fields.map((field, i) => [field, shapes[i]]));
  const grid = sharedGrid(Object.values(fields), body.nodes);
  const given = scanInputs(op, shapes);
  const asWeights = weightsIn(body.nodes);
  const read = new Set(
    body.nodes.flatMap((node, n) => (node.op.op === 'external' && asWeights.has(n) ? [node.op.index] : [])),
  );
  const facts = factsIn(nodes);
  const taken = new Set(Object.keys(fields));
  const externals = scanInputs(op, inputs).externals.map((node, index): External => {
    const free =
      (!read.has(index) || facts[node].perSample) &&
      (facts[node].perSample || isOn(grid, given.externals[index])) &&
      nodes[node].op.op !== 'constant';
    const shown = Object.keys(outputs).find((name) => outputs[name] === node);
    const name = unique(nameOf(nodes[node], shown ?? `external${index}`), taken);
    taken.add(name);
    return { name, shape: given.externals[index], kind: free ? 'field' : 'weight', node };
  });
  return {
    kind: 'step',
    program: p,
    nodes: body.nodes,
    fields,
    next: body.next,
    externals,
    sequences: given.sequences.map((shape) => shape.slice(1)),
    steps: op.steps,
    grid,
  };
};

const nameOf = ({ op }: Node, otherwise: string): string =>
  op.op === 'input' || op.op === 'parameter' ? op.name : otherwise;

const unique = (name: string, taken: ReadonlySet<string>): string =>
  taken.has(name) ? unique(`${name}'`, taken) : name;

const mapOf = (p: Program): System => {
  const fields = inputsOf(p.graph);
  return {
    kind: 'map',
    program: p,
    nodes: p.graph.nodes,
    fields,
    next: p.graph.outputs,
    externals: p.graph.nodes.flatMap(({ op, shape }, node): readonly External[] =>
      op.op === 'parameter' ? [{ name: op.name, shape, kind: 'weight', node }] : [],
    ),
    sequences: [],
    steps: 1,
    grid: sharedGrid(Object.values(fields), p.graph.nodes),
  };
};

/** The values of a system's weights, for parameters drawn with this seed. */
export const weightsOf = (system: System, seed: number): Readonly<Record<string, NdArray>> => {
  const { graph } = system.program;
  const drawn = initialParameters(graph, seed);
  const declared = new Map(parametersOf(graph).map(({ name, shape }) => [name, shape]));
  const values = new Map<number, Value>();
  const valueAt = (number: number): Value => {
    const known = values.get(number);
    if (known !== undefined) return known;
    const { op, inputs, shape } = graph.nodes[number];
    const value = evaluate(op, inputs.map(valueAt), shape, {
      noiseSeed: 0,
      sample: 0,
      leaf: (leaf) =>
        leaf.op === 'parameter'
          ? ndarray(declared.get(leaf.name) ?? [], drawn[leaf.name])
          : fault(`a weight depends on ${leaf.op}`),
    });
    values.set(number, value);
    return value;
  };
  return Object.fromEntries(
    system.externals.flatMap(({ name, kind, node }) => (kind === 'weight' ? [[name, valueAt(node)]] : [])),
  );
};

/** The name of driving sequence number `index`. */
export const sequenceName = (index: number): string => `drive${index}`;

/** Names and shapes of everything that a case chooses: fields, then free externals. */
export const chosenBy = ({ fields, externals }: System): Readonly<Record<string, Shape>> => ({
  ...fields,
  ...Object.fromEntries(
    externals.flatMap(({ name, shape, kind }) => (kind === 'field' ? [[name, shape]] : [])),
  ),
});
