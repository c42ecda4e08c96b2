/** What laws need of a system, each with the sentence that says why a system does not have it. */

import type { NdArray } from '../compile/reference/array.js';
import { evaluate } from '../compile/reference/sample.js';
import type { Need } from './law.js';
import { boundaryName, type Structure, swapped } from './structure.js';
import type { System } from './system.js';
import { weightsOf } from './system.js';
import { dampingOf, digits, sample, timeStepOf } from './tools.js';
import { motionInWords, wavePairOf } from './wave-pair.js';

export const steps: Need = {
  name: 'a step',
  essential: true,
  missing: ({ kind }) => (kind === 'step' ? undefined : 'it has no scan: there is no step to repeat'),
};

export const oscillator: Need = {
  name: 'an oscillator',
  essential: true,
  missing: (system, { oscillator: found }) =>
    system.kind === 'map'
      ? 'it has no scan: there is no step to repeat'
      : found === undefined
        ? whyNone(system)
        : undefined,
};

const whyNone = (system: System): string => {
  const exchanged = swapped(system);
  const pair = wavePairOf(system);
  if (exchanged === undefined && pair !== undefined) {
    const [y, z] = pair;
    return `${motionInWords(system, pair)}; an oscillator has ${y}' = ${y} + h ${z}', ${z}' = ${z} + h F`;
  }
  return exchanged === undefined
    ? "no field is moved by another as y' = y + h z"
    : `the step's results are exchanged: what it calls ${exchanged.y} is the new ${exchanged.z}, and the other way round`;
};

export const kickFirst: Need = {
  name: 'kick before drift',
  missing: (_, { oscillator: found }) =>
    found?.order === 'drift-kick' ? 'the drift comes before the kick' : undefined,
};

export const linearForce: Need = {
  name: 'a force linear in the displacement',
  essential: true,
  missing: (_, { oscillator: found }) =>
    found !== undefined && ['linear', 'affine'].includes(found.inDisplacement)
      ? undefined
      : `the force is not linear in ${found?.y ?? 'the displacement'}`,
};

export const undamped: Need = {
  name: 'undamped',
  missing: (_, { oscillator: found }) =>
    found?.inVelocity === 'none' ? undefined : `the force depends on the velocity ${found?.z ?? ''}`.trim(),
};

/** Undamped once every free external is zero. */
export const undampedAtRest: Need = {
  name: 'no damping of its own',
  missing: (system, { oscillator: found }) => {
    if (found === undefined || found.inVelocity === 'none') return undefined;
    if (!found.diagonal) return `the force depends on the velocity ${found.z}`;
    const alpha = dampingOf(sample(system), found).value.reduce((most, a) => Math.max(most, Math.abs(a)), 0);
    return alpha < 1e-12 ? undefined : `it is damped: alpha = ${digits(alpha)}`;
  },
};

export const diagonalDamping: Need = {
  name: 'damping at each site',
  essential: true,
  missing: (_, { oscillator: found }) =>
    found === undefined || found.inVelocity === 'none' || (found.diagonal && found.inVelocity !== 'other')
      ? undefined
      : `the force depends on the velocity ${found.z} otherwise than by a damping at each site`,
};

export const undriven: Need = {
  name: 'undriven',
  missing: ({ sequences }, { timed, noisy }) =>
    noisy
      ? 'noise drives it'
      : timed
        ? 'its step depends on the time'
        : sequences.length > 0
          ? 'a sequence drives it'
          : undefined,
};

/** Driving sequences are fine, they can be held at zero; time and noise cannot. */
export const timeless: Need = {
  name: 'the same step at all times',
  missing: (_, { timed, noisy }) =>
    noisy ? 'noise drives it' : timed ? 'its step depends on the time' : undefined,
};

export const noiseless: Need = {
  name: 'no noise',
  essential: true,
  missing: (_, { noisy }) => (noisy ? 'noise drives it' : undefined),
};

export const space: Need = {
  name: 'space',
  essential: true,
  missing: ({ grid }) => (grid.length > 0 ? undefined : 'its fields do not lie on one grid'),
};

export const circular: Need = {
  name: 'circular boundary',
  missing: (_, { convolutions }) => {
    const other = convolutions.find(({ boundary, ofState }) => ofState && boundary !== 'circular');
    return other === undefined
      ? undefined
      : `a convolution has the boundary '${boundaryName(other.boundary)}'`;
  },
};

export const uniform: Need = {
  name: 'the same at every site',
  missing: (_, { placed, convolutions }) =>
    placed ?? (convolutions.some(({ stride }) => stride) ? 'a convolution has a stride' : undefined),
};

export const linear: Need = {
  name: 'linear',
  missing: (_, { degree }) =>
    degree === 'linear'
      ? undefined
      : degree === 'affine'
        ? 'its step adds a constant'
        : 'its step is not linear',
};

export const odd: Need = {
  name: 'odd',
  missing: (_, { parity }) =>
    parity === 'odd' ? undefined : 'its step is not made of odd functions alone (a bias, a square, a ReLU)',
};

/** The kernels of the convolutions that read the state, as the program's parameters start. */
export const kernelsOf = (system: System, { convolutions }: Structure, seed = 0): readonly NdArray[] => {
  const weights = weightsOf(system, seed);
  const valueAt = (number: number): NdArray => {
    const { op, inputs, shape } = system.nodes[number];
    return evaluate(op, inputs.map(valueAt), shape, {
      noiseSeed: 0,
      sample: 0,
      leaf: (leaf) =>
        leaf.op === 'external'
          ? weights[system.externals[leaf.index].name]
          : leaf.op === 'parameter'
            ? weights[leaf.name]
            : { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) },
    });
  };
  return convolutions.filter(({ ofState }) => ofState).map(({ weight }) => valueAt(weight));
};

