/** Scans of the reference interpreter: a loop. */

import type { ScanOp } from '../../dsl/op.js';
import { entry, type NdArray, stacked } from './array.js';
import { fault } from './fault.js';
import { evaluateNodes, type LeafOp, type Surroundings, type Value } from './sample.js';

type State = Readonly<Record<string, NdArray>>;

/**
 * The step, taken `steps` times. What is observed are nodes of the same body as the next state, so entry t of a
 * sequence belongs to the state after step t.
 *
 * @param inputs the fields' initial values, the driving sequences, the externals
 */
export const scan = (op: ScanOp, inputs: readonly Value[], around: Surroundings): Value => {
  const { fields, body } = op;
  const sequences = inputs.slice(fields.length, fields.length + op.sequences);
  const externals = inputs.slice(fields.length + op.sequences);
  const observed: Readonly<Record<string, NdArray[]>> = Object.fromEntries(
    Object.keys(body.observe).map((name) => [name, []]),
  );
  let state: State = Object.fromEntries(fields.map((field, i) => [field, inputs[i]]));
  for (let step = 0; step < op.steps; step++) {
    const leaf = leaves(state, sequences, externals, step);
    const values = evaluateNodes(body.nodes, { ...around, leaf });
    for (const name of Object.keys(observed)) observed[name].push(values[body.observe[name]]);
    state = Object.fromEntries(fields.map((field) => [field, values[body.next[field]]]));
  }
  return {
    shape: [],
    data: new Float64Array(1),
    ports: {
      ...Object.fromEntries(fields.map((field) => [`final/${field}`, state[field]])),
      ...Object.fromEntries(
        Object.entries(observed).map(([name, entries]) => [
          `observed/${name}`,
          stacked(entries, entries[0].shape),
        ]),
      ),
    },
  };
};

const leaves =
  (state: State, sequences: readonly NdArray[], externals: readonly NdArray[], step: number) =>
  (op: LeafOp): NdArray => {
    switch (op.op) {
      case 'state':
        return state[op.field];
      case 'element':
        return entry(sequences[op.sequence], step);
      case 'external':
        return externals[op.index];
      case 'clock':
        return { shape: [], data: Float64Array.of(step) };
      default:
        return fault(`'${op.name}' stands inside the step of a scan`);
    }
  };
