/**
 * Oscillators that hold the step of the displacement for its velocity: w = h v, so that y' = y + w', w' = w + h^2 F. No time
 * step is missing there, and none stands twice.
 */

import type { NdArrays } from '../../compile/reference/run.js';
import { volume } from '../../dsl/shape.js';
import type { Oscillator } from '../reading/oscillator.js';
import { structureOf } from '../reading/structure.js';
import { exact } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { smallAtRest } from './at-rest.js';
import { forceAt } from './force.js';

/** The velocity that one step from rest adds, in all. */
const kicked = (system: System, oscillator: Oscillator): number => {
  const small = smallAtRest(system);
  const size = volume(small.system.fields[oscillator.y]);
  const y = exact(Float64Array.from({ length: size }, (_, i) => Math.sin(1 + 2.3 * i) / 8));
  const { value } = forceAt(small, oscillator, y, exact(new Float64Array(size)));
  return Math.abs(oscillator.h) * Math.hypot(...value);
};

/** What halving the time step does to drift and kick: each a half where the state is displacement and velocity. */
interface Halved {
  readonly oscillator: Oscillator;
  readonly drift: number;
  readonly kick: number;
}

/** Of an oscillator that was given as a function of its time step; undefined for any other system. */
export const halved = (system: System): Halved | undefined => {
  const { timeStep: dt, refine } = system;
  const fine = dt === undefined ? undefined : refine?.(dt / 2);
  const oscillator = structureOf(system).oscillator;
  const finer = fine === undefined ? undefined : structureOf(fine).oscillator;
  return fine === undefined || oscillator === undefined || finer === undefined
    ? undefined
    : { oscillator, drift: finer.h / oscillator.h, kick: kicked(fine, finer) / kicked(system, oscillator) };
};

/** Within 2 %: a kick that is no power of the time step may have terms of higher order. */
export const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.02 * b;

const found = new WeakMap<System, { readonly field: string | undefined }>();

/** The field that holds steps of the displacement instead of its velocity; undefined where none does. */
export const incrementOf = (system: System): string | undefined => {
  const before = found.get(system);
  if (before !== undefined) return before.field;
  const change = halved(system);
  const field =
    change !== undefined && near(change.drift, 1) && near(change.kick, 0.25)
      ? change.oscillator.z
      : undefined;
  found.set(system, { field });
  return field;
};

/** A start of the same velocity at a time step that is so many times as long. */
export const atPace = (system: System, start: NdArrays, times: number): NdArrays => {
  const field = incrementOf(system);
  return field === undefined
    ? start
    : {
        ...start,
        [field]: { shape: start[field].shape, data: start[field].data.map((v) => times * v) },
      };
};
