/** Requirements of laws, each with a sentence on why a system does not meet it. */

import { maxAbs } from '../../base/max-abs.js';
import { volume } from '../../dsl/shape.js';
import { degreesOf } from '../reading/degree.js';
import { kernelsOf, same, transposedKernel } from '../reading/kernels.js';
import { type Oscillator, swapped } from '../reading/oscillator.js';
import { boundaryName } from '../reading/structure.js';
import { motionInWords, wavePairOf } from '../reading/wave-pair.js';
import { dot, exact, minus } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { digits } from '../trial/findings.js';
import type { Requirement } from '../trial/law.js';
import { probe, smallAtRest, withFreeFields } from './at-rest.js';
import { dampingOf, forceAt, stiffnessOf } from './force.js';
import { applySymmetry, symmetriesOf } from './square-symmetries.js';
import { timeStepOf } from './time-step.js';

export const steps: Requirement = {
  name: 'a step',
  essential: true,
  missing: ({ kind }) => (kind === 'step' ? null : 'it has no scan: there is no step to repeat'),
};

export const oscillator: Requirement = {
  name: 'an oscillator',
  essential: true,
  missing: (system, { oscillator: found }) =>
    system.kind === 'map'
      ? 'it has no scan: there is no step to repeat'
      : found === null
        ? whyNone(system)
        : whatElse(system, found),
};

/** If other fields contribute, the force is not a function of displacement and velocity. */
const whatElse = ({ nodes, fields, next }: System, { y, z }: Oscillator): string | null => {
  const pushes = Object.keys(fields).find(
    (name) =>
      name !== y &&
      name !== z &&
      degreesOf(nodes, ({ op }) => op.op === 'state' && op.field === name)[next[z]] !== 'none',
  );
  return pushes === undefined ? null : `its force depends on the field ${pushes} besides ${y} and ${z}`;
};

const whyNone = (system: System): string => {
  const exchanged = swapped(system);
  const pair = wavePairOf(system);
  if (exchanged === null && pair !== null) {
    const [y, z] = pair;
    return `${motionInWords(system, pair)}; an oscillator has ${y}' = ${y} + h ${z}', ${z}' = ${z} + h F`;
  }
  return exchanged === null
    ? "no field is moved by another as y' = y + h z"
    : `the step's results are exchanged: what it calls ${exchanged.y} is the new ${exchanged.z}, and the other way round`;
};

export const kickFirst: Requirement = {
  name: 'kick before drift',
  missing: (_, { oscillator: found }) =>
    found?.order === 'drift-kick' ? 'the drift comes before the kick' : null,
};

/** Explicit Euler gains energy, unless the system dissipates more: a relaxation oscillator may use it. */
export const notDissipative: Requirement = {
  name: 'a step that is intended to conserve energy',
  missing: (system, { oscillator: found }) => {
    if (found === null || found.order !== 'old velocity') return null;
    if (found.inVelocity === 'other') return `the force is not linear in the velocity ${found.z}`;
    if (found.inVelocity === 'none' || !found.diagonal) return null;
    const small = smallAtRest(system);
    const size = volume(small.system.fields[found.y]);
    const y = exact(probe(size, 1));
    const still = exact(new Float64Array(size));
    const restoring = Math.hypot(
      ...minus(forceAt(small, found, y, still), forceAt(small, found, still, still)).value,
    );
    const alpha = Math.min(...dampingOf(small, found).value);
    return alpha * Math.hypot(...y.value) > Math.abs(found.h) * restoring
      ? `its damping, alpha = ${digits(alpha)}, takes more energy out than explicit Euler brings in`
      : null;
  },
};

/** One time step for all units. */
export const evenPace: Requirement = {
  name: 'one time step for all units',
  essential: true,
  missing: (_, { oscillator: found }) =>
    found !== null && found.pace.length > 0 ? 'its time step differs from unit to unit' : null,
};

export const linearForce: Requirement = {
  name: 'a force linear in the displacement',
  essential: true,
  missing: (_, { oscillator: found }) =>
    found !== null && ['linear', 'affine'].includes(found.inDisplacement)
      ? null
      : `the force is not linear in ${found?.y ?? 'the displacement'}`,
};

/** Undamped once every free external is zero. */
export const undampedAtRest: Requirement = {
  name: 'no damping of its own',
  missing: (system, { oscillator: found }) => {
    if (found === null || found.inVelocity === 'none') return null;
    if (!found.diagonal) return `the force depends on the velocity ${found.z}`;
    const alpha = maxAbs(dampingOf(smallAtRest(system), found).value);
    return alpha < 1e-12 ? null : `it is damped: alpha = ${digits(alpha)}`;
  },
};

export const diagonalDamping: Requirement = {
  name: 'damping at each site',
  essential: true,
  missing: (_, { oscillator: found }) =>
    found === null || found.inVelocity === 'none' || (found.diagonal && found.inVelocity !== 'other')
      ? null
      : `the force depends on the velocity ${found.z} otherwise than by a damping at each site`,
};

/** Driving sequences are fine, they can be held at zero; time and noise cannot. */
export const timeless: Requirement = {
  name: 'the same step at all times',
  missing: (_, { timed, noisy }) =>
    noisy ? 'noise drives it' : timed ? 'its step depends on the time' : null,
};

export const noiseless: Requirement = {
  name: 'no noise',
  essential: true,
  missing: (_, { noisy }) => (noisy ? 'noise drives it' : null),
};

