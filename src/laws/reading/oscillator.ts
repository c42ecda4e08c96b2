/** Displacement and velocity, recognised by how a step changes its fields. */

import type { Node } from '../../dsl/op.js';
import { sameShape } from '../../dsl/shape.js';
import { along } from '../system/along.js';
import type { System } from '../system/system.js';
import { type Degree, degreesOf, worst } from './degree.js';
import { type Form, formsOf, plus, sameForm } from './forms.js';

/** Displacement and velocity, and how one step changes them. */
export interface Oscillator {
  /** The field that is the displacement. */
  readonly y: string;
  /** The field that is the velocity. */
  readonly z: string;
  /** The time step h, read from y' = y + h z; if time steps differ between units, their common factor. */
  readonly h: number;
  /** Nodes that multiply h for each unit: learned time scales. Empty if the time step is a number. */
  readonly pace: readonly number[];
  /**
   * `kick-drift`: y moves with the new velocity; `old velocity`: both move with the old state (explicit Euler);
   * `drift-kick`: y moves first and the force is evaluated at the new y.
   */
  readonly order: 'kick-drift' | 'old velocity' | 'drift-kick';
  /** How the force depends on the displacement. */
  readonly inDisplacement: Degree;
  /** How the force depends on the velocity: `none` is undamped. */
  readonly inVelocity: Degree;
  /** Whether the force of each site depends only on its own velocity, times a number: a damping. */
  readonly diagonal: boolean;
  /** The new velocity as a linear combination of nodes. */
  readonly kick: Form;
  readonly yNode: number;
  readonly zNode: number;
}

export const stateNode = (nodes: readonly Node[], field: string): number =>
  nodes.findIndex(({ op }) => op.op === 'state' && op.field === field);

