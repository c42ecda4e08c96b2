/**
 * Oscillators whose second field is the increment of the displacement instead of its velocity: w = h v, so that
 * y' = y + w', w' = w + h^2 F. Their time step is neither missing nor there twice.
 */

import type { NdArrays } from '../../compile/reference/run.js';
import { volume } from '../../dsl/shape.js';
import type { Oscillator } from '../reading/oscillator.js';
import { structureOf } from '../reading/structure.js';
import { exact } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { smallAtRest } from './at-rest.js';
import { forceAt } from './force.js';

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

const found = new WeakMap<System, { readonly field: string | null }>();

/** The field that is the increment of the displacement instead of its velocity; null if there is none. */
export const incrementOf = (system: System): string | null => {
  const before = found.get(system);
  if (before !== undefined) return before.field;
  const change = halved(system);
  const field =
    change !== null && near(change.drift, 1) && near(change.kick, 0.25) ? change.oscillator.z : null;
  found.set(system, { field });
  return field;
};

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
