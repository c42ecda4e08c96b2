/** Laws 7 and 8: shifts, rotations and reflections commute with a step, and shifts with the encoders. */

import type { NdArray } from '../../compile/reference/array.js';
import type { NdArrays } from '../../compile/reference/run.js';
import type { Node } from '../../dsl/op.js';
import { givenValues } from '../reading/kernels.js';
import { holdsPlaces, isMedium } from '../reading/placed.js';
import * as requirements from '../requirements/requirements.js';
import { applySymmetry, sameForAllDirections, symmetriesOf } from '../requirements/square-symmetries.js';
import { type Bounded, minus } from '../rounding/bounded.js';
import { encodersOf } from '../system/encoders.js';
import { givenToModes } from '../system/modes.js';
import { hasSites, isOn, type System, sequenceName, weightsIn } from '../system/system.js';
import { exactState, isTame, lastStep, stepFrom } from '../trial/bounded-steps.js';
import { firstBroken, isZero, sides } from '../trial/findings.js';
import { type Finding, inconclusive, type Law, type Requirement, type Trial, vacuous } from '../trial/law.js';
import { outputsOnGrid } from './locality.js';

/** An array on the grid, shifted cyclically. */
const rolled = ({ shape, data }: NdArray, by: readonly number[], first = 0): NdArray => {
  const out = new Float64Array(data.length);
  const position = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < data.length; i++) {
    let target = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      const n = shape[axis];
      const shift = by[axis - first] ?? 0;
      target = target * n + ((((position[axis] + shift) % n) + n) % n);
    }
    out[target] = data[i];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis] += 1;
      if (position[axis] < shape[axis]) break;
      position[axis] = 0;
    }
  }
  return { shape, data: out };
};

/** Applies a motion of space to every array on the grid; driving sequences have time before space. */
const moveAll = (
  system: System,
  arrays: NdArrays,
  move: (x: NdArray, first: number) => NdArray,
  strict: boolean,
): NdArrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, x]) => {
      const drive = system.sequences.findIndex((_, i) => sequenceName(i) === name);
      if (drive >= 0) return [name, hasSites(system.grid, system.sequences[drive]) ? move(x, 1) : x];
      const kernel = system.externals.some(
        (external) =>
          external.name === name && external.kind === 'weight' && (strict || !isMedium(system, external)),
      );
      return [name, !kernel && hasSites(system.grid, x.shape) ? move(x, 0) : x];
    }),
  );

/** The system with its constants on the grid (a mask, a source, a medium) moved like everything else. */
const mediaMoved = (trial: Trial, move: (x: NdArray, first: number) => NdArray): Trial => {
  const { system } = trial;
  if (trial.strict === true) return trial;
  const kernels = weightsIn(system.nodes);
  const nodes = system.nodes.map((node, number): Node => {
    const { op } = node;
    if (op.op !== 'constant' || typeof op.value === 'number' || kernels.has(number)) return node;
    if (!hasSites(system.grid, op.shape)) return node;
    const { data } = move({ shape: op.shape, data: Float64Array.from(op.value) }, 0);
    return { ...node, op: { ...op, value: [...data] } };
  });
  return nodes.every((node, number) => node === system.nodes[number])
    ? trial
    : { ...trial, system: { ...system, nodes } };
};

/** Whether two arrays differ by more than their error bounds. */
const differ = (a: Bounded, b: ArrayLike<number>): boolean =>
  a.value.some((v, i) => Math.abs(v - b[i]) > a.error[i]);

/** step(move s) = move step(s), on the last step. */
const commutes = (trial: Trial, what: string, move: (x: NdArray, first: number) => NdArray): Finding => {
  const { system } = trial;
  const { before, after, at } = lastStep(trial);
  if (!isTame(after)) return inconclusive;
  const around = moveAll(system, trial.around, move, trial.strict === true);
  const there = stepFrom(
    mediaMoved(trial, move),
    exactState(moveAll(system, before, move, trial.strict === true)),
    around,
    at,
  );
  const once = system.kind === 'map' ? 'the map' : 'a step';
  return firstBroken(
    ...Object.entries(system.next).map(([name, node]) => () => {
      const { shape } = system.nodes[node];
      if (!hasSites(system.grid, shape)) return inconclusive;
      const moved = (data: Float64Array): Float64Array => move({ shape, data }, 0).data;
      const expected: Bounded = { value: moved(after[name].value), error: moved(after[name].error) };
      const found = isZero(
        minus(there[name], expected),
        expected.value,
        move({ shape, data: after[name].value }, 0).shape,
        ({ place, by, allowed }) =>
          `${once} after ${what} is not ${what} after ${once}: ${name}${place} is off by ${by}; rounding allows ${allowed}`,
        () => sides(shape, [`${once} after ${what}`, there[name]], [`${what} after ${once}`, expected]),
      );
      return found.kind === 'holds' && !differ(expected, after[name].value)
        ? vacuous(`${what} changes nothing of what comes out: it is the same at every site that is exchanged`)
        : found;
    }),
  );
};