export const oscillatorOf = ({ nodes, fields, next }: System): Oscillator | null => {
  const forms = formsOf(nodes);
  for (const y of Object.keys(fields))
    for (const z of Object.keys(fields)) {
      if (y === z || !sameShape(fields[y], fields[z])) continue;
      const [yNode, zNode] = [stateNode(nodes, y), stateNode(nodes, z)];
      if (yNode < 0 || zNode < 0) continue;
      const drift = plus(forms[next[y]], { constant: 0, terms: new Map([[yNode, -1]]) });
      const kick = forms[next[z]];
      const step = stepOf(drift, kick, zNode) ?? pacedOf(nodes, forms, drift, next[z], zNode);
      if (step === null) continue;
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
  return null;
};

/** The oscillator that results if two fields of a step are exchanged; null if there is none. */
export const swapped = (system: System): Oscillator | null => {
  const names = Object.keys(system.fields);
  for (const [i, a] of names.entries())
    for (const b of names.slice(i + 1)) {
      if (!sameShape(system.fields[a], system.fields[b])) continue;
      const { [a]: first, [b]: second } = system.next;
      const found = oscillatorOf({ ...system, next: { ...system.next, [a]: second, [b]: first } });
      // Two fields that only change each other are not an oscillator with exchanged names.
      if (found !== null && found.order === 'kick-drift') return found;
    }
  return null;
};

/** The step of a displacement, and whether it uses the new velocity or the old one. */
interface Motion {
  readonly h: number;
  readonly pace: readonly number[];
  readonly order: 'kick-drift' | 'old velocity';
}

/** Whether nodes are independent of state and drives. */
const fixedIn = (nodes: readonly Node[]): readonly boolean[] =>
  along<boolean>(
    nodes,
    ({ op }, inputs) =>
      !['state', 'element', 'clock', 'noise', 'input', 'scan'].includes(op.op) &&
      inputs.every((each) => each),
  );

/** A node as a number times fixed nodes times one that depends on the state. */
const productOf = (
  nodes: readonly Node[],
  fixed: readonly boolean[],
  number: number,
): { readonly k: number; readonly factors: readonly number[]; readonly core: number } => {
  const { op, inputs } = nodes[number];
  if (op.op === 'affine' && op.shift === 0) {
    const inner = productOf(nodes, fixed, inputs[0]);
    return { ...inner, k: inner.k * op.scale };
  }
  if (op.op === 'zip' && op.fn === 'mul') {
    const [a, b] = inputs;
    if (fixed[a] !== fixed[b]) {
      const inner = productOf(nodes, fixed, fixed[a] ? b : a);
      return { ...inner, factors: [...inner.factors, fixed[a] ? a : b] };
    }
  }
  return { k: 1, factors: [], core: number };
};

/** y' = y + D z' or y' = y + D z with a step D for each unit. */
const pacedOf = (
  nodes: readonly Node[],
  forms: readonly Form[],
  drift: Form,
  zNext: number,
  zNode: number,
): Motion | null => {
  const [only] = [...drift.terms];
  if (only === undefined || drift.terms.size !== 1 || drift.constant !== 0) return null;
  const [term, c] = only;
  const fixed = fixedIn(nodes);
  const { k, factors, core } = productOf(nodes, fixed, term);
  if (factors.length === 0 || !forms[zNext].terms.has(zNode)) return null;
  if (sameForm(forms[core], forms[zNext])) return { h: c * k, pace: factors, order: 'kick-drift' };
  return core === zNode ? { h: c * k, pace: factors, order: 'old velocity' } : null;
};

const stepOf = (drift: Form, kick: Form, zNode: number): Motion | null => {
  for (const [node, c] of kick.terms) {
    const h = (drift.terms.get(node) ?? 0) / c;
    if (h === 0 || !Number.isFinite(h)) continue;
    const moved: Form = {
      constant: h * kick.constant,
      terms: new Map([...kick.terms].map(([n, k]) => [n, h * k])),
    };
    if (sameForm(drift, moved)) return { h, pace: [], order: 'kick-drift' };
  }
  const old = drift.terms.get(zNode);
  return old !== undefined && drift.terms.size === 1 && drift.constant === 0 && kick.terms.has(zNode)
    ? { h: old, pace: [], order: 'old velocity' }
    : null;
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
  return worst([...force.terms.keys()].map((node) => degrees[node]));
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

const bares = new WeakMap<System, boolean>();

/**
 * A sentence on an oscillator whose kick has a force without a factor although the drift has one; else null. Drives,
 * terms multiplied for each unit, and kernels that were scaled do not count as such a force.
 */
export const bareForce = (system: System): string | null => {
  const oscillator = oscillatorOf(system);
  if (oscillator === null || oscillator.pace.length > 0 || Math.abs(oscillator.h) === 1) return null;
  const { kick, zNode, h, y, z } = oscillator;
  const isBare = bares.get(system) ?? hasBareTerm(system, oscillator);
  bares.set(system, isBare);
  return kick.terms.has(zNode) && isBare
    ? `a force is added to ${z} without the time step: ${z}' = ${z} + F, where ${z}' = ${z} + ${String(Number(h.toPrecision(4)))} F ` +
        `is meant (${y}' = ${y} + ${String(Number(h.toPrecision(4)))} ${z}')`
    : null;
};

const hasBareTerm = ({ nodes, externals, program }: System, { kick, zNode, y }: Oscillator): boolean => {
  const degrees = degreesOf(nodes, ({ op }) => op.op === 'state' && op.field === y);
  const fixed = fixedIn(nodes);
  const numbersOf = (number: number): readonly number[] | null => {
    const { op } = nodes[number];
    const made = op.op === 'external' ? program.graph.nodes[externals[op.index].node].op : op;
    if (made.op !== 'constant') return null;
    return typeof made.value === 'number' ? [made.value] : made.value;
  };
  const isFree = (number: number): boolean => {
    const { op } = nodes[number];
    return op.op === 'external' && externals[op.index].kind === 'field';
  };
  const isMultiplied = (number: number): boolean => {
    const { op, inputs } = nodes[number];
    if (op.op === 'zip')
      return op.fn !== 'max' && op.fn !== 'min' && inputs.some((input) => fixed[input] && !isFree(input));
    if (op.op !== 'conv' && op.op !== 'dense') return false;
    const given = numbersOf(inputs[1])?.filter((v) => v !== 0);
    return given !== undefined && !given.some((v) => Number.isInteger(v));
  };
  return [...kick.terms].some(
    ([node, c]) =>
      node !== zNode &&
      Math.abs(c) === 1 &&
      degrees[node] !== 'none' &&
      nodes[node].op.op !== 'state' &&
      !isMultiplied(node),
  );
};
