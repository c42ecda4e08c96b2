/** Displacement and velocity, found by how a step moves its fields. */

import type { Node } from '../../dsl/op.js';
import { sameShape } from '../../dsl/shape.js';
import type { System } from '../system.js';
import { type Degree, degreesOf, worst } from './degree.js';
import { type Form, formsOf, plus, sameForm } from './forms.js';

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

export const stateNode = (nodes: readonly Node[], field: string): number =>
  nodes.findIndex(({ op }) => op.op === 'state' && op.field === field);

export const oscillatorOf = ({ nodes, fields, next }: System): Oscillator | undefined => {
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
