/** What the laws have in common: the last step of a trial with its error bounds, forces, matrices, other time steps. */

import type { NdArray } from '../compile/reference/array.js';
import type { Arrays } from '../compile/reference/run.js';
import type { Node, Op } from '../dsl/op.js';
import { volume } from '../dsl/shape.js';
import { type Bounded, beyond, exact, minus, plus, scaled, unit64, within } from './bounded.js';
import { sizesOf } from './case.js';
import { broken, type Finding, holds, type Picture, type Trial } from './law.js';
import { boundedStep, type Surroundings, trajectory } from './run.js';
import { type Oscillator, structureOf } from './structure.js';
import { isOn, type System, sequenceName, weightsOf } from './system.js';

/** Fields by name, with error bounds. */
export type BoundedState = Readonly<Record<string, Bounded>>;

/** A step as it was taken: before, exactly what the interpreter held; after, what it gave and how wrong that may be. */
export interface Taken {
  readonly before: Arrays;
  readonly after: BoundedState;
  /** The number of the step. */
  readonly at: number;
}

/** Fields as numbers without doubt. */
export const exactState = (arrays: Arrays): BoundedState =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, exact(data)]));

/** What an interpreter gave for a step from a state that may itself be in doubt. */
export const taken = (
  { system, on }: Pick<Trial, 'system' | 'on'>,
  before: BoundedState,
  gave: Arrays,
  around: Surroundings,
  at: number,
): BoundedState => {
  const bounds = boundedStep(system, before, around, on.unit, at);
  return Object.fromEntries(
    Object.entries(bounds).map(([name, { error }]) => [name, within(gave[name].data, error)]),
  );
};

/** The last step of a trial; all before it only lead there. */
export const lastStep = (trial: Trial): Taken => {
  const { system, on, start, around, steps } = trial;
  const count = system.kind === 'map' ? 1 : steps;
  const path = trajectory(on, system, start, around, count);
  const before = path[count - 1];
  return { before, after: taken(trial, exactState(before), path[count], around, count - 1), at: count - 1 };
};

/** One step from a state that the law made; driven as the first step is. */
export const stepFrom = (
  trial: Trial,
  before: BoundedState,
  around: Surroundings = trial.around,
  at = 0,
): BoundedState => {
  const { system, on } = trial;
  const values = Object.fromEntries(
    Object.entries(before).map(([name, { value }]) => [name, { shape: system.fields[name], data: value }]),
  );
  const shifted = Object.fromEntries(
    Object.entries(around).map(([name, x]) => [
      name,
      system.sequences.some((_, i) => sequenceName(i) === name) ? from(x, at) : x,
    ]),
  );
  const path = trajectory(on, system, values, shifted, 1);
  return taken(trial, before, path[1], shifted, 0);
};

const from = ({ shape, data }: NdArray, at: number): NdArray => {
  const [steps, ...element] = shape;
  return { shape: [steps - at, ...element], data: data.slice(at * volume(element)) };
};

/** The nearest numbers that an interpreter holds, and how far they are from those wanted. */
export const held = ({ on }: Pick<Trial, 'on'>, wanted: Bounded): Bounded => {
  if (on.unit <= unit64) return wanted;
  const value = wanted.value.map(Math.fround);
  return { value, error: wanted.error.map((e, i) => e + Math.abs(value[i] - wanted.value[i])) };
};

/** The displacement and velocity of an oscillator, of a state. */
export const waveOf = (
  { y, z }: Oscillator,
  state: BoundedState,
): { readonly y: Bounded; readonly z: Bounded } => ({
  y: state[y],
  z: state[z],
});

/** (z' - z) / h: the force that a step applies, in float64 with bounds. */
export const forceAt = (
  { system, around }: Pick<Trial, 'system' | 'around'>,
  oscillator: Oscillator,
  y: Bounded,
  z: Bounded,
  at = 0,
): Bounded => {
  const state = { ...rest(system), [oscillator.y]: y, [oscillator.z]: z };
  const next = boundedStep(system, state, around, unit64, at);
  return scaled(1 / oscillator.h, minus(next[oscillator.z], z));
};

