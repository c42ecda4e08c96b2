/**
 * What a system is, read from the graph of its step: an oscillator and its order, phases, an amplitude, kernels and
 * edges, linear or not. Laws are chosen by this.
 */

import type { Boundary, Node, OpOf } from '../dsl/op.js';
import { sameShape } from '../dsl/shape.js';
import { type Degree, degreesOf, type Parity, paritiesOf } from './analysis.js';
import { type Form, formsOf, plus, sameForm } from './forms.js';
import type { System } from './system.js';

/** Displacement and velocity, and how one step moves them. */
export interface Oscillator {
  /** The field that is the displacement. */
  readonly y: string;
  /** The field that is the velocity. */
  readonly z: string;
  /** The time step h, read from y' = y + h z. */
  readonly h: number;
  /**
   * `kick-drift`: y moves with the new velocity; `old velocity`: both move with the old state (explicit Euler);
   * `drift-kick`: y moves first and the force is taken at its new place.
   */
  readonly order: 'kick-drift' | 'old velocity' | 'drift-kick';
  /** How the force depends on the displacement. */
  readonly inDisplacement: Degree;
  /** How the force depends on the velocity: `none` is undamped. */
  readonly inVelocity: Degree;
  /** Whether each site's force reads its own velocity alone, times a number: a damping. */
  readonly diagonal: boolean;
  /** The sum of numbers times nodes that the new velocity is. */
  readonly kick: Form;
  readonly yNode: number;
  readonly zNode: number;
}

/** A convolution of the step. */
export interface Convolution {
  readonly node: number;
  readonly boundary: Boundary;
  readonly weight: number;
  /** Whether it reads the state. */
  readonly ofState: boolean;
  readonly stride: boolean;
  readonly bias: boolean;
}

/** What is known of a system without running it. */
export interface Structure {
  readonly oscillator: Oscillator | undefined;
  /** How the step depends on its fields. */
  readonly degree: Degree;
  /** What becomes of the step when all fields change their sign. */
  readonly parity: Parity;
  readonly convolutions: readonly Convolution[];
  /** A phase: a field that the rest of the step meets only through sin and cos. */
  readonly phase: string | undefined;
  /** A field of two channels that enters through its squared modulus. */
  readonly amplitude: string | undefined;
  /** A field whose next value is divided by its own norm. */
  readonly unit: string | undefined;
  /** Whether the clock or noise enters. */
  readonly timed: boolean;
  readonly noisy: boolean;
  /** Whether something of the step is tied to places: data on the grid, an operation along space. */
  readonly placed: string | undefined;
}

const known = new WeakMap<System, Structure>();

/**
 * What a system is.
 *
 * @example
 * structureOf(system).oscillator?.order; // => 'kick-drift'
 */
export const structureOf = (system: System): Structure => {
  const before = known.get(system);
  if (before !== undefined) return before;
  const found = read(system);
  known.set(system, found);
  return found;
};

/** What the step moves and what drives it: a law may scale or turn all of these together. */
const isState = ({ op }: Node): boolean => op.op === 'state' || op.op === 'input' || op.op === 'element';

const read = (system: System): Structure => {
  const { nodes, next } = system;
  const degrees = degreesOf(nodes, isState);
  const parities = paritiesOf(nodes, isState);
  const ends = Object.values(next);
  const order: readonly Degree[] = ['none', 'linear', 'affine', 'other'];
  const worst = Math.max(...ends.map((end) => order.indexOf(degrees[end])));
  return {
    oscillator: system.kind === 'step' ? oscillatorOf(system) : undefined,
    degree: order[worst],
    parity: ends.every((end) => parities[end] === 'odd') ? 'odd' : 'neither',
    convolutions: nodes.flatMap(({ op, inputs }, node): readonly Convolution[] =>
      op.op === 'conv'
        ? [
            {
              node,
              boundary: op.boundary,
              weight: inputs[1],
              ofState: degrees[inputs[0]] !== 'none',
              stride: op.stride.some((n) => n > 1),
              bias: inputs.length > 2,
            },
          ]
        : [],
    ),
    phase: system.kind === 'step' ? phaseOf(system) : undefined,
    amplitude: amplitudeOf(system),
    unit: unitOf(system),
    timed: nodes.some(({ op }) => op.op === 'clock'),
    noisy: nodes.some(({ op }) => op.op === 'noise'),
    placed: placedIn(system),
  };
};

const stateNode = (nodes: readonly Node[], field: string): number =>
  nodes.findIndex(({ op }) => op.op === 'state' && op.field === field);

