/** Whether the time step is missing from a step or occurs twice. */

import { structureOf } from '../reading/structure.js';
import { halved, incrementOf, near } from '../requirements/increments.js';
import type { System } from '../system/system.js';
import { digits } from '../trial/findings.js';

/** Faults of an oscillator given as a function of its time step, from the effect of halving it on drift and kick. */
export const timeFaults = (system: System): readonly string[] => {
  const change = halved(system);
  const { timeStep: dt } = system;
  if (dt === undefined || change === null || incrementOf(system) !== null) return [];
  const { oscillator: coarse, drift, kick } = change;
  const { y, z } = coarse;
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

/** Hints on an oscillator given as a program only, whose time step is not known. */
export const timeHints = (system: System): readonly string[] => {
  const { oscillator } = structureOf(system);
  if (oscillator === null || system.timeStep !== undefined || oscillator.h !== 1) return [];
  const { y, z, kick, zNode } = oscillator;
  const factors = [...kick.terms].flatMap(([node, c]) => (node === zNode ? [] : [Math.abs(c)]));
  const [one] = factors;
  return one !== undefined && one < 1 && factors.every((factor) => factor === one)
    ? [
        `${y} moves by all of ${z}', while ${z} takes ${digits(one)} of its force: if that is the time step, ` +
          `${y}' = ${y} + ${digits(one)} ${z}' is meant; if it is the square of the time step, ${z} holds steps of ${y} and all is right`,
      ]
    : [];
};