const rest = (system: System): BoundedState =>
  Object.fromEntries(
    Object.entries(system.fields).map(([name, shape]) => [name, exact(new Float64Array(volume(shape)))]),
  );

/** Zeros like these. */
export const zerosLike = ({ value }: Bounded): Bounded => exact(new Float64Array(value.length));
/** Ones like these. */
export const onesLike = ({ value }: Bounded): Bounded => exact(new Float64Array(value.length).fill(1));

/** K y = -(F(y, 0) - F(0, 0)): the stiffness of a force that is linear in the displacement. */
export const stiffnessOf = (
  trial: Pick<Trial, 'system' | 'around'>,
  oscillator: Oscillator,
  y: Bounded,
): Bounded => {
  const still = zerosLike(y);
  const moved = forceAt(trial, oscillator, y, still);
  return minus(forceAt(trial, oscillator, still, still), moved);
};

/** alpha = -(F(0, 1) - F(0, 0)): the damping at every site, where it is a number at every site. */
export const dampingOf = (trial: Pick<Trial, 'system' | 'around'>, oscillator: Oscillator): Bounded => {
  const size = volume(trial.system.fields[oscillator.y]);
  const still = exact(new Float64Array(size));
  return minus(forceAt(trial, oscillator, still, still), forceAt(trial, oscillator, still, onesLike(still)));
};

/** The matrix of a linear map given by what it does, column by column. */
export const matrixOf = (
  size: number,
  map: (unit: Float64Array) => Float64Array,
): readonly (readonly number[])[] => {
  const rows = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let column = 0; column < size; column++) {
    const image = map(Float64Array.from({ length: size }, (_, i) => (i === column ? 1 : 0)));
    for (let row = 0; row < size; row++) rows[row][column] = image[row];
  }
  return rows;
};

/** What a law is tried with when only its needs are looked at: the smallest grid with no ring of two, all externals at rest. */
export const sample = (system: System): Pick<Trial, 'system' | 'around'> => {
  const sizes = [...sizesOf(system).values()].sort((a, b) => volume(a.grid) - volume(b.grid));
  const small = sizes.find(({ grid }) => grid.every((n) => n >= 3)) ?? sizes[0] ?? system;
  return { system: small, around: atRest(small) };
};

/** Weights as the program has them, everything else zero. */
export const atRest = (system: System, steps = 1): Arrays => ({
  ...Object.fromEntries(
    system.externals.map(({ name, shape }) => [name, { shape, data: new Float64Array(volume(shape)) }]),
  ),
  ...Object.fromEntries(
    system.sequences.map((shape, i) => [
      sequenceName(i),
      { shape: [steps, ...shape], data: new Float64Array(steps * volume(shape)) },
    ]),
  ),
  ...weightsOf(system, 0),
});

/** A few significant digits. */
export const digits = (x: number): string =>
  x === 0
    ? '0'
    : Math.abs(x) >= 1e-3 && Math.abs(x) < 1e6
      ? Number(x.toPrecision(4)).toString()
      : x.toExponential(2);

/** Where an index lies, as `[1,2,0]`. */
export const placeOf = (index: number, shape: readonly number[]): string => {
  let left = index;
  const position = [...shape].reverse().map((n) => {
    const i = left % n;
    left = Math.floor(left / n);
    return i;
  });
  return `[${position.reverse().join(',')}]`;
};

/** Holds where a difference is zero within its bound; else says where it is not, and shows both sides. */
export const isZero = (
  difference: Bounded,
  shape: readonly number[],
  says: (wrong: { readonly place: string; readonly by: string; readonly allowed: string }) => string,
  pictures: () => readonly Picture[] = () => [],
): Finding => {
  const wrong = beyond(difference);
  if (wrong === undefined) return holds;
  const words = says({
    place: placeOf(wrong.at, shape),
    by: digits(wrong.value),
    allowed: digits(wrong.error),
  });
  return broken(words, ...pictures());
};

