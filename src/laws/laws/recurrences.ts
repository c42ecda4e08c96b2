/** Laws 13 and 14: linear recurrences, and the ring that carries what it hears. */

import type { NdArray } from '../../compile/reference/array.js';
import type { LeafOp } from '../../compile/reference/sample.js';
import type { Node, OpOf } from '../../dsl/op.js';
import { volume } from '../../dsl/shape.js';
import { exact, minus, unit64, within } from '../bounded.js';
import { evaluateUncertain, type Uncertain } from '../error.js';
import { broken, type Finding, holds, type Law, type Need, silent, type Trial } from '../law.js';
import * as needs from '../needs.js';
import { boundedStep, trajectory } from '../run.js';
import { structureOf } from '../structure.js';
import type { System } from '../system.js';
import { atRest, digits, firstBroken, isZero, sample, sides } from '../tools.js';

const recurrencesOf = ({ nodes }: System): readonly (Node & { readonly op: OpOf<'recurrence'> })[] =>
  nodes.filter((node): node is Node & { readonly op: OpOf<'recurrence'> } => node.op.op === 'recurrence');

const hasRecurrence: Need = {
  name: 'a linear recurrence',
  essential: true,
  missing: (system) => (recurrencesOf(system).length > 0 ? undefined : 'it has no linear recurrence'),
};

/** Values of all nodes of a map, in float64 with the bounds of `unit`. */
const valuesOf = ({ system, start, around }: Trial, unit: number): readonly Uncertain[] =>
  evaluateUncertain(
    system.nodes,
    (op: LeafOp) => {
      const array: NdArray =
        op.op === 'input'
          ? start[op.name]
          : op.op === 'parameter'
            ? around[op.name]
            : { shape: [], data: new Float64Array(1) };
      return { array, error: new Float64Array(array.data.length) };
    },
    unit,
  );

/** h = a h + b, a step at a time, written once more. */
const sequential = (
  op: OpOf<'recurrence'>,
  a: NdArray,
  b: NdArray,
  h0: NdArray | undefined,
): Float64Array => {
  const [steps] = b.shape;
  const size = b.data.length / steps;
  const n = op.kind === 'matrix' ? (b.shape.at(-1) ?? 1) : 1;
  const out = new Float64Array(b.data.length);
  let h = h0?.data.slice() ?? new Float64Array(size);
  for (let t = 0; t < steps; t++) {
    const next = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      let sum = b.data[t * size + i];
      const [block, row] = [Math.floor(i / n), i % n];
      for (let j = 0; j < n; j++) {
        const factor =
          op.kind === 'matrix'
            ? a.data[(t * (size / n) + block) * n * n + row * n + j]
            : a.data[t * size + i];
        sum += factor * h[block * n + j];
      }
      next[i] = sum;
    }
    out.set(next, t * size);
    h = next;
  }
  return out;
};

/** Law 13, the scan. */
export const associativeScan: Law = {
  name: 'parallel scan',
  entry: 13,
  statement: 'the associative scan of a linear recurrence gives what its steps give, one after the other',
  source: 'Blelloch 1990; LinOSS: Rusch & Rus 2024, arXiv 2410.03943, sec. 2',
  tolerance: 'products of at most T factors: 2 (T + 1) n u times the recurrence of absolute values',
  needs: [hasRecurrence],
  property: (trial) => {
    const { system, on, start, around } = trial;
    const values = valuesOf(trial, on.unit);
    const outputs = system.kind === 'map' ? trajectory(on, system, start, around, 1)[1] : {};
    return firstBroken(
      ...system.nodes.map(({ op, inputs, shape }, number) => () => {
        if (op.op !== 'recurrence') return holds;
        const [a, b, h0] = inputs.map((input) => values[input].array);
        const steps = sequential(op, a, b, h0);
        return isZero(
          minus({ value: values[number].array.data, error: values[number].error }, exact(steps)),
          shape,
          ({ place, by, allowed }) =>
            `the recurrence is off by ${by} at ${place} from its own steps; rounding allows ${allowed}`,
        );
      }),
      ...Object.entries(outputs).map(([name, found]) => () => {
        const expected = values[system.next[name]];
        return isZero(
          minus(within(found.data, expected.error), exact(expected.array.data)),
          found.shape,
          ({ place, by, allowed }) =>
            `${name}${place} of the scan is off by ${by} from step by step; rounding allows ${allowed}`,
        );
      }),
    );
  },
};

type Block = readonly [number, number, number, number];

