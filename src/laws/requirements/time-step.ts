/** The time step of a system, and changing it. */

import { maxAbs } from '../../base/max-abs.js';
import { rememberedBy } from '../../base/remembered.js';
import type { Node, Op } from '../../dsl/op.js';
import { volume } from '../../dsl/shape.js';
import { weightedFor } from '../reading/stages.js';
import { structureOf } from '../reading/structure.js';
import { beyond, exact, minus, scaled, unit64 } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import type { BoundedState } from '../trial/bounded-steps.js';
import { boundedStep } from '../trial/interpreter.js';
import { atRest } from './at-rest.js';

/**
 * The time step of a system: an oscillator's h; the step whose parts are the weights of a method's stages; else the number
 * that multiplies its whole change; null if unknown.
 */
export const timeStepOf = (system: System): number | null => {
  const { oscillator } = structureOf(system);
  if (system.timeStep !== undefined) return system.timeStep;
  if (oscillator !== null) return oscillator.h;
  const staged = stepOfStages(system);
  if (staged !== null) return withTimeStep(system, staged, staged / 2) === null ? null : staged;
  return (
    scalesOf(system.nodes).find((h) => h > 0 && h < 1 && withTimeStep(system, h, h / 2) !== null) ?? null
  );
};

/**
 * The same system with time step `to` instead of `from`: made by the function that it came from, or by replacing every
 * number in the step that is h, -h or h^2. Null if the step's change is not proportional, since then the time step
 * cannot be distinguished from other numbers. Of a method of several stages its parts of h are replaced. If the function's own time step is not `from`, an oscillator's h of
 * another size, it changes in the same ratio.
 */
export const withTimeStep = rememberedBy(
  (from: number, to: number) => `${from} ${to}`,
  (system: System, from, to): System | null => {
    const { timeStep = from } = system;
    const written = system.refine?.(near(timeStep, from) ? to : (timeStep * to) / from);
    return (
      written ?? (stepOfStages(system) === null ? replaced(system, from, to) : restaged(system, from, to))
    );
  },
);

/**
 * The fields beside an oscillator that change by as much with a far smaller time step. If the time step was read from the
 * numbers of the step, their own factor may be a part of it, or lack it: the two cannot be told apart.
 */
export const unscaledFields = (system: System): readonly string[] => {
  const { oscillator } = structureOf(system);
  if (oscillator === null || system.timeStep !== undefined) return [];
  const other = withTimeStep(system, oscillator.h, oscillator.h / 2 ** 20);
  if (other === null) return [];
  const change = changesOf(system);
  const [far, close] = [change(system), change(other)];
  return Object.keys(system.fields).filter(
    (name) =>
      name !== oscillator.y &&
      name !== oscillator.z &&
      maxAbs(far[name].value) > 0 &&
      maxAbs(close[name].value) > maxAbs(far[name].value) / 1024,
  );
};

const scalesOf = (nodes: readonly Node[]): readonly number[] => [
  ...new Set(
    nodes.flatMap(({ op }) => {
      if (op.op === 'affine') return [Math.abs(op.scale)];
      return op.op === 'constant' && typeof op.value === 'number' ? [Math.abs(op.value)] : [];
    }),
  ),
];

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-12 * Math.abs(b);

/** The time step that a method of several stages is written with; null where there is none. */
export const stepOfStages = (system: System): number | null =>
  system.timeStep !== undefined || structureOf(system).oscillator !== null
    ? null
    : (weightedFor(system)?.step ?? null);

/** The parts of a time step that stages reach and weigh. */
const parts = [1, 1 / 2, 1 / 3, 2 / 3, 1 / 4, 3 / 4, 1 / 6, 1 / 8, 3 / 8];

/** A step of several stages, with every number that is such a part of its time step in proportion. */
const restaged = (system: System, from: number, to: number): System | null => {
  const isPart = (x: number): boolean => parts.some((part) => near(Math.abs(x), part * from));
  const other = renumbered(system, (x) => (isPart(x) ? (x * to) / from : x));
  const found = weightedFor(other)?.step;
  return found !== undefined && near(found, to) ? other : null;
};

/** The same step with other numbers. */
const renumbered = (system: System, swap: (x: number) => number): System => {
  const op = (old: Op): Op => {
    if (old.op === 'affine') return { ...old, scale: swap(old.scale) };
    if (old.op === 'constant' && typeof old.value === 'number') return { ...old, value: swap(old.value) };
    return old;
  };
  return { ...system, nodes: system.nodes.map((node) => ({ ...node, op: op(node.op) })) };
};

const replaced = (system: System, from: number, to: number): System | null => {
  const swap = (x: number): number =>
    near(x, from)
      ? to
      : near(x, -from)
        ? -to
        : near(x, from * from)
          ? to * to
          : near(x, -from * from)
            ? -to * to
            : x;
  const other = renumbered(system, swap);
  return changesAlike(system, other, from, to) ? other : null;
};

/** The changes of one step, x' - x, at a state of many values: those of another time step begin alike. */
const changesOf = (system: System): ((other: System) => BoundedState) => {
  const state = Object.fromEntries(
    Object.entries(system.fields).map(([name, shape], i) => [
      name,
      exact(Float64Array.from({ length: volume(shape) }, (_, n) => Math.sin(1 + i + 2.3 * n))),
    ]),
  );
  const around = {
    ...atRest(system),
    ...Object.fromEntries(
      system.externals.flatMap(({ name, shape, kind }) =>
        kind === 'field'
          ? [
              [
                name,
                {
                  shape,
                  data: Float64Array.from({ length: volume(shape) }, (_, n) => 0.5 + 0.3 * Math.sin(n)),
                },
              ],
            ]
          : [],
      ),
    ),
  };
  return (other) => {
    const next = boundedStep(other, state, around, unit64);
    return Object.fromEntries(Object.keys(state).map((name) => [name, minus(next[name], state[name])]));
  };
};

/** Whether (x' - x) / h, or the force of an oscillator, is the same for both, at a state of many values. */
const changesAlike = (system: System, other: System, from: number, to: number): boolean => {
  const { oscillator } = structureOf(system);
  const names = oscillator === null ? Object.keys(system.fields) : [oscillator.z];
  const change = changesOf(system);
  const rate = (s: System, h: number): BoundedState => {
    const changes = change(s);
    return Object.fromEntries(names.map((name) => [name, scaled(1 / h, changes[name])]));
  };
  const [a, b] = [rate(system, from), rate(other, to)];
  const again = structureOf(other).oscillator;
  if (oscillator !== null && !(again !== null && near(again.h, to))) return false;
  return (
    names.every((name) => beyond(minus(a[name], b[name])) === null) &&
    // Without known error bounds nothing can be decided.
    names.every((name) => [...a[name].error, ...b[name].error].every(Number.isFinite)) &&
    names.some((name) => a[name].value.some((v) => v !== 0))
  );
};
