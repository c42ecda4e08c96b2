/** Law 23: a step does not depend on how its sites are numbered. */

import type { NdArray } from '../../compile/reference/array.js';
import type { NdArrays } from '../../compile/reference/run.js';
import type { Node } from '../../dsl/op.js';
import { volume } from '../../dsl/shape.js';
import { renumbered, sitesOf } from '../reading/sites.js';
import * as requirements from '../requirements/requirements.js';
import { type Bounded, minus } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { exactState, isTame, lastStep, stepFrom } from '../trial/bounded-steps.js';
import { firstBroken, isZero, sides } from '../trial/findings.js';
import { type Finding, inconclusive, type Law, type Requirement, type Trial, vacuous } from '../trial/law.js';
import { outputsOnGrid } from './locality.js';

/** A permutation of n sites that is drawn from a case: site i becomes site `to[i]`. */
const permutation = (n: number, choices: readonly number[]): readonly number[] => {
  const to = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = (choices[i % choices.length] + 7 * i) % (i + 1);
    [to[i], to[j]] = [to[j], to[i]];
  }
  return to;
};

/** An array with its sites renumbered, along every axis that counts sites. */
const moved = ({ shape, data }: NdArray, along: readonly number[], to: readonly number[]): NdArray => {
  const out = new Float64Array(data.length);
  for (let flat = 0; flat < data.length; flat++) {
    const target = shape.reduce((place, n, axis) => {
      const at = Math.floor(flat / volume(shape.slice(axis + 1))) % n;
      return place * n + (along.includes(axis) ? to[at] : at);
    }, 0);
    out[target] = data[flat];
  }
  return { shape, data: out };
};

/** The step with its units renumbered; edges and constants move with their units. */
const withNumbers = (system: System, to: readonly number[]): System => {
  const { nodes } = sitesOf(system);
  const renumber = (node: Node, number: number): Node => {
    const { op, shape, inputs } = node;
    if (op.op === 'constant' && typeof op.value !== 'number') {
      const { data } = moved({ shape, data: Float64Array.from(op.value) }, nodes[number], to);
      return { ...node, op: { ...op, value: [...data] } };
    }
    return { ...node, op: renumbered(op, nodes[number], inputs.length === 0 ? [] : nodes[inputs[0]], to) };
  };
  return { ...system, nodes: system.nodes.map(renumber) };
};

const property = (trial: Trial): Finding => {
  const { system, choices, strict } = trial;
  const [n] = system.grid;
  const to = permutation(n, choices);
  if (to.every((place, i) => place === i)) return inconclusive;
  const { nodes, given } = sitesOf(system);
  const { before, after, at } = lastStep(trial);
  if (!isTame(after)) return inconclusive;
  const weights = new Set(
    system.externals.flatMap(({ name, kind }) => (strict === true && kind === 'weight' ? [name] : [])),
  );
  const moveAll = (arrays: NdArrays): NdArrays =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, x]) => [
        name,
        weights.has(name) ? x : moved(x, given[name] ?? [], to),
      ]),
    );
  const renamed = strict === true ? system : withNumbers(system, to);
  const there = stepFrom(
    { ...trial, system: renamed },
    exactState(moveAll(before)),
    moveAll(trial.around),
    at,
  );
  return firstBroken(
    ...Object.entries(system.next).map(([name, node]) => () => {
      const { shape } = system.nodes[node];
      const along = nodes[node];
      if (along.length === 0) return inconclusive;
      const place = (data: Float64Array): Float64Array => moved({ shape, data }, along, to).data;
      const expected: Bounded = { value: place(after[name].value), error: place(after[name].error) };
      const found = isZero(
        minus(there[name], expected),
        expected.value,
        shape,
        ({ place: where, by, allowed }) =>
          `with its sites under new numbers ${name}${where} is off by ${by} from the value of the same site; rounding allows ${allowed}`,
        () => sides(shape, ['under new numbers', there[name]], ['the same sites before', expected]),
      );
      const same = expected.value.every((v, i) => v === after[name].value[i]);
      return found.kind === 'holds' && same
        ? vacuous('all sites are alike, so that new numbers change nothing')
        : found;
    }),
  );
};

const withoutOrder: Requirement = {
  name: 'sites without an order',
  essential: true,
  missing: (system) => sitesOf(system).ordered,
};

/** Whether sites act on one another: uncoupled units satisfy the law trivially. */
const coupled: Requirement = {
  name: 'sites that act on one another',
  essential: true,
  missing: (system) => {
    const { nodes } = sitesOf(system);
    const meets = system.nodes.some(
      ({ inputs }, number) =>
        inputs.some((input) => nodes[input].some((axis) => !nodes[number].includes(axis))) ||
        ['gather', 'scatter', 'einsum', 'dense', 'reduce'].includes(system.nodes[number].op.op),
    );
    return meets ? null : 'no site acts on another';
  },
};

/** Law 23. */
export const renumbering: Law = {
  name: 'permutation of the sites',
  entry: 23,
  statement:
    'step(P s) = P step(s) for every permutation P of the sites, with edges, matrices and external fields permuted too',
  source: 'equivariance of attention and of graphs: Zaheer et al. 2017, arXiv 1703.06114',
  tolerance: 'both sides by running error analysis; sums are added in another order',
  requirements: [requirements.space, outputsOnGrid, requirements.noiseless, withoutOrder, coupled],
  property,
};