const oscillatorOf = ({ nodes, fields, next }: System): Oscillator | undefined => {
  const forms = formsOf(nodes);
  for (const y of Object.keys(fields))
    for (const z of Object.keys(fields)) {
      if (y === z || !sameShape(fields[y], fields[z])) continue;
      const [yNode, zNode] = [stateNode(nodes, y), stateNode(nodes, z)];
      if (yNode < 0 || zNode < 0) continue;
      const drift = plus(forms[next[y]], { constant: 0, terms: new Map([[yNode, -1]]) });
      const kick = forms[next[z]];
      const step = stepOf(drift, kick, zNode);
      if (step === undefined) continue;
      const inDisplacement = degreesOf(nodes, ({ op }) => op.op === 'state' && op.field === y)[next[z]];
      const force = plus(kick, { constant: 0, terms: new Map([[zNode, -1]]) });
      const first = step.order === 'old velocity' && readsThrough(nodes, next[z], next[y], yNode);
      return {
        y,
        z,
        ...step,
        order: first ? 'drift-kick' : step.order,
        inDisplacement,
        inVelocity: velocityDegree(nodes, force, z),
        diagonal: isDiagonal(nodes, force, zNode, z),
        kick,
        yNode,
        zNode,
      };
    }
  return undefined;
};

/** The oscillator that a step would be, were the results of two of its fields exchanged. */
export const swapped = (system: System): Oscillator | undefined => {
  const names = Object.keys(system.fields);
  for (const [i, a] of names.entries())
    for (const b of names.slice(i + 1)) {
      if (!sameShape(system.fields[a], system.fields[b])) continue;
      const { [a]: first, [b]: second } = system.next;
      const found = oscillatorOf({ ...system, next: { ...system.next, [a]: second, [b]: first } });
      // Two fields that merely move by each other are no oscillator whose names were mixed up.
      if (found !== undefined && found.order === 'kick-drift') return found;
    }
  return undefined;
};

/** h and whether the velocity that moves y is the new one or the old one. */
const stepOf = (
  drift: Form,
  kick: Form,
  zNode: number,
): { readonly h: number; readonly order: 'kick-drift' | 'old velocity' } | undefined => {
  for (const [node, c] of kick.terms) {
    const h = (drift.terms.get(node) ?? 0) / c;
    if (h === 0 || !Number.isFinite(h)) continue;
    const moved: Form = {
      constant: h * kick.constant,
      terms: new Map([...kick.terms].map(([n, k]) => [n, h * k])),
    };
    if (sameForm(drift, moved)) return { h, order: 'kick-drift' };
  }
  const old = drift.terms.get(zNode);
  return old !== undefined && drift.terms.size === 1 && drift.constant === 0 && kick.terms.has(zNode)
    ? { h: old, order: 'old velocity' }
    : undefined;
};

/** Whether a node reads `through` and reads `leaf` only by way of it. */
const readsThrough = (nodes: readonly Node[], from: number, through: number, leaf: number): boolean => {
  const seen = new Set<number>();
  const pending = [from];
  let met = false;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node === through) met = true;
    else if (node === leaf) return false;
    else pending.push(...nodes[node].inputs);
  }
  return met;
};

const velocityDegree = (nodes: readonly Node[], force: Form, z: string): Degree => {
  const degrees = degreesOf(nodes, ({ op }) => op.op === 'state' && op.field === z);
  const order: readonly Degree[] = ['none', 'linear', 'affine', 'other'];
  return order[Math.max(0, ...[...force.terms.keys()].map((node) => order.indexOf(degrees[node])))];
};

const isDiagonal = (nodes: readonly Node[], force: Form, zNode: number, z: string): boolean => {
  const degrees = degreesOf(nodes, ({ op }) => op.op === 'state' && op.field === z);
  const pointwise = (number: number): boolean => {
    if (number === zNode || degrees[number] === 'none') return true;
    const { op, inputs } = nodes[number];
    return (op.op === 'zip' || op.op === 'affine') && degrees[number] !== 'other' && inputs.every(pointwise);
  };
  return [...force.terms.keys()].every(pointwise);
};

/** A single field that only sin and cos meet, apart from being added to. */
const phaseOf = ({ nodes, fields, next }: System): string | undefined => {
  const forms = formsOf(nodes);
  return Object.keys(fields).find((field) => {
    const state = stateNode(nodes, field);
    if (state < 0 || !nodes.some(({ op }) => op.op === 'map' && (op.fn === 'sin' || op.fn === 'cos')))
      return false;
    if (forms[next[field]].terms.get(state) !== 1) return false;
    const degrees = degreesOf(nodes, ({ op }) => op.op === 'state' && op.field === field);
    const moves = forms[next[field]];
    // Everything else that the next value is made of has gone through sin or cos.
    const turned = (number: number): boolean => {
      if (degrees[number] === 'none') return true;
      const { op, inputs } = nodes[number];
      if (op.op === 'map' && (op.fn === 'sin' || op.fn === 'cos')) return true;
      return op.op !== 'state' && inputs.every(turned);
    };
    return [...moves.terms.keys()].every((node) => node === state || turned(node));
  });
};