/** Both sides of an equation and their difference, to be looked at. */
export const sides = (
  shape: readonly number[],
  left: readonly [string, Bounded],
  right: readonly [string, Bounded],
): readonly Picture[] => [
  { title: left[0], field: { shape, data: left[1].value } },
  { title: right[0], field: { shape, data: right[1].value } },
  { title: 'difference', field: { shape, data: minus(left[1], right[1]).value } },
];

/** The first of these findings that says something is wrong. */
export const firstBroken = (...findings: readonly (() => Finding)[]): Finding => {
  for (const find of findings) {
    const found = find();
    if (found.kind === 'broken') return found;
  }
  return holds;
};

/** x + k v. */
export const moved = (x: Bounded, k: number, v: Bounded): Bounded => plus(x, scaled(k, v));

/** Whether all numbers are finite and of a size that float32 still resolves. */
export const isTame = (state: BoundedState): boolean =>
  Object.values(state).every(({ value }) => value.every((v) => Math.abs(v) < 1e12));

/** The names of arrays that lie on the grid. */
export const namesOnGrid = ({ grid }: System, arrays: Arrays): readonly string[] =>
  Object.entries(arrays).flatMap(([name, { shape }]) => (isOn(grid, shape) ? [name] : []));

// Other time steps.

const refined = new WeakMap<System, Map<number, System | undefined>>();

/** The time step of a system: an oscillator's h, else the number by which its whole change is multiplied. */
export const timeStepOf = (system: System): number | undefined => {
  const { oscillator } = structureOf(system);
  if (system.timeStep !== undefined) return system.timeStep;
  if (oscillator !== undefined) return oscillator.h;
  return scalesOf(system.nodes).find((h) => h > 0 && h < 1 && withTimeStep(system, h, h / 2) !== undefined);
};

/**
 * The same system with time step `to` instead of `from`: written by the function that it came from, or with every
 * number of the step that is h, -h or h^2 replaced. Undefined where the step's change does not follow, since then the
 * time step cannot be told from the system's other numbers.
 */
export const withTimeStep = (system: System, from: number, to: number): System | undefined => {
  const before = refined.get(system) ?? new Map<number, System | undefined>();
  refined.set(system, before);
  if (before.has(to)) return before.get(to);
  const written = system.refine?.(to);
  const found = written ?? replaced(system, from, to);
  before.set(to, found);
  return found;
};

const scalesOf = (nodes: readonly Node[]): readonly number[] => [
  ...new Set(nodes.flatMap(({ op }) => (op.op === 'affine' ? [Math.abs(op.scale)] : []))),
];

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-12 * Math.abs(b);

const replaced = (system: System, from: number, to: number): System | undefined => {
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
  const op = (old: Op): Op => {
    if (old.op === 'affine') return { ...old, scale: swap(old.scale) };
    if (old.op === 'constant' && typeof old.value === 'number') return { ...old, value: swap(old.value) };
    return old;
  };
  const other: System = { ...system, nodes: system.nodes.map((node) => ({ ...node, op: op(node.op) })) };
  return changesAlike(system, other, from, to) ? other : undefined;
};

/** Whether (x' - x) / h is the same for both, or for an oscillator the force: at a state of many values. */
const changesAlike = (system: System, other: System, from: number, to: number): boolean => {
  const { oscillator } = structureOf(system);
  const names = oscillator === undefined ? Object.keys(system.fields) : [oscillator.z];
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
  const rate = (s: System, h: number): BoundedState => {
    const next = boundedStep(s, state, around, unit64);
    return Object.fromEntries(names.map((name) => [name, scaled(1 / h, minus(next[name], state[name]))]));
  };
  const [a, b] = [rate(system, from), rate(other, to)];
  const again = structureOf(other).oscillator;
  if (oscillator !== undefined && !(again !== undefined && near(again.h, to))) return false;
  return (
    names.every((name) => beyond(minus(a[name], b[name])) === undefined) &&
    names.some((name) => a[name].value.some((v) => v !== 0))
  );
};
