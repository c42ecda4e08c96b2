/** Law 13: the scan of a linear recurrence. */

import type { NdArray } from '../../compile/reference/array.js';
import type { LeafOp, Node, OpOf } from '../../dsl/op.js';
import { exact, minus, within } from '../rounding/bounded.js';
import type { BoundedArray } from '../rounding/bounded-array.js';
import { evaluateBounded } from '../rounding/evaluate.js';
import type { System } from '../system/system.js';
import { firstBroken, isZero } from '../trial/findings.js';
import { trajectory } from '../trial/interpreter.js';
import { inconclusive, type Law, type Requirement, type Trial, vacuous } from '../trial/law.js';

export const recurrencesOf = ({ nodes }: System): readonly (Node & { readonly op: OpOf<'recurrence'> })[] =>
  nodes.filter((node): node is Node & { readonly op: OpOf<'recurrence'> } => node.op.op === 'recurrence');

const hasRecurrence: Requirement = {
  name: 'a linear recurrence',
  essential: true,
  missing: (system) => (recurrencesOf(system).length > 0 ? null : 'it has no linear recurrence'),
};

/** Values of all nodes of a map, in float64 with the bounds of `unit`. */
export const valuesOf = ({ system, start, around }: Trial, unit: number): readonly BoundedArray[] =>
  evaluateBounded(
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

/** h = a h + b step by step, independent of the interpreters. */
const sequential = (op: OpOf<'recurrence'>, a: NdArray, b: NdArray, h0: NdArray | null): Float64Array => {
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
  statement: 'a linear recurrence equals its sequential steps, in whatever order an interpreter multiplies',
  source: 'Blelloch 1990; LinOSS: Rusch & Rus 2024, arXiv 2410.03943, sec. 2.4',
  tolerance: 'products of at most T factors: 2 (T + 1) n u times the recurrence of absolute values',
  requirements: [hasRecurrence],
  property: (trial) => {
    const { system, on, start, around } = trial;
    if (recurrencesOf(system).every(({ shape, inputs }) => shape[0] === 1 && inputs.length < 3))
      return vacuous('one step from zero is no recurrence yet');
    const values = valuesOf(trial, on.unit);
    const outputs = system.kind === 'map' ? trajectory(on, system, start, around, 1)[1] : {};
    return firstBroken(
      ...system.nodes.map(({ op, inputs, shape }, number) => () => {
        if (op.op !== 'recurrence') return inconclusive;
        const [a, b, h0] = inputs.map((input) => values[input].array);
        const steps = sequential(op, a, b, h0);
        return isZero(
          minus({ value: values[number].array.data, error: values[number].error }, exact(steps)),
          steps,
          shape,
          ({ place, by, allowed }) =>
            `the recurrence is off by ${by} at ${place} from its own steps; rounding allows ${allowed}`,
        );
      }),
      ...Object.entries(outputs).map(([name, found]) => () => {
        const expected = values[system.next[name]];
        return isZero(
          minus(within(found.data, expected.error), exact(expected.array.data)),
          expected.array.data,
          found.shape,
          ({ place, by, allowed }) =>
            `${name}${place} of the scan is off by ${by} from step by step; rounding allows ${allowed}`,
        );
      }),
    );
  },
};