export const space: Requirement = {
  name: 'space',
  essential: true,
  missing: ({ grid }) => (grid.length > 0 ? null : 'its fields do not lie on one grid'),
};

export const circular: Requirement = {
  name: 'circular boundary',
  missing: (_, { convolutions }) => {
    const other = convolutions.find(
      ({ boundary, ofState, padded }) => ofState && boundary !== 'circular' && !padded,
    );
    return other === undefined ? null : `a convolution has the boundary '${boundaryName(other.boundary)}'`;
  },
};

export const uniform: Requirement = {
  name: 'the same at every site',
  missing: (_, { placed, convolutions }) =>
    placed ?? (convolutions.some(({ stride }) => stride) ? 'a convolution has a stride' : null),
};

export const linear: Requirement = {
  name: 'linear',
  missing: (_, { degree }) =>
    degree === 'linear' ? null : degree === 'affine' ? 'its step adds a constant' : 'its step is not linear',
};

export const odd: Requirement = {
  name: 'odd',
  missing: (_, { parity }) =>
    parity === 'odd' ? null : 'its step is not made of odd functions alone (a bias, a square, a ReLU)',
};

export const symmetricKernels: Requirement = {
  name: 'kernels invariant under the symmetries of the square',
  missing: (system, structure) => {
    const rank = system.grid.length;
    for (const kernel of kernelsOf(system, structure)) {
      if (kernel.shape.slice(0, rank).some((n) => n % 2 === 0)) return 'a kernel of even side has no centre';
      const broken = symmetriesOf(rank).find(
        (symmetry) =>
          symmetry.to.some((from, axis) => kernel.shape[from] !== kernel.shape[axis]) ||
          !same(applySymmetry(kernel, symmetry, rank), kernel),
      );
      if (broken !== undefined) return `a kernel is not invariant under ${broken.name}`;
    }
    return null;
  },
};

/** Kernels that are unchanged when mirrored with their channels exchanged. */
export const mirroredKernels: Requirement = {
  name: 'symmetric coupling',
  missing: (system, structure) => {
    const rank = system.grid.length;
    for (const kernel of kernelsOf(system, structure)) {
      const [inputs, outputs] = kernel.shape.slice(rank);
      const depthwise = outputs === 1 && inputs > 1;
      const mirrored = depthwise
        ? applySymmetry(
            kernel,
            {
              name: '',
              to: Array.from({ length: rank }, (_, axis) => axis),
              mirror: new Array<boolean>(rank).fill(true),
            },
            rank,
          )
        : transposedKernel(kernel, rank);
      if (!same(mirrored, kernel))
        return 'a kernel is not symmetric: what a site does to its neighbour, the neighbour does not do to it';
    }
    return null;
  },
};

export const reciprocalKernels: Requirement = {
  name: 'symmetric coupling',
  missing: (system, structure) => {
    const kernels = mirroredKernels.missing(system, structure);
    if (kernels !== null) return kernels;
    const lopsided = structure.convolutions.find(
      ({ boundary, ofState, padded }) => ofState && boundary !== 'circular' && boundary !== 'zero' && !padded,
    );
    return lopsided === undefined
      ? null
      : `the boundary '${boundaryName(lopsided.boundary)}' makes the coupling asymmetric`;
  },
};

const mutual = new WeakMap<System, string | null>();

/** Whether K is symmetric, tested on unrelated displacements: x.K y = y.K x. */
export const reciprocal: Requirement = {
  name: 'symmetric coupling',
  missing: (system, structure) => {
    const kernels = reciprocalKernels.missing(system, structure);
    if (kernels !== null || structure.oscillator === null) return kernels;
    const known = mutual.get(system);
    if (known !== undefined) return known;
    const found = lopsided(system, structure.oscillator);
    mutual.set(system, found);
    return found;
  },
};

const lopsided = (system: System, oscillator: Oscillator): string | null => {
  const small = withFreeFields(smallAtRest(system));
  const size = volume(small.system.fields[oscillator.y]);
  const [x, y] = [exact(probe(size, 1)), exact(probe(size, 5))];
  const [kx, ky] = [stiffnessOf(small, oscillator, x), stiffnessOf(small, oscillator, y)];
  const [one, other] = [dot(x, ky), dot(y, kx)];
  const noise = one.error + other.error + 1e-9 * (Math.abs(one.value) + Math.abs(other.value));
  return Math.abs(one.value - other.value) <= noise || !Number.isFinite(noise)
    ? null
    : 'the coupling is not symmetric: what a site does to another, the other does not do to it';
};

/**
 * External values must be independent: if one is computed from another, choosing both would make a system that the
 * program cannot be.
 */
export const independent: Requirement = {
  name: 'independent externals',
  essential: true,
  missing: ({ externals, program: { graph } }) => {
    const free = externals.filter(({ kind }) => kind === 'field');
    const madeOf = (node: number, of: number): boolean =>
      node === of || graph.nodes[node].inputs.some((input) => input >= of && madeOf(input, of));
    const pair = free.flatMap((a) =>
      free.flatMap((b) => (a !== b && madeOf(a.node, b.node) ? [[a, b]] : [])),
    )[0];
    return pair === undefined
      ? null
      : `${pair[0].name}, which its step reads, is made of ${pair[1].name}, which it reads too: they cannot be chosen apart`;
  },
};

export const changeableStep: Requirement = {
  name: 'a known time step',
  essential: true,
  missing: (system) =>
    timeStepOf(system) === null ? 'its time step cannot be told from its other numbers' : null,
};
