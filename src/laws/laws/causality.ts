/** Law 20: causality of driven scans. */

import type { NdArray } from '../../compile/reference/array.js';
import { volume } from '../../dsl/shape.js';
import { sequenceName } from '../system/system.js';
import { digits, placeOf } from '../trial/findings.js';
import { trajectory } from '../trial/interpreter.js';
import {
  broken,
  type Finding,
  holds,
  type Law,
  type Requirement,
  type Trial,
  vacuous,
} from '../trial/law.js';

/** A driving sequence with other entries from number `from` on. */
const changedFrom = (from: number, { shape, data }: NdArray): NdArray => {
  const size = volume(shape.slice(1));
  return { shape, data: data.map((v, i) => (i < from * size ? v : v + 0.5)) };
};

/** Changes every drive of later steps; the states before them must stay bit-identical. */
const laterIsUnfelt = ({ system, on, start, around, steps, choices }: Trial): Finding => {
  if (steps < 2) return vacuous('after one step there is nothing that it must not feel');
  const from = 1 + (choices[0] % (steps - 1));
  const other = {
    ...around,
    ...Object.fromEntries(
      system.sequences.map((_, i) => [sequenceName(i), changedFrom(from, around[sequenceName(i)])]),
    ),
  };
  const [here, there] = [around, other].map((given) => trajectory(on, system, start, given, steps));
  for (let step = 1; step <= from; step++)
    for (const [name, { shape, data }] of Object.entries(here[step])) {
      const found = there[step][name].data;
      const at = data.findIndex((v, i) => !Object.is(v, found[i]) && v !== found[i]);
      if (at >= 0)
        return broken(
          `${name}${placeOf(at, shape)} after ${step} steps feels what drives step ${from + 1} or a later one: it ` +
            `changes by ${digits(found[at] - data[at])}`,
          { title: name, field: here[step][name] },
          { title: `${name}, later elements changed`, field: there[step][name] },
        );
    }
  const isFelt = Object.entries(here[steps]).some(([name, { data }]) =>
    data.some((v, i) => v !== there[steps][name].data[i]),
  );
  return isFelt ? holds : vacuous('it feels nothing of what drives it, not even when it should');
};

const driven: Requirement = {
  name: 'a driving sequence',
  essential: true,
  missing: ({ sequences }) => (sequences.length > 0 ? null : 'no sequence drives it'),
};

/** Law 20. */
export const causality: Law = {
  name: 'causality',
  entry: 20,
  statement: 'the state after step t does not depend on what drives later steps: it is bit-identical',
  source: 'definition of a scan (dsl/scan)',
  tolerance: 'none: equal to the last bit',
  requirements: [driven],
  cases: { sites: 16 },
  property: laterIsUnfelt,
};
