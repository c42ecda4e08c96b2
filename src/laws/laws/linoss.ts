/** Law 13: the eigenvalues of an oscillator's step. */

import { volume } from '../../dsl/shape.js';
import { structureOf } from '../reading/structure.js';
import { atRest, probe, withFreeFields } from '../requirements/at-rest.js';
import { rest } from '../requirements/force.js';
import * as requirements from '../requirements/requirements.js';
import { exact, unit64 } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { digits } from '../trial/findings.js';
import { boundedStep, reference } from '../trial/interpreter.js';
import {
  broken,
  holds,
  inconclusive,
  type Law,
  type Requirement,
  type Trial,
  vacuous,
} from '../trial/law.js';
import { recurrencesOf, valuesOf } from './recurrences.js';

type Block = readonly [number, number, number, number];

/** The 2 x 2 blocks of a constant matrix recurrence, or of an uncoupled linear oscillator, in the order (z, y). */
const blocksOf = (trial: Trial): readonly Block[] | null => {
  const { system, structure } = trial;
  const [recurrence] = recurrencesOf(system);
  if (recurrence?.op.kind === 'matrix' && recurrence.shape.at(-1) === 2) {
    const { array } = valuesOf(trial, unit64)[recurrence.inputs[0]];
    const blocks = array.data.length / 4 / array.shape[0];
    return Array.from(
      { length: blocks },
      (_, i): Block => [
        array.data[4 * i],
        array.data[4 * i + 1],
        array.data[4 * i + 2],
        array.data[4 * i + 3],
      ],
    );
  }
  const { oscillator } = structure;
  if (oscillator === null) return null;
  const size = volume(system.fields[oscillator.y]);
  const one = exact(new Float64Array(size).fill(1));
  const silence = {
    ...trial.around,
    ...Object.fromEntries(
      Object.entries(atRest(system, trial.steps)).filter(([name]) => name.startsWith('drive')),
    ),
  };
  const moved = [
    boundedStep(system, { ...rest(system), [oscillator.z]: one }, silence, unit64),
    boundedStep(system, { ...rest(system), [oscillator.y]: one }, silence, unit64),
  ];
  return Array.from(
    { length: size },
    (_, i): Block => [
      moved[0][oscillator.z].value[i],
      moved[1][oscillator.z].value[i],
      moved[0][oscillator.y].value[i],
      moved[1][oscillator.y].value[i],
    ],
  );
};

type Kind = 'imex' | 'implicit' | null;

/** The form of a block: IMEX keeps the velocity, the implicit form shrinks both alike, by 1 / (1 + h^2 A). */
const kindOf = ([zz, zy, yz, yy]: Block): Kind => {
  const room = 64 * unit64 * (1 + Math.abs(zz) + Math.abs(zy * yz));
  if (Math.abs(zz - 1) <= room && Math.abs(yy - 1 - zy * yz) <= room) return 'imex';
  const s = zz;
  return Math.abs(zz - yy) <= room && s > 0 && Math.abs(zz * yy - zy * yz - s) <= 1e-9 ? 'implicit' : null;
};

/** Damped oscillators, rotations and other blocks have other eigenvalues. */
const ofItsForm: Requirement = {
  name: 'the form of LinOSS',
  missing: (system) => {
    const blocks = blocksOf(trialOf(system));
    return blocks === null || blocks.every((block) => kindOf(block) !== null)
      ? null
      : 'its blocks are not those of LinOSS (they are damped, or turn by an angle)';
  },
};

const trialOf = (system: System): Trial => {
  const { around } = withFreeFields({ system, around: atRest(system) });
  const start = Object.fromEntries(
    Object.entries(system.fields).map(([name, shape], i) => [
      name,
      { shape, data: probe(volume(shape), i + 1) },
    ]),
  );
  return {
    system,
    structure: structureOf(system),
    on: reference,
    start,
    around,
    steps: 1,
    choices: [0, 0, 0, 0],
  };
};

const twoByTwo: Requirement = {
  name: 'oscillators of their own',
  essential: true,
  missing: (system) => {
    if (recurrencesOf(system).some(({ op, shape }) => op.kind === 'matrix' && shape.at(-1) === 2))
      return null;
    const { oscillator, convolutions } = structureOf(system);
    const alone = !system.nodes.some(({ op }) =>
      ['conv', 'dense', 'reduce', 'slice', 'concat', 'transpose'].includes(op.op),
    );
    return oscillator !== null &&
      alone &&
      convolutions.length === 0 &&
      oscillator.inDisplacement !== 'other' &&
      oscillator.inVelocity !== 'other'
      ? null
      : 'its oscillators are coupled or not linear';
  },
};

/** Law 13, eigenvalues. */
export const linossEigenvalues: Law = {
  name: 'LinOSS eigenvalues',
  entry: 13,
  statement: 'IMEX: det = 1 and |eigenvalue| = 1 iff h^2 A <= 4; implicit: |eigenvalue| = (1 + h^2 A)^(-1/2)',
  source: 'Rusch & Rus 2024, arXiv 2410.03943, props. 3.1 and 3.2',
  tolerance: '64 u of the products in trace and determinant; roots of them to 1e-7 where they meet',
  requirements: [twoByTwo, requirements.independent, ofItsForm],
  cases: { steps: 1 },
  property: (trial) => {
    const blocks = blocksOf(trial);
    if (blocks === null) return inconclusive;
    for (const [i, [zz, zy, yz, yy]] of blocks.entries()) {
      const det = zz * yy - zy * yz;
      const room = 64 * unit64 * (1 + Math.abs(zz * yy) + Math.abs(zy * yz));
      const trace = zz + yy;
      const d = (trace * trace) / 4 - det;
      const radius = d <= 0 ? Math.sqrt(Math.max(0, det)) : Math.abs(trace / 2) + Math.sqrt(d);
      const blend = 1e-7;
      const imex = Math.abs(zz - 1) <= room;
      // yz is h, or h S; zy is -h A, or -h A S.
      const s = imex ? 1 : zz;
      const h2a = imex ? -zy * yz : (-zy * yz) / (s * s);
      const expected = imex
        ? h2a <= 4
          ? 1
          : Math.abs(1 - h2a / 2) + Math.sqrt((1 - h2a / 2) ** 2 - 1)
        : 1 / Math.sqrt(1 + h2a);
      const wantedDet = imex ? 1 : s;
      if (Math.abs(det - wantedDet) > room)
        return broken(
          `oscillator ${i}: the determinant of its step is ${det.toPrecision(8)}, not ${wantedDet.toPrecision(8)}`,
        );
      if (h2a < -room) return broken(`oscillator ${i}: its stiffness is negative, h^2 A = ${digits(h2a)}`);
      if (Math.abs(radius - expected) > blend * Math.max(1, expected))
        return broken(
          `oscillator ${i}: the modulus of its eigenvalues is ${radius.toPrecision(8)}, not ${expected.toPrecision(8)} (h^2 A = ${digits(h2a)})`,
        );
    }
    return blocks.some(([, zy, yz]) => zy * yz !== 0)
      ? holds
      : vacuous('its oscillators have no stiffness: displacement and velocity do not meet');
  },
};
