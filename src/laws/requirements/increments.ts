/**
 * Displacement and increment: systems whose second field is the increment of the displacement instead of its
 * velocity: w = h v, so y' = y + w' and w' = w + h^2 F. Their time step is correct, although drift has none
 * and kick has its square.
 */

import { remembered } from '../../base/remembered.js';
import type { NdArrays } from '../../compile/reference/run.js';
import { sameShape, volume } from '../../dsl/shape.js';
import { formsOf } from '../reading/forms.js';
import { type Oscillator, stateNode } from '../reading/oscillator.js';
import { structureOf } from '../reading/structure.js';
import { exact, unit64 } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { boundedStep } from '../trial/interpreter.js';
import { smallAtRest } from './at-rest.js';
import { forceAt, rest } from './force.js';

/** The norm of the velocity that one step from rest adds. */
const kicked = (system: System, oscillator: Oscillator): number => {
  const small = smallAtRest(system);
  const size = volume(small.system.fields[oscillator.y]);
  const y = exact(Float64Array.from({ length: size }, (_, i) => Math.sin(1 + 2.3 * i) / 8));
  const { value } = forceAt(small, oscillator, y, exact(new Float64Array(size)));
  return Math.abs(oscillator.h) * Math.hypot(...value);
};

/** The factors of drift and kick if the time step is halved: 1/2 each if the state is displacement and velocity. */
interface Halved {
  readonly oscillator: Oscillator;
  readonly drift: number;
  readonly kick: number;
}

/** These factors for an oscillator that was given as a function of its time step; null for any other system. */
export const halved = (system: System): Halved | null => {
  const { timeStep: dt, refine } = system;
  const fine = dt === undefined ? null : (refine?.(dt / 2) ?? null);
  const oscillator = structureOf(system).oscillator;
  const finer = fine === null ? null : structureOf(fine).oscillator;
  return fine === null || oscillator === null || finer === null
    ? null
    : { oscillator, drift: finer.h / oscillator.h, kick: kicked(fine, finer) / kicked(system, oscillator) };
};

/** Within 2 %, since a kick may have terms of higher order in the time step. */
export const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.02 * b;

/** Time steps short enough that a kick is one force, also where half of it comes after the drift. */
const short = [2 ** -5, 2 ** -6] as const;

/**
 * The multiple of z that a step adds to y, and the norm of what a step from rest adds to z; null if y does
 * not move by a multiple of z.
 */
const motionOf = (
  system: System,
  y: string,
  z: string,
): { readonly drift: number; readonly kick: number } | null => {
  const { nodes, next } = system;
  const [yNode, zNode] = [stateNode(nodes, y), stateNode(nodes, z)];
  if (yNode < 0 || zNode < 0) return null;
  const forms = formsOf(nodes);
  const drift = forms[next[y]].terms.get(zNode);
  if (drift === undefined || forms[next[y]].terms.get(yNode) !== 1 || !forms[next[z]].terms.has(zNode))
    return null;
  const small = smallAtRest(system);
  const size = volume(small.system.fields[y]);
  const at = exact(Float64Array.from({ length: size }, (_, i) => Math.sin(1 + 2.3 * i) / 8));
  const state = { ...rest(small.system), [y]: at };
  return { drift, kick: Math.hypot(...boundedStep(small.system, state, small.around, unit64)[z].value) };
};

/** The same for other steps than kick and drift, such as half kicks before and after the drift. */
const incrementOfStages = (system: System): string | null => {
  const { timeStep: dt, refine, fields } = system;
  if (dt === undefined || refine === undefined || structureOf(system).oscillator !== null) return null;
  const [coarse, fine] = short.map((share) => refine(share * dt));
  if (coarse === null || fine === null) return null;
  const names = Object.keys(fields);
  for (const y of names)
    for (const z of names) {
      if (y === z || !sameShape(fields[y], fields[z])) continue;
      const [one, half] = [motionOf(coarse, y, z), motionOf(fine, y, z)];
      if (
        one !== null &&
        half !== null &&
        near(half.drift / one.drift, 1) &&
        near(half.kick / one.kick, 0.25)
      )
        return z;
    }
  return null;
};

/** The field that is the increment of the displacement instead of its velocity; null if there is none. */
export const incrementOf = remembered((system: System): string | null => {
  const change = halved(system);
  return change !== null && near(change.drift, 1) && near(change.kick, 0.25)
    ? change.oscillator.z
    : incrementOfStages(system);
});

/** A start with the same velocity for a time step that is `times` as long. */
export const atPace = (system: System, start: NdArrays, times: number): NdArrays => {
  const field = incrementOf(system);
  return field === null
    ? start
    : {
        ...start,
        [field]: { shape: start[field].shape, data: start[field].data.map((v) => times * v) },
      };
};
