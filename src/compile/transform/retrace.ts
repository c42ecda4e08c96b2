/**
 * Retracing: a graph's nodes become tensors of the language again, so that a transform writes a program as a person
 * would. Equal expressions become one node, and the externals of a step are found automatically.
 */

import { layer } from '../../dsl/layer.js';
import {
  everyOf,
  isLeafOp,
  type LeafOp,
  type Node,
  type OpOf,
  type ScanOp,
  scanInputs,
} from '../../dsl/op.js';
import { finalPort, observedPort } from '../../dsl/ports.js';
import { known, type NoiseExpr, type Tensor } from '../../dsl/tensor.js';
import { add, affine, alongLast, by, mul, reciprocal, sqrt, sub } from './raw.js';
import { runSteps, type Tensors } from './write-scan.js';

/** The tensors of the leaves of a list of nodes. */
export type Leaf = (op: LeafOp) => Tensor;

/** Parameters and sources of noise by name: one name is one parameter, or one source. */
export interface NamedSources {
  readonly parameter: (op: OpOf<'parameter'>) => Tensor;
  readonly noise: (name: string) => Pick<NoiseExpr, 'layer' | 'scope'>;
}

/** A new, empty table of parameters and sources of noise. */
export const namedSources = (): NamedSources => {
  const parameters = new Map<string, Tensor>();
  const layers = new Map<string, ReturnType<NamedSources['noise']>>();
  const once = <A>(made: Map<string, A>, name: string, make: () => A): A => {
    const found = made.get(name) ?? make();
    made.set(name, found);
    return found;
  };
  return {
    parameter: ({ name, shape, init, trainable }) =>
      once(parameters, name, () =>
        known(
          {
            op: 'parameter',
            layer: layer('parameter', name),
            role: '',
            scope: undefined,
            shape,
            init,
            trainable,
          },
          { shape, perSample: false },
          [],
          new Set(),
        ),
      ),
    noise: (name) => once(layers, name, () => ({ layer: layer('noise', name), scope: undefined })),
  };
};

/** A retraced list of nodes: the value of each node, and of each scan its ports and states. */
export interface Retraced {
  readonly values: readonly Tensor[];
  readonly scans: ReadonlyMap<number, RetracedScan>;
}

/** A retraced scan. */
export interface RetracedScan {
  readonly ports: Readonly<Record<string, Tensor>>;
  /** The state after each step, or after every `remat` of them: a sequence for each field. */
  readonly states: Readonly<Record<string, Tensor>>;
}

/** The value of a scan node itself, which nothing reads: scans are read through their ports. */
const nothing: Tensor = by({ op: 'constant', shape: [], value: 0 });

/** One node, applied to its retraced inputs. */
export const retraceNode = (
  op: Exclude<Node['op'], LeafOp | ScanOp | OpOf<'take'>>,
  inputs: readonly Tensor[],
  own: NamedSources,
): Tensor => {
  if (op.op === 'noise') {
    const clock = inputs.at(0)?.expr;
    return known(
      {
        op: 'noise',
        ...own.noise(op.name),
        shape: op.shape,
        distribution: op.distribution,
      },
      { shape: op.shape, perSample: true },
      clock === undefined ? [] : [clock],
      clock?.free ?? new Set(),
    );
  }
  return op.op === 'batchNorm' ? normalised(op, inputs) : by(op, ...inputs);
};

/**
 * Batch norm by its running statistics, as it computes outside of training: (x - mean) scale / sqrt(variance + epsilon)
 * + shift. The statistics of a batch cannot be written per sample.
 */
const normalised = (
  { epsilon }: OpOf<'batchNorm'>,
  [x, scale, shift, mean, variance]: readonly Tensor[],
): Tensor => {
  const shape = x.expr.facts.shape;
  const factor = mul(scale, reciprocal(sqrt(affine(1, variance, epsilon))));
  return add(mul(sub(x, alongLast(shape, mean)), alongLast(shape, factor)), alongLast(shape, shift));
};

/** The values of a list of nodes. */
export const retrace = (nodes: readonly Node[], leaf: Leaf, own: NamedSources): Retraced => {
  const values: Tensor[] = [];
  const scans = new Map<number, RetracedScan>();
  for (const [number, { op, inputs }] of nodes.entries()) {
    if (isLeafOp(op)) {
      values.push(leaf(op));
      continue;
    }
    const given = inputs.map((input) => values[input]);
    switch (op.op) {
      case 'scan':
        scans.set(number, retraceScan(op, given, own));
        values.push(nothing);
        break;
      case 'take':
        values.push(scans.get(inputs[0])?.ports[op.port] ?? nothing);
        break;
      default:
        values.push(retraceNode(op, given, own));
    }
  }
  return { values, scans };
};

/** The leaves of a scan's body: state, elements, externals, clock. */
export const bodyLeaf =
  (
    state: (field: string) => Tensor,
    elements: readonly Tensor[],
    externals: readonly Tensor[],
    clock: Tensor,
  ): Leaf =>
  (op) => {
    switch (op.op) {
      case 'state':
        return state(op.field);
      case 'element':
        return elements[op.sequence];
      case 'external':
        return externals[op.index];
      default:
        return clock;
    }
  };

const retraceScan = (op: ScanOp, inputs: readonly Tensor[], own: NamedSources): RetracedScan => {
  const { fields, sequences, externals } = scanInputs(op, inputs);
  const { body } = op;
  let seen: Tensors = {};
  const { sequence, final } = runSteps({
    steps: op.steps,
    sequences,
    init: Object.fromEntries(op.fields.map((field, i) => [field, fields[i]])),
    step: (state, elements, time) => {
      const leaf = bodyLeaf((field) => state[field], elements, externals, time);
      const { values } = retrace(body.nodes, leaf, own);
      seen = Object.fromEntries(Object.entries(body.observe).map(([name, n]) => [`seen-${name}`, values[n]]));
      return Object.fromEntries(op.fields.map((field) => [field, values[body.next[field]]]));
    },
    observe: (state) => ({
      ...seen,
      ...Object.fromEntries(op.fields.map((field) => [`state-${field}`, state[field]])),
    }),
    every: {
      ...Object.fromEntries(Object.keys(body.observe).map((name) => [`seen-${name}`, everyOf(op, name)])),
      ...Object.fromEntries(op.fields.map((field) => [`state-${field}`, op.remat ?? 1])),
    },
    remat: op.remat,
  });
  return {
    ports: Object.fromEntries([
      ...Object.keys(body.observe).map((name) => [observedPort(name), sequence[`seen-${name}`]]),
      ...op.fields.map((field) => [finalPort(field), final[field]]),
    ]),
    states: Object.fromEntries(op.fields.map((field) => [field, sequence[`state-${field}`]])),
  };
};
