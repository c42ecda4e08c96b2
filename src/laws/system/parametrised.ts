/** Systems from programs, and from functions that write a program for a time step. */

import { hashProgram, type Program } from '../../dsl/program.js';
import { settled } from './settled.js';
import { type System, systemOf } from './system.js';

/** A function that writes a program for a time step, with its own default. */
export type Family = (options: { readonly dt?: number }) => Program;

/** Everything that can be checked against laws. */
export type Subject = System | Program | Family;

const isFamily = (subject: Subject): subject is Family => typeof subject === 'function';
const isSystem = (subject: System | Program): subject is System => 'nodes' in subject;

/**
 * The system of a subject; a function of dt is called again to refine the time step.
 *
 * @example
 * systemFrom(still).kind; // => 'step'
 */
export const systemFrom = (subject: Subject): System => {
  if (!isFamily(subject)) return settled(isSystem(subject) ? subject : systemOf(subject), 0);
  const p = subject({});
  const system = systemOf(p);
  const own = hashProgram(p);
  const timeStep = numbersOf(system).find((h) => hashProgram(subject({ dt: h })) === own);
  return settled(
    timeStep === undefined ? system : { ...system, timeStep, refine: (dt) => systemOf(subject({ dt })) },
    0,
  );
};

/**
 * Candidates for the time step, above 0 and at most 10: factors and constants of a step, and the same times the usual
 * divisors of methods of several stages.
 */
const numbersOf = ({ nodes }: System): readonly number[] => {
  const own = nodes.flatMap(({ op }) => {
    if (op.op === 'affine')
      return [Math.abs(op.scale), ...[1, 2].map((share) => Math.sqrt(share * Math.abs(op.scale)))];
    return op.op === 'constant' && typeof op.value === 'number' ? [Math.abs(op.value)] : [];
  });
  const shares = [1, 2, 3, 4, 6, 8, 0.5];
  const numbers = new Set(shares.flatMap((share) => own.map((h) => Number((share * h).toPrecision(12)))));
  return [...new Set([...own, ...numbers])].filter((h) => h > 0 && h <= 10);
};
