/** One operation on one sample: the reference interpreter's table of primitives, and scans, which are loops over it. */

import { drawNoise } from '../../dsl/draw-noise.js';
import { isKept, type LeafOp, type Node, type Op, type OpOf, type ScanOp, scanInputs } from '../../dsl/op.js';
import { finalPort, observedPort } from '../../dsl/ports.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { build, entry, type NdArray, stacked } from './array.js';
import { normalise } from './batch-norm.js';
import { conv, convTranspose, dense, pool } from './convolution.js';
import { einsum } from './einsum.js';
import { fault } from './fault.js';
import { fourier } from './fourier.js';
import { affine, map, where, zip } from './pointwise.js';
import { recurrence } from './recurrence.js';
import { reduce, spectrum } from './reduce.js';
import { broadcast, concat, gather, reshape, reverse, scatter, slice, transpose } from './structure.js';

/** A node's value for one sample; that of a scan has ports and no elements of its own. */
export interface Value extends NdArray {
  readonly ports?: Readonly<Record<string, NdArray>>;
}

/** What a list of nodes needs while it is computed for one sample. */
export interface EvaluationContext {
  readonly noiseSeed: number;
  /** The number of the sample, for its noise. */
  readonly sample: number;
  readonly leaf: (op: LeafOp) => NdArray;
  /** Called before each step of a scan; what it throws ends the computation there. */
  readonly eachStep?: (() => void) | undefined;
}

/** Values of all nodes of a list, for one sample. */
export const evaluateNodes = (nodes: readonly Node[], around: EvaluationContext): readonly Value[] => {
  const values: Value[] = [];
  for (const { op, inputs, shape } of nodes)
    values.push(
      evaluate(
        op,
        inputs.map((input) => values[input]),
        shape,
        around,
      ),
    );
  return values;
};

/** The value of one operation for one sample. Batch norm is in its inference mode: training is not per sample. */
export const evaluate = (
  op: Op,
  inputs: readonly Value[],
  shape: Shape,
  around: EvaluationContext,
): Value => {
  const [x, y, z] = inputs;
  switch (op.op) {
    case 'input':
    case 'parameter':
    case 'training':
    case 'state':
    case 'element':
    case 'external':
    case 'clock':
      return around.leaf(op);
    case 'constant':
      return constant(op);
    case 'noise':
      return noise(op, x, around);
    case 'map':
      return map(op, x);
    case 'affine':
      return affine(op, x);
    case 'zip':
      return zip(op, x, y);
    case 'where':
      return where(x, y, z);
    case 'conv':
      return conv(op, x, y, z, shape);
    case 'convTranspose':
      return convTranspose(op, x, y, z, shape);
    case 'dense':
      return dense(x, y, z, shape);
    case 'einsum':
      return einsum(op, x, y, shape);
    case 'pool':
      return pool(op, x, shape);
    case 'concat':
      return concat(op, inputs, shape);
    case 'slice':
      return slice(op, x);
    case 'gather':
      return gather(op, x, shape);
    case 'scatter':
      return scatter(op, x, shape);
    case 'reshape':
      return reshape(op, x);
    case 'transpose':
      return transpose(op, x, shape);
    case 'reverse':
      return reverse(op, x);
    case 'broadcast':
      return broadcast(op, x);
    case 'reduce':
      return reduce(op, x, shape);
    case 'fourier':
      return fourier(op, x, shape);
    case 'spectrum':
      return spectrum(x, shape);
    case 'batchNorm':
      return normalise(op, x, y, z, inputs[3], inputs[4]);
    case 'recurrence':
      return recurrence(op, x, y, z);
    case 'scan':
      return scan(op, inputs, around);
    case 'take':
      return x.ports?.[op.port] ?? fault(`there is no port '${op.port}'`);
  }
};

const constant = ({ shape, value }: OpOf<'constant'>): NdArray =>
  typeof value === 'number' ? build(shape, () => value) : { shape, data: Float64Array.from(value) };

/** The clock is its input and gives the step; outside of scans there is none. */
const noise = (
  { name, shape, distribution }: OpOf<'noise'>,
  clock: NdArray | undefined,
  { noiseSeed, sample }: EvaluationContext,
): NdArray => ({
  shape,
  data: Float64Array.from(drawNoise(noiseSeed, name, distribution, volume(shape), sample, clock?.data[0])),
});

type State = Readonly<Record<string, NdArray>>;

/**
 * The step, taken `steps` times. Observations are nodes of the same body as the next state, so entry t of a sequence
 * belongs to the state after step t. Once the sample has stopped, no further step is taken, since none would change
 * anything.
 *
 * @param inputs the fields' initial values, the driving sequences, the externals
 */
const scan = (op: ScanOp, inputs: readonly Value[], around: EvaluationContext): Value => {
  const { fields, body } = op;
  const { fields: initial, sequences, externals } = scanInputs(op, inputs);
  const observed: Readonly<Record<string, NdArray[]>> = Object.fromEntries(
    Object.keys(body.observe).map((name) => [name, []]),
  );
  let state: State = Object.fromEntries(fields.map((field, i) => [field, initial[i]]));
  for (let step = 0; step < op.steps; step++) {
    around.eachStep?.();
    const leaf = leaves(state, sequences, externals, step);
    const values = evaluateNodes(body.nodes, { ...around, leaf });
    const stopped = body.until !== undefined && values[body.until].data[0] > 0;
    for (const name of Object.keys(observed))
      for (let now = step; now < (stopped ? op.steps : step + 1); now++)
        if (isKept(op, name, now)) observed[name].push(values[body.observe[name]]);
    state = Object.fromEntries(fields.map((field) => [field, values[body.next[field]]]));
    if (stopped) break;
  }
  return {
    shape: [],
    data: new Float64Array(1),
    ports: {
      ...Object.fromEntries(fields.map((field) => [finalPort(field), state[field]])),
      ...Object.fromEntries(
        Object.entries(observed).map(([name, entries]) => [
          observedPort(name),
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
        return fault(`'${op.op === 'training' ? op.op : op.name}' stands inside the step of a scan`);
    }
  };
