/** Methods of several stages: whether forces are evaluated at the times that second order requires. */

import type { Node } from '../../dsl/op.js';
import { degreesOf } from '../reading/degree.js';
import { type Form, formsOf } from '../reading/forms.js';
import { stateNode } from '../reading/oscillator.js';
import { kindOf } from '../reading/stages.js';
import type { System } from '../system/system.js';
import { digits } from '../trial/findings.js';

/** A step so short that damping and other terms of higher order are negligible. */
const short = 2 ** -16;
const near = (a: number, b: number, by = 1e-4): boolean => Math.abs(a - b) <= by * Math.abs(b);

/** One evaluation of a force: its time and its weight, relative to the whole step. */
interface Stage {
  readonly at: number;
  readonly weight: number;
  /** Time and weight as written, in time steps. */
  readonly written: readonly [at: number, weight: number];
  /** Whether it is evaluated after another stage has changed the state. */
  readonly follows: boolean;
}

/** Operations that identify a force. */
const telling: readonly string[] = ['conv', 'dense', 'map', 'convTranspose'];

/** The evaluations of one force at several points, each near the named field. */
const forcesAt = (
  { nodes }: System,
  forms: readonly Form[],
  base: number,
): readonly (readonly number[])[] => {
  const degrees = degreesOf(nodes, ({ op }) => op.op === 'state');
  const groups = new Map<string, number[]>();
  for (const [number, node] of nodes.entries()) {
    const [first] = node.inputs;
    if (!telling.includes(node.op.op) || degrees[number] === 'none') continue;
    if (!near(forms[first].terms.get(base) ?? 0, 1, 1e-2)) continue;
    const kind = kindOf(node, (input) => degrees[input] === 'none');
    groups.set(kind, [...(groups.get(kind) ?? []), number]);
  }
  return [...groups.values()];
};

const termOf = (form: Form, node: number): number => form.terms.get(node) ?? 0;
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** The stages of y'' = F(y): F kicks z, and z moves y. */
const stagesOfPair = (
  nodes: readonly Node[],
  forms: readonly Form[],
  force: readonly number[],
  [z, drift, kick]: readonly [number, Form, Form],
  h: number,
): readonly Stage[] | null => {
  const [way, push] = [termOf(drift, z), sumOf(force.map((node) => termOf(kick, node)))];
  if (way === 0 || push === 0 || Math.abs(way) > 0.01 || Math.abs(push) > 0.01) return null;
  return force.map((node): Stage => {
    const at = forms[nodes[node].inputs[0]];
    return {
      at: termOf(at, z) / way,
      weight: termOf(kick, node) / push,
      written: [termOf(at, z) / h, termOf(kick, node) / h],
      follows: force.some((other) => at.terms.has(other)),
    };
  });
};

/** The stages of y' = F(y). */
const stagesOfOne = (
  nodes: readonly Node[],
  forms: readonly Form[],
  force: readonly number[],
  next: Form,
  h: number,
): readonly Stage[] | null => {
  const push = sumOf(force.map((node) => termOf(next, node)));
  if (push === 0 || Math.abs(push) > 0.01) return null;
  return force.map((node): Stage => {
    const at = forms[nodes[node].inputs[0]];
    const reach = sumOf(force.map((other) => termOf(at, other)));
    return {
      at: reach / push,
      weight: termOf(next, node) / push,
      written: [reach / h, termOf(next, node) / h],
      follows: true,
    };
  });
};

/** Whether the stages are consecutive steps: each is evaluated at the result of those before it. */
const isOneAfterTheOther = (stages: readonly Stage[]): boolean => {
  let before = 0;
  return [...stages]
    .sort((a, b) => a.at - b.at)
    .every(({ at, weight }) => {
      const fits = Math.abs(at - before) < 1e-4;
      before += weight;
      return fits;
    });
};

/**
 * The weighted mean time of the evaluations, which must be half a step for second order (Hairer, Norsett & Wanner 1993,
 * ch. II.1).
 */
const meanTime = (stages: readonly Stage[]): number => sumOf(stages.map(({ at, weight }) => at * weight));

const inWords = (name: string, stages: readonly Stage[]): string | null => {
  if (stages.length < 2 || near(meanTime(stages), 0.5)) return null;
  const composed = isOneAfterTheOther(stages);
  // Consecutive short steps of Euler or kick-drift are often intended.
  if (composed && (stages.length > 2 || stages.some(({ follows }) => follows))) return null;
  const list = stages.map(({ written: [at, weight] }) => `${digits(weight)} at ${digits(at)} dt`).join(', ');
  const all = sumOf(stages.map(({ written: [, weight] }) => weight));
  const whole = near(all, 1) ? '' : `; together ${digits(all)}`;
  return (
    `the force on ${name} is evaluated ${stages.length} times a step (${list}${whole}), yet the method is of order 1: for order 2 ` +
    `the mean time must be dt / 2, and it is ${digits(meanTime(stages))} dt` +
    (composed ? '; that is two steps of Euler one after the other' : ' (is a coefficient of a stage wrong?)')
  );
};

/** A force of which half moves y and all moves z: velocity Verlet that repeats the old force in its second kick. */
const oldKick = (
  force: number,
  place: Form,
  [z, drift, kick]: readonly [number, Form, Form],
  [y, velocity]: readonly [string, string],
): string | null => {
  const [way, push] = [termOf(drift, z), termOf(kick, force)];
  const isOld =
    way !== 0 && push !== 0 && !place.terms.has(z) && near(termOf(drift, force) / (way * push), 0.5);
  return isOld
    ? `${y} moves with half a kick of the force, and ${velocity} takes the other half from the same, old force: that is of ` +
        `order 1; velocity Verlet takes it from the force at the new ${y}`
    : null;
};

/** Hints on systems given as a function of the time step: several stages that together are only of first order. */
export const stageHints = (system: System): readonly string[] => {
  const { timeStep, refine } = system;
  const h = (timeStep ?? 0) * short;
  const fine = h === 0 ? null : (refine?.(h) ?? null);
  if (fine === null || fine.kind === 'map') return [];
  const { nodes, next } = fine;
  const names = Object.keys(fine.fields);
  if (names.length > 2) return [];
  const forms = formsOf(nodes);
  for (const name of names) {
    const base = stateNode(nodes, name);
    const other = names.find((each) => each !== name);
    const z = other === undefined ? undefined : stateNode(nodes, other);
    if (base < 0) continue;
    const pair =
      other === undefined || z === undefined || z < 0
        ? undefined
        : ([z, forms[next[name]], forms[next[other]]] as const);
    for (const force of forcesAt(fine, forms, base)) {
      const stages =
        (pair === undefined ? null : stagesOfPair(nodes, forms, force, pair, h)) ??
        stagesOfOne(nodes, forms, force, forms[next[name]], h);
      const words =
        (stages === null ? null : inWords(other ?? name, stages)) ??
        (pair !== undefined && other !== undefined && force.length === 1
          ? oldKick(force[0], forms[nodes[force[0]].inputs[0]], pair, [name, other])
          : null);
      if (words !== null) return [words];
    }
  }
  return [];
};