/** One of the symmetries of a line or a square: axes exchanged, then each mirrored or not. */
export interface Turn {
  readonly name: string;
  readonly swap: boolean;
  readonly mirror: readonly boolean[];
}

/** The symmetries of a line (2) or of the square (8). */
export const turnsOf = (rank: number): readonly Turn[] =>
  rank === 1
    ? [
        { name: 'nothing', swap: false, mirror: [false] },
        { name: 'the reflection', swap: false, mirror: [true] },
      ]
    : [
        { name: 'nothing', swap: false, mirror: [false, false] },
        { name: 'a quarter turn', swap: true, mirror: [false, true] },
        { name: 'a half turn', swap: false, mirror: [true, true] },
        { name: 'a quarter turn back', swap: true, mirror: [true, false] },
        { name: 'the reflection in a horizontal line', swap: false, mirror: [true, false] },
        { name: 'the reflection in a vertical line', swap: false, mirror: [false, true] },
        { name: 'the transposition', swap: true, mirror: [false, false] },
        { name: 'the reflection in the other diagonal', swap: true, mirror: [true, true] },
      ];

/** An array turned along its axes from `first` on; the turned axes must fit. */
export const turned = ({ shape, data }: NdArray, turn: Turn, rank: number, first = 0): NdArray => {
  const to = [...shape];
  if (turn.swap) [to[first], to[first + 1]] = [shape[first + 1], shape[first]];
  const out = new Float64Array(data.length);
  const position = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < data.length; i++) {
    const target = [...position];
    if (turn.swap) [target[first], target[first + 1]] = [target[first + 1], target[first]];
    for (let axis = 0; axis < rank; axis++)
      if (turn.mirror[axis]) target[first + axis] = to[first + axis] - 1 - target[first + axis];
    out[target.reduce((offset, p, axis) => offset * to[axis] + p, 0)] = data[i];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis] += 1;
      if (position[axis] < shape[axis]) break;
      position[axis] = 0;
    }
  }
  return { shape: to, data: out };
};

const same = (a: NdArray, b: NdArray): boolean =>
  a.shape.every((n, axis) => n === b.shape[axis]) && a.data.every((value, i) => value === b.data[i]);

export const symmetricKernels: Need = {
  name: 'kernels invariant under the symmetries of the square',
  missing: (system, structure) => {
    const rank = system.grid.length;
    for (const kernel of kernelsOf(system, structure)) {
      if (kernel.shape.slice(0, rank).some((n) => n % 2 === 0)) return 'a kernel of even side has no centre';
      const broken = turnsOf(rank).find(
        (turn) =>
          (turn.swap && kernel.shape[0] !== kernel.shape[1]) || !same(turned(kernel, turn, rank), kernel),
      );
      if (broken !== undefined) return `a kernel is not invariant under ${broken.name}`;
    }
    return undefined;
  },
};

/** The kernel mirrored at its centre with its channels exchanged: what the transposed convolution has. */
const transposedKernel = ({ shape, data }: NdArray, rank: number): NdArray => {
  const [inputs, outputs] = shape.slice(rank);
  const taps = data.length / (inputs * outputs);
  const out = new Float64Array(data.length);
  for (let tap = 0; tap < taps; tap++)
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++)
        out[((taps - 1 - tap) * inputs + o) * outputs + i] = data[(tap * inputs + i) * outputs + o];
  return { shape, data: out };
};

export const reciprocalKernels: Need = {
  name: 'symmetric coupling',
  missing: (system, structure) => {
    const rank = system.grid.length;
    for (const kernel of kernelsOf(system, structure)) {
      const [inputs, outputs] = kernel.shape.slice(rank);
      const depthwise = outputs === 1 && inputs > 1;
      const mirrored = depthwise
        ? turned(kernel, { name: '', swap: false, mirror: new Array<boolean>(rank).fill(true) }, rank)
        : transposedKernel(kernel, rank);
      if (!same(mirrored, kernel))
        return 'a kernel is not symmetric: what a site does to its neighbour, the neighbour does not do to it';
    }
    const lopsided = structure.convolutions.find(
      ({ boundary, ofState }) => ofState && boundary !== 'circular' && boundary !== 'zero',
    );
    return lopsided === undefined
      ? undefined
      : `the boundary '${boundaryName(lopsided.boundary)}' makes the coupling asymmetric`;
  },
};

/** Two values of which one is made of the other: a law that chose both would make a system that the program never is. */
export const independent: Need = {
  name: 'surroundings that can be chosen apart',
  essential: true,
  missing: ({ externals, program: { graph } }) => {
    const free = externals.filter(({ kind }) => kind === 'field');
    const madeOf = (node: number, of: number): boolean =>
      node === of || graph.nodes[node].inputs.some((input) => input >= of && madeOf(input, of));
    const pair = free.flatMap((a) =>
      free.flatMap((b) => (a !== b && madeOf(a.node, b.node) ? [[a, b]] : [])),
    )[0];
    return pair === undefined
      ? undefined
      : `${pair[0].name}, which its step reads, is made of ${pair[1].name}, which it reads too: they cannot be chosen apart`;
  },
};

export const changeableStep: Need = {
  name: 'a time step that can be told apart',
  essential: true,
  missing: (system) =>
    timeStepOf(system) === undefined ? 'its time step cannot be told from its other numbers' : undefined,
};