/** Law 7. */
export const translation: Law = {
  name: 'translation',
  entry: 7,
  statement: 'step(shift s) = shift step(s), with every external field (omega, alpha, input) shifted too',
  source: 'convolution theorem on the torus; zero-padded encoders break it for a whole model',
  tolerance: 'both sides by running error analysis',
  requirements: [
    requirements.space,
    outputsOnGrid,
    requirements.noiseless,
    requirements.uniform,
    requirements.circular,
  ],
  property: (trial) => {
    const by = trial.system.grid.map((n, axis) => trial.choices[axis] % n);
    return commutes(trial, `a shift by [${by.join(',')}]`, (x, first) => rolled(x, by, first));
  },
};

/** Learned values at sites do not move with an image, so an encoder must not have any. */
const placeless: Requirement = {
  name: 'no numbers of places',
  missing: (system) =>
    holdsPlaces(system) ? 'before the first step it holds numbers that differ from site to site' : null,
};

const circularBefore: Requirement = {
  name: 'circular boundary before the first step',
  missing: (system, structure) => {
    const other = requirements.circular.missing(system, structure);
    const given = Object.keys(system.fields).join(', ');
    return other === null
      ? null
      : `before the first step ${other}: near the border a shifted ${given} does not start shifted waves, whatever the step does`;
  },
};

/** Law 7 for the encoders: without it a model is not equivariant, although its step is. */
export const encoderTranslation: Law = {
  name: 'translation of the encoder',
  entry: 7,
  statement:
    'encode(shift image) = shift encode(image); if the step commutes too, a shifted image leads to shifted waves',
  source:
    'convolution theorem on the torus; zero padding breaks it: Kayhan & van Gemert 2020, arXiv 2003.07064',
  tolerance: translation.tolerance,
  requirements: [
    requirements.space,
    outputsOnGrid,
    requirements.noiseless,
    requirements.uniform,
    placeless,
    circularBefore,
  ],
  about: { part: encodersOf, missing: 'its step reads what it is given: no encoder comes first' },
  property: translation.property,
};

/** Whether a field is joined with more entries before it than after it along a spatial axis, or the other way round. */
const oneSided = ({ nodes, grid }: System): boolean =>
  nodes.some(({ op, inputs, shape }) => {
    if (op.op !== 'concat' || op.axis >= grid.length || shape.length <= grid.length) return false;
    const sizes = inputs.map((input) => nodes[input].shape[op.axis]);
    const from = sizes.indexOf(Math.max(...sizes));
    const total = (some: readonly number[]): number => some.reduce((a, b) => a + b, 0);
    return total(sizes.slice(0, from)) !== total(sizes.slice(from + 1));
  });

const straight: Requirement = {
  name: 'no direction',
  missing: (system) => {
    const { nodes, grid } = system;
    return nodes.some(({ op, inputs, shape }) => {
      if (op.op !== 'slice') return false;
      const from = nodes[inputs[0]].shape;
      return isOn(grid, from) && grid.some((n, axis) => shape[axis] !== n);
    })
      ? 'its step turns the ring one way'
      : oneSided(system)
        ? 'its margins are wider on one side'
        : nodes.some(
              ({ op, inputs }) =>
                op.op === 'reduce' &&
                isOn(grid, nodes[inputs[0]].shape) &&
                op.axes.some((axis) => axis < grid.length) &&
                grid.some((_, axis) => !op.axes.includes(axis)),
            )
          ? 'it sums along rows or columns alone'
          : null;
  },
};

const evenModes: Requirement = {
  name: 'modes that are treated alike in all directions',
  missing: (system, { placed }) => {
    if (placed !== null) return null;
    const valueAt = givenValues(system);
    const alike = givenToModes(system.nodes).every((node) =>
      sameForAllDirections(valueAt(node), system.grid.length),
    );
    return alike ? null : 'what multiplies its modes differs between directions';
  },
};

/** Law 8. */
export const symmetries: Law = {
  name: 'rotations and reflections',
  entry: 8,
  statement:
    'step(g s) = g step(s) for every symmetry g of the square (of the line), iff every kernel is invariant',
  source: 'equivariance of convolutions: Cohen & Welling 2016, arXiv 1602.07576',
  tolerance: 'both sides by running error analysis; sums are added in another order',
  requirements: [
    requirements.space,
    outputsOnGrid,
    requirements.noiseless,
    requirements.uniform,
    straight,
    evenModes,
    requirements.symmetricKernels,
  ],
  property: (trial) => {
    const { grid } = trial.system;
    const symmetries = symmetriesOf(grid.length).filter(({ to }) =>
      to.every((from, axis) => grid[from] === grid[axis]),
    );
    if (symmetries.length < 2) return inconclusive;
    const symmetry = symmetries[1 + (trial.choices[0] % (symmetries.length - 1))];
    return commutes(trial, symmetry.name, (x, first) => applySymmetry(x, symmetry, grid.length, first));
  },
};