/** A field [..., 2] of which the sum of its channels' squares is taken. */
const amplitudeOf = ({ nodes, fields }: System): string | undefined =>
  Object.keys(fields).find((field) => {
    const shape = fields[field];
    const state = stateNode(nodes, field);
    if (state < 0 || shape.at(-1) !== 2) return false;
    const comesFrom = (number: number): boolean =>
      number === state ||
      (['slice', 'reshape'].includes(nodes[number].op.op) && nodes[number].inputs.some(comesFrom));
    const isSquare = (number: number): boolean => {
      const { op, inputs } = nodes[number];
      return (
        (op.op === 'map' && op.fn === 'square' && comesFrom(inputs[0])) ||
        (op.op === 'zip' && op.fn === 'mul' && inputs[0] === inputs[1] && comesFrom(inputs[0])) ||
        (['slice', 'reshape'].includes(op.op) && inputs.some(isSquare))
      );
    };
    const norm = squaredNorms(nodes, isSquare);
    // A norm that only normalises is that of a unit vector, not of an amplitude.
    return norm.some(
      (number) =>
        !nodes.some(
          ({ op, inputs }) => op.op === 'map' && op.fn === 'sqrt' && feeds(nodes, number, inputs[0]),
        ),
    );
  });

const squaredNorms = (nodes: readonly Node[], isSquare: (number: number) => boolean): readonly number[] =>
  nodes.flatMap(({ op, inputs, shape }, number) => {
    const summed =
      op.op === 'reduce' &&
      op.fn === 'sum' &&
      isSquare(inputs[0]) &&
      op.axes.length === 1 &&
      op.axes[0] === shape.length;
    const added = op.op === 'zip' && op.fn === 'add' && inputs[0] !== inputs[1] && inputs.every(isSquare);
    return summed || added ? [number] : [];
  });

/** Whether a node is `source`, or made of it by reshaping and shifting alone. */
const feeds = (nodes: readonly Node[], source: number, number: number): boolean =>
  number === source ||
  (['reshape', 'broadcast', 'affine', 'zip'].includes(nodes[number].op.op) &&
    nodes[number].inputs.some((input) => feeds(nodes, source, input)));

/** A field whose next value is something divided by the root of the sum of its squares. */
const unitOf = ({ nodes, fields, next }: System): string | undefined =>
  Object.keys(fields).find((field) => {
    if (next[field] === undefined) return false;
    const bare = (number: number): number =>
      ['reshape', 'transpose', 'broadcast'].includes(nodes[number].op.op)
        ? bare(nodes[number].inputs[0])
        : number;
    const end = nodes[bare(next[field])];
    if (end === undefined || end.op.op !== 'zip' || (end.op.fn !== 'div' && end.op.fn !== 'mul'))
      return false;
    const reaches = (number: number, depth: number): boolean => {
      const { op, inputs } = nodes[number];
      if (op.op === 'map' && op.fn === 'sqrt') return true;
      return (
        depth > 0 &&
        !['state', 'conv', 'dense'].includes(op.op) &&
        inputs.some((input) => reaches(input, depth - 1))
      );
    };
    return end.inputs.some((input) => reaches(input, 6));
  });

const placedIn = ({ nodes, grid }: System): string | undefined => {
  const rank = grid.length;
  for (const { op, inputs, shape } of nodes) {
    const on = shape.length > rank && grid.every((n, axis) => shape[axis] === n);
    const from = inputs[0] === undefined ? [] : nodes[inputs[0]].shape;
    const was = from.length > rank && grid.every((n, axis) => from[axis] === n);
    if (
      op.op === 'constant' &&
      on &&
      typeof op.value !== 'number' &&
      op.value.some((v) => v !== (typeof op.value === 'number' ? op.value : op.value[0]))
    )
      return 'it holds data that differs from site to site';
    if (op.op === 'pool' || op.op === 'convTranspose' || op.op === 'spectrum' || op.op === 'batchNorm') {
      if (op.op !== 'batchNorm') return `its step has '${op.op}', which changes the grid`;
    }
    if (op.op === 'reverse' && op.axes.some((axis) => axis < rank)) return 'it mirrors space';
    if (op.op === 'transpose' && was && op.axes.slice(0, rank).some((axis, i) => axis !== i))
      return 'it turns space';
    if (op.op === 'reshape' && was && !on && shape.length > 0) return 'it reshapes space';
  }
  return undefined;
};

/** The name of a boundary. */
export const boundaryName = (boundary: Boundary): string =>
  typeof boundary === 'string' ? boundary : `fixed ${boundary.fixed}`;

/** The convolution's operation. */
export type Conv = OpOf<'conv'>;