/** The 2 x 2 blocks of a constant matrix recurrence, or of an uncoupled linear oscillator, in the order (z, y). */
const blocksOf = (trial: Trial): readonly Block[] | undefined => {
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
  if (oscillator === undefined) return undefined;
  const size = volume(system.fields[oscillator.y]);
  const zero = exact(new Float64Array(size));
  const one = exact(new Float64Array(size).fill(1));
  const silence = {
    ...trial.around,
    ...Object.fromEntries(
      Object.entries(atRest(system, trial.steps)).filter(([name]) => name.startsWith('drive')),
    ),
  };
  const moved = [
    boundedStep(system, { [oscillator.z]: one, [oscillator.y]: zero }, silence, unit64),
    boundedStep(system, { [oscillator.z]: zero, [oscillator.y]: one }, silence, unit64),
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

const twoByTwo: Need = {
  name: 'oscillators of their own',
  essential: true,
  missing: (system) => {
    if (recurrencesOf(system).some(({ op, shape }) => op.kind === 'matrix' && shape.at(-1) === 2))
      return undefined;
    const { oscillator, convolutions } = structureOf(system);
    const alone = !system.nodes.some(({ op }) =>
      ['conv', 'dense', 'reduce', 'slice', 'concat', 'transpose'].includes(op.op),
    );
    return oscillator !== undefined &&
      alone &&
      convolutions.length === 0 &&
      oscillator.inDisplacement !== 'other' &&
      oscillator.inVelocity !== 'other'
      ? undefined
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
  needs: [twoByTwo, needs.independent],
  cases: { steps: 1 },
  property: (trial) => {
    const blocks = blocksOf(trial);
    if (blocks === undefined) return silent;
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
    return holds;
  },
};

/** Where a single 1 goes in one step of a ring, and as how much. */
interface Shift {
  readonly by: number;
  readonly as: number;
}

const shifts = new WeakMap<System, Shift | string>();

const shiftOf = (system: System): Shift | string => {
  const known = shifts.get(system);
  if (known !== undefined) return known;
  const found = readShift(system);
  shifts.set(system, found);
  return found;
};

const readShift = (system: System): Shift | string => {
  const names = Object.keys(system.fields);
  if (names.length !== 1 || system.grid.length !== 1) return 'it is not one field on a ring';
  if (!['linear', 'affine'].includes(structureOf(system).degree)) return 'its activation is not the identity';
  const trial = sample(system);
  const shape = trial.system.fields[names[0]];
  const channels = volume(shape) / shape[0];
  const start = Float64Array.from({ length: volume(shape) }, (_, i) => (i === 0 ? 1 : 0));
  const { value } = boundedStep(trial.system, { [names[0]]: exact(start) }, trial.around, unit64)[names[0]];
  const hit = [...value.keys()].filter((i) => value[i] !== 0);
  if (hit.length !== 1 || hit[0] % channels !== 0 || hit[0] === 0)
    return 'its kernel is not the identity shifted by one site';
  const at = hit[0] / channels;
  const by = at === 1 ? 1 : at === shape[0] - 1 ? -1 : undefined;
  return by === undefined ? 'its kernel is not the identity shifted by one site' : { by, as: value[hit[0]] };
};

const shifted: Need = {
  name: 'a shifted identity kernel and identity activation',
  essential: true,
  missing: (system) => {
    const found = shiftOf(system);
    return typeof found === 'string' ? found : undefined;
  },
};

/** Law 14. */
export const carrying: Law = {
  name: 'carrying',
  entry: 14,
  statement:
    'with a shifted identity kernel, identity activation and no input the state moves by exactly one site a step: period n',
  source: 'Keller, Muller, Sejnowski & Welling 2023, arXiv 2309.08045, sec. 2',
  tolerance: 'none: equal to the last bit',
  needs: [needs.steps, needs.noiseless, shifted],
  cases: { undriven: true, steps: 2 },
  property: ({ system, on, start, around, steps }): Finding => {
    const found = shiftOf(system);
    if (typeof found === 'string') return silent;
    const [name] = Object.keys(system.fields);
    const shape = system.fields[name];
    const [n] = shape;
    const channels = volume(shape) / n;
    const round = { ...around, ...atRest(system, n) };
    const path = trajectory(on, system, start, round, n);
    for (const t of new Set([1, steps, n])) {
      const expected = Float64Array.from({ length: n * channels }, (_, i) => {
        const site = Math.floor(i / channels);
        return start[name].data[((((site - found.by * t) % n) + n) % n) * channels + (i % channels)];
      });
      const result = isZero(
        minus(exact(path[t][name].data), exact(expected)),
        shape,
        ({ place, by }) =>
          `after ${t} of ${n} steps ${name}${place} is off by ${by} from the start moved by ${t} sites`,
        () =>
          sides(shape, ['after the steps', exact(path[t][name].data)], ['the start, moved', exact(expected)]),
      );
      // Nothing is rounded: not even the bound of the law's own subtraction is granted.
      const differs = path[t][name].data.some((v, i) => v !== expected[i]);
      if (result.kind === 'broken' || differs)
        return result.kind === 'broken'
          ? result
          : broken(
              `after ${t} of ${n} steps the state is not the start moved by ${t} sites, to the last bit`,
            );
    }
    return holds;
  },
};
