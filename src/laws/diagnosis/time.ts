/** Where the time step stands in a step, and where it is missing or stands twice. */

import { volume } from '../../dsl/shape.js';
import type { Oscillator } from '../reading/oscillator.js';
import { structureOf } from '../reading/structure.js';
import { smallAtRest } from '../requirements/at-rest.js';
import { forceAt } from '../requirements/force.js';
import { exact } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { digits } from '../trial/findings.js';

const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.02 * b;

/** The velocity that one step from rest adds, in all. */
const kicked = (system: System, oscillator: Oscillator): number => {
  const small = smallAtRest(system);
  const size = volume(small.system.fields[oscillator.y]);
  const y = exact(Float64Array.from({ length: size }, (_, i) => Math.sin(1 + 2.3 * i) / 8));
  const { value } = forceAt(small, oscillator, y, exact(new Float64Array(size)));
  return Math.abs(oscillator.h) * Math.hypot(...value);
};

/** Of an oscillator that was given as a function of its time step: what halving the step does to drift and kick. */
export const timeFaults = (system: System): readonly string[] => {
  const { timeStep: dt, refine } = system;
  const fine = dt === undefined ? undefined : refine?.(dt / 2);
  const coarse = structureOf(system).oscillator;
  const finer = fine === undefined ? undefined : structureOf(fine).oscillator;
  if (dt === undefined || fine === undefined || coarse === undefined || finer === undefined) return [];
  const { y, z } = coarse;
  const [drift, kick] = [finer.h / coarse.h, kicked(fine, finer) / kicked(system, coarse)];
  return [
    ...(near(drift, 1)
      ? [
          `${y} moves by ${digits(coarse.h)} ${z}' whatever the time step: ${y}' = ${y} + dt ${z}' is meant, dt = ${digits(dt)}`,
        ]
      : near(drift, 0.25)
        ? [`${y} moves by dt^2 ${z}': the time step is there twice, ${y}' = ${y} + dt ${z}' is meant`]
        : []),
    ...(near(kick, 1)
      ? [`the force is added to ${z} without the time step: ${z}' = ${z} + dt F is meant, dt = ${digits(dt)}`]
      : near(kick, 0.25)
        ? [
            `the force is added to ${z} times dt^2: the time step is there twice, ${z}' = ${z} + dt F is meant`,
          ]
        : []),
  ];
};

/** Of an oscillator that is a program alone: which of its numbers is the time step is not known. */
export const timeHints = (system: System): readonly string[] => {
  const { oscillator } = structureOf(system);
  if (oscillator === undefined || system.timeStep !== undefined || oscillator.h !== 1) return [];
  const { y, z, kick, zNode } = oscillator;
  const factors = [...kick.terms].flatMap(([node, c]) => (node === zNode ? [] : [Math.abs(c)]));
  const [one] = factors;
  return one !== undefined && one < 1 && factors.every((factor) => factor === one)
    ? [
        `${y} moves by all of ${z}', while ${z} takes ${digits(one)} of its force: if that is the time step, ` +
          `${y}' = ${y} + ${digits(one)} ${z}' is meant`,
      ]
    : [];
};
